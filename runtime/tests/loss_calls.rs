//! Losses called from `#[forward]` functions and models: keyword arguments reach their options, and the shapes are proved.

use taper::loss::*;
use taper::prelude::*;

#[forward]
#[shape(([B, C], [B, C], [B, C]) -> [])]
fn weighted_mse(out: Tensor, target: Tensor, weight: Tensor) -> Tensor {
    mse_loss(&out, &target, weight = weight)
}

#[forward]
#[shape(([B, C], [B, C], [B, C]) -> [B, C])]
fn weighted_l1(out: Tensor, target: Tensor, weight: Tensor) -> Tensor {
    l1_loss(&out, &target, weight = &weight, reduction = "none")
}

#[forward]
#[shape(([B, C], [B, C]) -> [])]
fn bend(out: Tensor, target: Tensor) -> Tensor {
    smooth_l1_loss(&out, &target, beta = 0.5)
}

#[forward]
#[shape(([B, C], [B, C]) -> [])]
fn huber(out: Tensor, target: Tensor) -> Tensor {
    huber_loss(&out, &target, delta = 2, reduction = "sum")
}

#[forward]
#[shape(([B, C], [B, C], [C]) -> [])]
fn bce(out: Tensor, target: Tensor, weight: Tensor) -> Tensor {
    binary_cross_entropy(out.sigmoid(), &target, weight = weight)
}

#[forward]
#[shape(([B, C], [B, C], [C]) -> [B, C])]
fn positive(out: Tensor, target: Tensor, pos_weight: Tensor) -> Tensor {
    binary_cross_entropy_with_logits(&out, &target, pos_weight = pos_weight, reduction = "none")
}

#[forward]
#[shape(([B, C], [B, C]) -> [])]
fn counts(out: Tensor, target: Tensor) -> Tensor {
    poisson_nll_loss(&out, &target, log_input = false, full = true, eps = 0.5)
}

#[forward]
#[shape(([B, C], [B, C], [B]) -> [])]
fn samples(out: Tensor, target: Tensor, var: Tensor) -> Tensor {
    gaussian_nll_loss(&out, &target, &var, full = true)
}

#[forward]
#[shape(([B, C], [B, C]) -> [])]
fn divergence(out: Tensor, target: Tensor) -> Tensor {
    kl_div(out.log_softmax(1), &target, reduction = "batchmean")
}

#[forward]
#[shape(([B, C], [B, C; int]) -> [])]
fn soft_margin(out: Tensor, target: Tensor) -> Tensor {
    soft_margin_loss(&out, &target, reduction = "sum")
}

#[forward]
#[shape(([B, C], [B, C; int]) -> [])]
fn hinge(out: Tensor, target: Tensor) -> Tensor {
    hinge_embedding_loss(&out, &target, margin = 2)
}

#[forward]
#[shape(([B, C], [B; int], [C]) -> [B])]
fn nll(out: Tensor, target: Tensor, weight: Tensor) -> Tensor {
    nll_loss(
        out.log_softmax(1),
        &target,
        weight = weight,
        ignore_index = 1,
        reduction = "none",
    )
}

#[forward]
#[shape(([B, C], [B; int]) -> [B])]
fn smoothed(out: Tensor, target: Tensor) -> Tensor {
    cross_entropy(
        &out,
        &target,
        label_smoothing = 0.5,
        ignore_index = 1,
        reduction = "none",
    )
}

/// An enum where PyTorch has a word: then the trace doesn't know the result's shape, and promises it.
#[forward]
#[shape(([B, C], [B, C]) -> [])]
fn by_enum(out: Tensor, target: Tensor) -> Tensor {
    mse_loss(&out, &target, reduction = Reduction::Sum)
}

/// A model that has its loss inside, with the weight of positives as a buffer.
#[model(([B, 3], [B, 2]) -> [])]
pub struct Detector {
    #[layer(2)]
    fc: Linear,
    #[buffer([2], init = constant(3.0))]
    pos_weight: Buffer,
}

#[forward]
impl Detector {
    fn forward(&self, x: Tensor, target: Tensor) -> Tensor {
        binary_cross_entropy_with_logits(self.fc(x), &target, pos_weight = &self.pos_weight)
    }
}

fn tensor(values: &[f64]) -> taper::Result<Tensor> {
    Tensor::from_vec(values.to_vec(), (2, values.len() / 2), &Device::Cpu)
}

