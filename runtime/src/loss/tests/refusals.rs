//! What the losses of `elementwise.rs` refuse: the whole text.

use super::*;

fn vector(values: &[f64]) -> Result<Tensor> {
    Tensor::new(values, &Device::Cpu)
}

/// A function of an output and a target.
type Loss = fn(&Tensor, &Tensor) -> Result<Tensor>;

const FLOATS_ONLY: [(&str, Loss); 7] = [
    ("mse_loss", |x, y| mse_loss(x, y)),
    ("smooth_l1_loss", |x, y| smooth_l1_loss(x, y)),
    ("huber_loss", |x, y| huber_loss(x, y)),
    ("binary_cross_entropy", |x, y| binary_cross_entropy(x, y)),
    ("binary_cross_entropy_with_logits", |x, y| {
        binary_cross_entropy_with_logits(x, y)
    }),
    ("kl_div", |x, y| kl_div(x, y)),
    ("gaussian_nll_loss", |x, y| gaussian_nll_loss(x, y, 1.)),
];

const OF_LABELS: [(&str, Loss); 3] = [
    ("poisson_nll_loss", |x, y| poisson_nll_loss(x, y)),
    ("soft_margin_loss", |x, y| soft_margin_loss(x, y)),
    ("hinge_embedding_loss", |x, y| hinge_embedding_loss(x, y)),
];

#[test]
fn types_and_shapes() -> Result<()> {
    let (x, wide) = (vector(&[0.5, 0.5])?, vector(&[0.5; 3])?);
    let (single, integers) = (x.to_dtype(DType::F32)?, labels(&[1, 1], &[2])?);
    for (name, loss) in FLOATS_ONLY.into_iter().chain(OF_LABELS) {
        let says = |output: &Tensor, target: &Tensor, text: &str| {
            assert_eq!(message(loss(output, target)), format!("{name}: {text}"));
        };
        says(
            &integers,
            &x,
            "expected an output of floats, but it has type I64\n  help: output and target look swapped: the output comes first",
        );
        says(
            &integers,
            &integers,
            "expected an output of floats, but it has type I64\n  help: convert it with `to_dtype`",
        );
        says(
            &x,
            &single,
            "the output has type F64, the target F32\n  help: convert the target with `to_dtype`",
        );
        let empty = Tensor::zeros([0, 2], DType::F64, &Device::Cpu)?;
        says(
            &empty,
            &empty,
            "the batch is empty (shape [0, 2]), and has no mean\n  help: leave out empty batches, or use `Reduction::Sum`, which is 0",
        );
        if name != "gaussian_nll_loss" {
            says(
                &x,
                &wide,
                "the output has shape [2], the target [3]; they are not broadcast\n  help: a dimension of size 1 is added by \
                 `unsqueeze` and taken away by `squeeze`",
            );
        }
    }
    for (name, loss) in FLOATS_ONLY {
        assert_eq!(
            message(loss(&x, &integers)),
            format!("{name}: the output has type F64, the target I64\n  help: convert the target with `to_dtype`")
        );
    }
    Ok(())
}

