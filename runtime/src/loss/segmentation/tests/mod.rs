//! The gradients, extremes and figures of the losses of masks.

mod refusals;

use super::*;
use crate::forward;
use crate::loss::*;
use crate::tensor::Param;
use crate::testing::{gradcheck, randn};
use crate::{DType, Device, Result, Tensor};

type Loss = fn(&Tensor, &Tensor) -> Result<Tensor>;

/// All losses with their defaults, and with powers whose slope at 0 is infinite.
const LOSSES: [(&str, Loss); 9] = [
    ("dice", |x, y| dice_loss(x, y)),
    ("dice_bce", |x, y| dice_bce_loss(x, y)),
    ("iou", |x, y| iou_loss(x, y)),
    ("tversky", |x, y| tversky_loss(x, y)),
    ("tversky root", |x, y| {
        tversky_loss_with(x, y, TverskyLossOptions::default().gamma(0.75).smooth(0))
    }),
    ("focal", |x, y| focal_loss(x, y)),
    ("focal root", |x, y| {
        focal_loss_with(x, y, FocalLossOptions::default().gamma(0.5))
    }),
    ("focal of elements", |x, y| {
        focal_loss_with(x, y, focal_of_elements().gamma(0.5))
    }),
    ("lovasz", |x, y| lovasz_loss(x, y)),
];

fn focal_of_elements() -> FocalLossOptions {
    FocalLossOptions::default().per_element(true)
}

fn ints(values: &[i64], shape: &[usize]) -> Result<Tensor> {
    Tensor::from_vec(values.to_vec(), shape, &Device::Cpu)
}

fn mask() -> Result<Tensor> {
    ints(&[1, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0], &[2, 2, 3])
}

fn gradient(x: &Param) -> Result<Vec<f64>> {
    x.grad().map_or(Ok(Vec::new()), |grad| grad.to_vec())
}

#[test]
fn gradients() -> Result<()> {
    for (name, loss) in LOSSES {
        gradcheck(|x| loss(&x[0], &x[1]), &[randn([2, 2, 3])?, mask()?])
            .map_err(|error| error.context(name))?;
    }
    // Masks in between have gradients too, but not where only their order counts.
    for (name, loss) in LOSSES.iter().filter(|(name, _)| *name != "lovasz") {
        let soft = randn([2, 3, 2])?.sigmoid()?.reshape([2, 2, 3])?;
        gradcheck(|x| loss(&x[0], &x[1]), &[randn([2, 2, 3])?, soft])
            .map_err(|error| error.context(*name))?;
    }
    Ok(())
}

#[test]
fn gradients_of_classes() -> Result<()> {
    let index = ints(&[0, 2, 255, 1, 1, 2], &[2, 3])?;
    let weight = Tensor::new(&[0.5, 2., 1.], &Device::Cpu)?;
    let dice = DiceLossOptions::default()
        .activation(Activation::Softmax)
        .ignore_index(255)
        .per_class(true)
        .weight(weight.clone());
    for reduction in [Reduction::Mean, Reduction::Sum, Reduction::None] {
        let options = dice.clone().reduction(reduction);
        let samples = options.clone().per_sample(true);
        for options in [options, samples] {
            let f = |x: &[Tensor]| dice_loss_with(&x[0], &index, options.clone());
            gradcheck(f, &[randn([2, 3, 3])?])?;
        }
        let focal = focal_of_elements()
            .activation(Activation::Softmax)
            .ignore_index(255)
            .weight(weight.clone())
            .reduction(reduction);
        let f = |x: &[Tensor]| focal_loss_with(&x[0], &index, focal.clone());
        gradcheck(f, &[randn([2, 3, 3])?])?;
        let lovasz = LovaszLossOptions::default()
            .form(LovaszForm::Softmax)
            .ignore_index(255)
            .per_sample(true)
            .reduction(reduction);
        let f = |x: &[Tensor]| lovasz_loss_with(&x[0], &index, lovasz.clone());
        gradcheck(f, &[randn([2, 3, 3])?])?;
    }
    Ok(())
}