fn same(found: &Tensor, expected: &Tensor) -> taper::Result<()> {
    assert_eq!(found.dims(), expected.dims());
    assert_eq!(found.to_vec::<f64>()?, expected.to_vec::<f64>()?);
    Ok(())
}

#[test]
fn keyword_arguments_reach_the_options() -> taper::Result<()> {
    let x = tensor(&[0.25, -1.5, 3., -0.1])?;
    let y = tensor(&[0.5, 0.25, 0.75, 1.])?;
    let w = tensor(&[1., 2., 3., 4.])?;
    let row = w.select(0, 1)?;
    let signs = Tensor::new(&[[1i64, -1], [-1, 1]], &Device::Cpu)?;
    let labels = Tensor::new(&[1i64, 0], &Device::Cpu)?;
    let none = Reduction::None;

    let options = MseLossOptions::default().weight(&w);
    same(&weighted_mse(&x, &y, &w)?, &mse_loss_with(&x, &y, options)?)?;
    let options = L1LossOptions::default().weight(&w).reduction(none);
    same(&weighted_l1(&x, &y, &w)?, &l1_loss_with(&x, &y, options)?)?;
    let options = SmoothL1LossOptions::default().beta(0.5);
    same(&bend(&x, &y)?, &smooth_l1_loss_with(&x, &y, options)?)?;
    let options = HuberLossOptions::default().delta(2).reduction("sum");
    same(&huber(&x, &y)?, &huber_loss_with(&x, &y, options)?)?;

    let options = BinaryCrossEntropyOptions::default().weight(&row);
    let expected = binary_cross_entropy_with(x.sigmoid()?, &y, options)?;
    same(&bce(&x, &y, &row)?, &expected)?;
    let options = BinaryCrossEntropyWithLogitsOptions::default()
        .pos_weight(&row)
        .reduction(none);
    let expected = binary_cross_entropy_with_logits_with(&x, &y, options)?;
    same(&positive(&x, &y, &row)?, &expected)?;

    let options = PoissonNllLossOptions::default()
        .log_input(false)
        .full(true)
        .eps(0.5);
    same(&counts(&w, &w)?, &poisson_nll_loss_with(&w, &w, options)?)?;
    let options = GaussianNllLossOptions::default().full(true);
    let expected = gaussian_nll_loss_with(&x, &y, &row, options)?;
    same(&samples(&x, &y, &row)?, &expected)?;
    let options = KlDivOptions::default().reduction(KlDivReduction::BatchMean);
    let expected = kl_div_with(x.log_softmax(1)?, &y, options)?;
    same(&divergence(&x, &y)?, &expected)?;

    let options = SoftMarginLossOptions::default().reduction(Reduction::Sum);
    same(
        &soft_margin(&x, &signs)?,
        &soft_margin_loss_with(&x, &signs, options)?,
    )?;
    let options = HingeEmbeddingLossOptions::default().margin(2.);
    same(
        &hinge(&x, &signs)?,
        &hinge_embedding_loss_with(&x, &signs, options)?,
    )?;
    let options = NllLossOptions::default()
        .weight(row.clone())
        .ignore_index(1)
        .reduction(none);
    let expected = nll_loss_with(x.log_softmax(1)?, &labels, options)?;
    assert_eq!(expected.to_vec::<f64>()?[0], 0.);
    same(&nll(&x, &labels, &row)?, &expected)?;

    let options = CrossEntropyOptions::default()
        .label_smoothing(0.5)
        .ignore_index(1)
        .reduction(none);
    same(
        &smoothed(&x, &labels)?,
        &cross_entropy_with(&x, &labels, options)?,
    )?;

    let options = MseLossOptions::default().reduction(Reduction::Sum);
    same(&by_enum(&x, &y)?, &mse_loss_with(&x, &y, options)?)
}

#[test]
fn a_model_has_its_loss_inside() -> taper::Result<()> {
    let model = Detector::init(&Device::Cpu)?;
    let x = Tensor::ones((4, 3), DType::F32, &Device::Cpu)?;
    let target = Tensor::ones((4, 2), DType::F32, &Device::Cpu)?;
    let loss = model.forward(&x, &target)?;
    loss.backward()?;
    let scores = Forward::forward(&model.fc, &x)?;
    let plain = binary_cross_entropy_with_logits(scores, &target)?;
    assert!((loss.item()? - 3. * plain.item()?).abs() < 1e-6);
    Ok(())
}