#[test]
fn settings() -> Result<()> {
    let x = vector(&[0.5])?;
    for beta in [-1., f64::NAN] {
        let options = SmoothL1LossOptions::default().beta(beta);
        assert_eq!(
            message(smooth_l1_loss_with(&x, &x, options)),
            format!("smooth_l1_loss: `beta` is {beta:?}, but expected 0 or greater")
        );
    }
    for delta in [0., -1., f64::NAN] {
        let options = HuberLossOptions::default().delta(delta);
        assert_eq!(
            message(huber_loss_with(&x, &x, options)),
            format!("huber_loss: `delta` is {delta:?}, but expected a number greater than 0")
        );
    }
    for eps in [-1e-8, f64::NAN, f64::INFINITY] {
        let options = PoissonNllLossOptions::default().eps(eps);
        assert_eq!(
            message(poisson_nll_loss_with(&x, &x, options)),
            format!(
                "poisson_nll_loss: `eps` is {eps:?}, but expected a finite number, 0 or greater"
            )
        );
        let options = GaussianNllLossOptions::default().eps(eps);
        assert_eq!(
            message(gaussian_nll_loss_with(&x, &x, &x, options)),
            format!(
                "gaussian_nll_loss: `eps` is {eps:?}, but expected a finite number greater than 0"
            )
        );
    }
    assert_eq!(
        message(mse_loss_with(
            &x,
            &x,
            MseLossOptions::default().reduction("total")
        )),
        "mse_loss: `reduction` is \"total\", but expected \"mean\", \"sum\" or \"none\""
    );
    assert_eq!(
        message(kl_div_with(&x, &x, KlDivOptions::default().reduction("total"))),
        "kl_div: `reduction` is \"total\", but expected \"mean\", \"batchmean\", \"sum\" or \"none\""
    );
    Ok(())
}

#[test]
fn weights() -> Result<()> {
    let x = Tensor::full([2, 3], 0.5, DType::F32, &Device::Cpu)?;
    let row = Tensor::ones(3, DType::F32, &Device::Cpu)?;
    let other = Tensor::ones([2, 2], DType::F32, &Device::Cpu)?;
    let double = Tensor::ones([2, 3], DType::F64, &Device::Cpu)?;
    let shape = "expected a weight for each element of the output, which has shape [2, 3], but `weight` has [3]\n  help: `expand` \
                 the weight to the output's shape";
    let dtype = "expected the weight to have the input's type F32, but it has F64\n  help: convert one of them with `to_dtype`";
    for (weight, text) in [(&row, shape), (&double, dtype)] {
        for (name, loss) in [
            (
                "mse_loss",
                mse_loss_with(&x, &x, MseLossOptions::default().weight(weight)),
            ),
            (
                "l1_loss",
                l1_loss_with(&x, &x, L1LossOptions::default().weight(weight)),
            ),
            (
                "huber_loss",
                huber_loss_with(&x, &x, HuberLossOptions::default().weight(weight)),
            ),
        ] {
            assert_eq!(message(loss), format!("{name}: {text}"));
        }
    }
    let options = BinaryCrossEntropyOptions::default().weight(&other);
    assert_eq!(
        message(binary_cross_entropy_with(&x, &x, options)),
        "binary_cross_entropy: `weight` has shape [2, 2], which does not broadcast to the output's [2, 3]"
    );
    let options = BinaryCrossEntropyWithLogitsOptions::default();
    assert_eq!(
        message(binary_cross_entropy_with_logits_with(&x, &x, options.clone().weight(&other))),
        "binary_cross_entropy_with_logits: `weight` has shape [2, 2], which does not broadcast to the output's [2, 3]"
    );
    let larger = Tensor::ones([5, 1, 1], DType::F32, &Device::Cpu)?;
    assert_eq!(
        message(binary_cross_entropy_with_logits_with(&x, &x, options.pos_weight(&larger))),
        "binary_cross_entropy_with_logits: `pos_weight` has shape [5, 1, 1], which does not broadcast to the output's [2, 3]"
    );
    Ok(())
}