/// One against zero: what the tutorials print.
#[test]
fn figures() -> Result<()> {
    let ones = Tensor::ones([1, 1, 224, 224], DType::F32, &Device::Cpu)?;
    let zeros = ones.zeros_like()?;
    let four = |loss: Tensor| Ok::<_, crate::Error>(format!("{:.4}", loss.item()?));
    assert_eq!(four(dice_loss(&ones, &zeros)?)?, "1.0000");
    assert_eq!(four(dice_bce_loss(&ones, &zeros)?)?, "2.3132");
    assert_eq!(four(focal_loss(&ones, &zeros)?)?, "0.5615");
    // Of probabilities: 1 − 1/(224² + 1).
    let options = DiceLossOptions::default().activation(Activation::None);
    let loss = dice_loss_with(&ones, &zeros, options)?.item()?;
    assert!(loss.to_string().starts_with("0.99998"), "{loss}");
    Ok(())
}

#[test]
fn far_scores_have_finite_losses_and_gradients() -> Result<()> {
    let y = ints(&[1, 0, 1, 0, 1, 0], &[2, 3])?;
    let right = [1e4, -1e4, 30., -1e4, 0., -50.];
    for dtype in [DType::F16, DType::BF16, DType::F32, DType::F64] {
        for sign in [1., -1.] {
            let x = right.map(|x| x * sign);
            let x = Tensor::from_vec(x.to_vec(), [2, 3], &Device::Cpu)?.to_dtype(dtype)?;
            for (name, loss) in LOSSES {
                let x = Param::new(&x)?;
                let loss = loss(&x, &y)?;
                assert_eq!(loss.dtype(), dtype, "{name}");
                let value = loss.item()?;
                // Nearly nothing where the scores are right, except that of 0.
                let most = if sign > 0. { 0.5 } else { 2e4 };
                assert!((0. ..=most).contains(&value), "{name} {sign} {value}");
                loss.backward()?;
                let grad = gradient(&x)?;
                assert!(grad.iter().all(|g| g.is_finite()), "{name} {grad:?}");
            }
        }
    }
    Ok(())
}

/// Exact where a probability of 1 would have lost the digits.
#[test]
fn the_cross_entropy_of_wrong_scores_is_exact() -> Result<()> {
    let x = Param::new(Tensor::new(&[1e4f32, -500.], &Device::Cpu)?)?;
    let sum = focal_of_elements()
        .gamma(0)
        .alpha(1)
        .reduction(Reduction::Sum);
    let loss = focal_loss_with(&x, ints(&[0, 1], &[2])?, sum)?;
    assert_eq!(loss.item()?, 10_500.);
    loss.backward()?;
    assert_eq!(gradient(&x)?, [1., -1.]);
    Ok(())
}

#[test]
fn a_perfect_prediction_has_no_loss_and_no_gradient() -> Result<()> {
    let y = ints(&[1, 0, 1], &[3])?;
    for (name, loss) in LOSSES {
        let x = Param::new(Tensor::new(&[1e4, -1e4, 1e4], &Device::Cpu)?)?;
        let loss = loss(&x, &y)?;
        assert_eq!(loss.item()?, 0., "{name}");
        loss.backward()?;
        assert_eq!(gradient(&x)?, [0.; 3], "{name}");
    }
    Ok(())
}

#[test]
fn what_is_ignored_may_be_anything() -> Result<()> {
    let x = Param::new(Tensor::new(&[0.5, f64::NAN, -1.], &Device::Cpu)?)?;
    let y = ints(&[1, 7, 0], &[3])?;
    let (rest, rest_y) = (
        Tensor::new(&[0.5, -1.], &Device::Cpu)?,
        ints(&[1, 0], &[2])?,
    );
    let check = |loss: Tensor, expected: Tensor| {
        assert_eq!(loss.item()?, expected.item()?);
        x.zero_grad(true)?;
        loss.backward()?;
        let grad = gradient(&x)?;
        assert!(grad[0] < 0. && grad[1] == 0. && grad[2] > 0., "{grad:?}");
        Ok::<_, crate::Error>(())
    };
    let dice = DiceLossOptions::default().ignore_index(7);
    check(dice_loss_with(&x, &y, dice)?, dice_loss(&rest, &rest_y)?)?;
    let both = DiceBceLossOptions::default().ignore_index(7);
    check(
        dice_bce_loss_with(&x, &y, both)?,
        dice_bce_loss(&rest, &rest_y)?,
    )?;
    let focal = FocalLossOptions::default().ignore_index(7);
    check(focal_loss_with(&x, &y, focal)?, focal_loss(&rest, &rest_y)?)?;
    let lovasz = LovaszLossOptions::default().ignore_index(7);
    let loss = lovasz_loss_with(&x, &y, lovasz)?;
    assert_eq!(loss.item()?, lovasz_loss(&rest, &rest_y)?.item()?);
    Ok(())
}