#[test]
fn probabilities_out_of_range() -> Result<()> {
    let (x, y) = (vector(&[0.5, 0.25])?, vector(&[1., 0.])?);
    let output = "expected probabilities from 0 to 1\n  help: scores of any size go into `binary_cross_entropy_with_logits`";
    let swapped = "\n  help: output and target look swapped: the output comes first";
    for (value, text) in [(1.5, "1.5"), (-0.5, "-0.5"), (f64::NAN, "NaN")] {
        let wrong = vector(&[0.5, value])?;
        for dtype in [DType::F32, DType::F64, DType::BF16] {
            let (wrong, y) = (wrong.to_dtype(dtype)?, y.to_dtype(dtype)?);
            assert_eq!(
                message(binary_cross_entropy(&wrong, &y)),
                format!("binary_cross_entropy: the output is {text} at position 1, but {output}")
            );
        }
        let target = format!(
            "binary_cross_entropy: the target is {text} at position 1, but expected probabilities from 0 to 1"
        );
        assert_eq!(message(binary_cross_entropy(&x, &wrong)), target);
        let target = target + swapped;
        assert_eq!(message(binary_cross_entropy(&y, &wrong)), target);
    }
    // Both are probabilities, but only one is what is trained.
    let trained = Param::new(&x)?;
    assert_eq!(
        message(binary_cross_entropy(&y, &trained)),
        format!("binary_cross_entropy: the output has only 0 and 1 and needs no gradient, but the target does{swapped}")
    );
    assert!(binary_cross_entropy(&y, &x).is_ok());
    assert!(binary_cross_entropy(&trained, &y).is_ok());
    Ok(())
}

#[test]
fn swapped_scores() -> Result<()> {
    let (scores, labels) = (vector(&[-3., 4.])?, vector(&[0., 1.])?);
    let swapped = "\n  help: output and target look swapped: the output comes first";
    assert_eq!(
        message(binary_cross_entropy_with_logits(&labels, &scores)),
        format!(
            "binary_cross_entropy_with_logits: the target is -3 at position 0, but expected probabilities from 0 to 1, as the output \
             has them{swapped}"
        )
    );
    // As in PyTorch.
    assert!(binary_cross_entropy_with_logits(&scores, &scores).is_ok());

    let (log_q, p) = (vector(&[-0.5, -1.])?, vector(&[0.25, 0.75])?);
    assert_eq!(
        message(kl_div(&p, &log_q)),
        format!(
            "kl_div: the target is -0.5 at position 0, but expected probabilities there and their logarithms in the output, where none \
             is negative{swapped}"
        )
    );
    assert!(kl_div_with(&p, &log_q, KlDivOptions::default().log_target(true)).is_ok());

    let counts = vector(&[0., 3.])?;
    assert_eq!(
        message(poisson_nll_loss(&counts, Param::new(&scores.mul(0.3)?)?)),
        format!("poisson_nll_loss: the output has counts and needs no gradient, but the target does{swapped}")
    );
    Ok(())
}

#[test]
fn labels_other_than_signs() -> Result<()> {
    let (x, signs) = (vector(&[0.5, -2.])?, vector(&[1., -1.])?);
    for (name, loss) in &OF_LABELS[1..] {
        assert_eq!(
            message(loss(&x, &vector(&[1., 0.])?)),
            format!(
                "{name}: the target is 0 at position 1, but expected labels 1 and -1\n  help: labels y of 0 and 1 become -1 and 1 by \
                 `2 y - 1`"
            )
        );
        assert_eq!(
            message(loss(&signs, &x)),
            format!(
                "{name}: the target is 0.5 at position 0, but expected labels 1 and -1\n  help: output and target look swapped: the \
                 output comes first"
            )
        );
        assert_eq!(
            message(loss(&x, &vector(&[1., f64::NAN])?)),
            format!(
                "{name}: the target is NaN at position 1, but expected labels 1 and -1\n  help: labels y of 0 and 1 become -1 and 1 by \
                 `2 y - 1`"
            )
        );
    }
    Ok(())
}

#[test]
fn variances() -> Result<()> {
    let x = Tensor::zeros([2, 3], DType::F64, &Device::Cpu)?;
    let shapes = "\n  help: the variance has the output's shape, or that with one dimension of size 1, or that without the last dimension";
    for shape in [&[3][..], &[1, 1], &[2, 4], &[], &[1, 2, 3]] {
        let var = Tensor::ones(shape, DType::F64, &Device::Cpu)?;
        assert_eq!(
            message(gaussian_nll_loss(&x, &x, &var)),
            format!(
                "gaussian_nll_loss: the output has shape [2, 3], the variance {shape:?}{shapes}"
            )
        );
    }
    let var = vector(&[1., -0.5])?;
    assert_eq!(
        message(gaussian_nll_loss(&x, &x, &var)),
        "gaussian_nll_loss: the variance is -0.5 at position 1, but expected 0 or greater"
    );
    assert_eq!(
        message(gaussian_nll_loss(&x, &x, -1)),
        "gaussian_nll_loss: `var` is -1.0, but expected 0 or greater"
    );
    assert_eq!(
        message(gaussian_nll_loss(&x, &x, var.to_dtype(DType::F32)?)),
        "gaussian_nll_loss: expected the variance to have the input's type F64, but it has F32\n  help: convert one of them with \
         `to_dtype`"
    );
    let target = Tensor::zeros([3], DType::F64, &Device::Cpu)?;
    assert_eq!(
        message(gaussian_nll_loss(&x, &target, 1.)),
        "gaussian_nll_loss: the output has shape [2, 3], the target [3]\n  help: the target has the output's shape, or that with \
         dimensions of size 1"
    );
    Ok(())
}

#[test]
fn classes() -> Result<()> {
    let x = Tensor::zeros([2, 3], DType::F32, &Device::Cpu)?;
    let target = labels(&[0, 1], &[2])?;
    let floats = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu);
    let swapped = "\n  help: output and target look swapped: the output comes first";
    for (output, target, text) in [
        (
            &x,
            labels(&[0, 3], &[2])?,
            "label 3 at position 1 is out of range for 3 classes (expected 0..=2)\n  help: classes count from 0",
        ),
        (
            &x,
            labels(&[-1, 0], &[2])?,
            "label -1 at position 0 is out of range for 3 classes (expected 0..=2)\n  help: positions that don't count have the label \
             `ignore_index`, which is -100",
        ),
        (
            &x,
            labels(&[0; 3], &[3])?,
            "expected a class index for each of [2], but the target has shape [3]",
        ),
        (
            &x,
            floats(&[2])?,
            "expected class indices, but the target has type F32\n  help: convert the target with `to_dtype(DType::I64)`",
        ),
        (
            &x,
            floats(&[2, 3])?,
            "expected class indices, but the target has type F32\n  help: `cross_entropy` takes probabilities as targets, and scores \
             as outputs",
        ),
        (
            &floats(&[2, 4])?,
            floats(&[2, 3, 4])?,
            &format!("expected class indices, but the target has type F32{swapped}"),
        ),
        (
            &target,
            x.clone(),
            &format!("expected an output of floats, but it has type I64{swapped}"),
        ),
        (
            &floats(&[])?,
            target.clone(),
            "expected scores of shape [C] or [N, C, …], but they have no dimensions",
        ),
        (
            &floats(&[0, 3])?,
            labels(&[], &[0])?,
            "the batch is empty (shape [0]), and has no mean\n  help: leave out empty batches, or use `Reduction::Sum`, which is 0",
        ),
    ] {
        assert_eq!(message(nll_loss(output, target)), format!("nll_loss: {text}"));
    }
    let with = |weight: &Tensor| {
        message(nll_loss_with(
            &x,
            &target,
            NllLossOptions::default().weight(weight),
        ))
    };
    assert_eq!(
        with(&floats(&[2])?),
        "nll_loss: expected a weight for each of 3 classes, but `weight` has shape [2]"
    );
    let needs_gradient = "`weight` needs a gradient, but weights of classes have none\n  help: pass `weight.detach()`";
    let weight = Param::new(floats(&[3])?)?;
    assert_eq!(with(&weight), format!("nll_loss: {needs_gradient}"));
    let options = CrossEntropyOptions::default().weight(Tensor::from(&weight));
    assert_eq!(
        message(cross_entropy_with(&x, &target, options)),
        format!("cross_entropy: {needs_gradient}")
    );
    Ok(())
}