#[test]
fn if_nothing_counts_there_is_no_gradient() -> Result<()> {
    let y = ints(&[9, 9], &[2])?;
    let x = Param::new(Tensor::new(&[0.5, -1.], &Device::Cpu)?)?;
    let lovasz = LovaszLossOptions::default().ignore_index(9);
    let dice = DiceLossOptions::default().ignore_index(9);
    for loss in [
        lovasz_loss_with(&x, &y, lovasz)?,
        dice_loss_with(&x, &y, dice)?,
    ] {
        assert_eq!(loss.item()?, 0.);
        loss.backward()?;
        assert_eq!(gradient(&x)?, [0., 0.]);
    }
    let focal = FocalLossOptions::default().ignore_index(9);
    assert!(focal_loss_with(&x, &y, focal)?.item()?.is_nan());
    Ok(())
}

#[test]
fn half_types_add_up_in_f32() -> Result<()> {
    let x = Tensor::full([100, 100], 2., DType::BF16, &Device::Cpu)?;
    let wide = x.to_dtype(DType::F32)?;
    let y = x.zeros_like()?.to_dtype(DType::U8)?;
    for (name, loss) in LOSSES {
        let expected = loss(&wide, &y)?.to_dtype(DType::BF16)?;
        assert_eq!(loss(&x, &y)?.item()?, expected.item()?, "{name}");
    }
    Ok(())
}

#[test]
fn classes_have_any_integer_type() -> Result<()> {
    let (x, index) = (randn([2, 3, 4])?, ints(&[0, 2, 1, 1, 2, 0, 0, 1], &[2, 4])?);
    let options = || DiceLossOptions::default().activation(Activation::Softmax);
    let expected = dice_loss_with(&x, &index, options())?.item()?;
    for dtype in [DType::U8, DType::U32, DType::I16, DType::I32] {
        let index = index.to_dtype(dtype)?;
        assert_eq!(dice_loss_with(&x, index, options())?.item()?, expected);
    }
    Ok(())
}

#[forward]
#[shape(([N, C, H, W], [N, H, W; int], [N, C, H, W]) -> [])]
fn segmentation(x: Tensor, classes: Tensor, masks: Tensor) -> Tensor {
    let dice = dice_loss(&x, &classes, activation = Activation::Softmax, smooth = 0.5);
    let both = dice_bce_loss(&x, &masks, per_sample = true);
    let iou = iou_loss(&x, &masks, per_class = true, per_sample = true);
    let tversky = tversky_loss(&x, &masks, alpha = 0.3, beta = 0.7);
    let focal = focal_loss(&x, &masks, per_element = true, gamma = 3.0);
    let lovasz = lovasz_loss(&x, &classes, form = LovaszForm::Softmax);
    dice + both + iou + tversky + focal + lovasz
}

#[test]
fn keyword_arguments_in_a_forward() -> Result<()> {
    let (x, classes) = (randn([2, 3, 1, 2])?, ints(&[0, 2, 1, 1], &[2, 1, 2])?);
    let masks = randn([2, 3, 1, 2])?.sigmoid()?;
    let dice = DiceLossOptions::default().activation(Activation::Softmax);
    let iou = IouLossOptions::default().per_class(true).per_sample(true);
    let tversky = TverskyLossOptions::default().alpha(0.3).beta(0.7);
    let lovasz = LovaszLossOptions::default().form(LovaszForm::Softmax);
    let parts = [
        DiceLoss::new_with(dice.smooth(0.5)).forward(&x, &classes)?,
        DiceBceLoss::new_with(DiceBceLossOptions::default().per_sample(true))
            .forward(&x, &masks)?,
        IouLoss::new_with(iou).forward(&x, &masks)?,
        TverskyLoss::new_with(tversky).forward(&x, &masks)?,
        FocalLoss::new_with(focal_of_elements().gamma(3)).forward(&x, &masks)?,
        LovaszLoss::new_with(lovasz).forward(&x, &classes)?,
    ];
    let expected = parts.iter().map(Tensor::item).sum::<Result<f64>>()?;
    let found = segmentation(&x, &classes, &masks)?.item()?;
    assert!((found - expected).abs() < 1e-12);
    Ok(())
}
