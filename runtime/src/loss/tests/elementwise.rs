//! Gradients and extremes of losses that each element has by itself, and of `nll_loss`.

use super::*;

fn vector(values: &[f64]) -> Result<Tensor> {
    Tensor::new(values, &Device::Cpu)
}

/// Numbers between 0 and 1.
fn probabilities(shape: [usize; 2]) -> Result<Tensor> {
    randn(shape)?.sigmoid()
}

/// Loss and gradient of each element in this type.
fn both(
    dtype: DType,
    values: &[f64],
    loss: impl Fn(&Tensor) -> Result<Tensor>,
) -> Result<(Vec<f64>, Vec<f64>)> {
    let x = Param::new(vector(values)?.to_dtype(dtype)?)?;
    let losses = loss(&x)?;
    assert_eq!(losses.dtype(), dtype);
    losses.sum(())?.backward()?;
    let grad = x.grad().map(|grad| grad.to_vec::<f64>()).transpose()?;
    Ok((losses.to_vec::<f64>()?, grad.unwrap_or_default()))
}

const FLOATS: [DType; 4] = [DType::F16, DType::BF16, DType::F32, DType::F64];

#[test]
fn gradients_of_weighted_differences() -> Result<()> {
    for reduction in ALL {
        let inputs = [randn([3, 2])?, randn([3, 2])?, probabilities([3, 2])?];
        let mse = |x: &[Tensor]| {
            let options = MseLossOptions::default().reduction(reduction);
            mse_loss_with(&x[0], &x[1], options.weight(&x[2]))
        };
        gradcheck(mse, &inputs)?;
        let l1 = |x: &[Tensor]| {
            let options = L1LossOptions::default().reduction(reduction);
            l1_loss_with(&x[0], &x[1], options.weight(&x[2]))
        };
        gradcheck(l1, &inputs)?;
        let huber = |x: &[Tensor]| {
            let options = HuberLossOptions::default().reduction(reduction).delta(0.7);
            huber_loss_with(&x[0], &x[1], options.weight(&x[2]))
        };
        gradcheck(huber, &inputs)?;
        let smooth = SmoothL1Loss::new_with(
            SmoothL1LossOptions::default()
                .reduction(reduction)
                .beta(0.7),
        );
        gradcheck(|x| smooth.forward(&x[0], &x[1]), &inputs[..2])?;
    }
    Ok(())
}

#[test]
fn gradients_of_binary_cross_entropies() -> Result<()> {
    let (scores, target) = (randn([3, 2])?, probabilities([3, 2])?);
    for reduction in ALL {
        let bce = |x: &[Tensor]| {
            let options = BinaryCrossEntropyOptions::default().reduction(reduction);
            binary_cross_entropy_with(&x[0], &x[1], options.weight(x.get(2).cloned()))
        };
        let p = probabilities([3, 2])?;
        gradcheck(bce, &[p.clone(), target.clone()])?;
        gradcheck(bce, &[p, target.clone(), probabilities([1, 2])?])?;
        let with_logits = |x: &[Tensor]| {
            let options = BinaryCrossEntropyWithLogitsOptions::default()
                .reduction(reduction)
                .weight(x.get(2).cloned())
                .pos_weight(x.get(3).cloned());
            binary_cross_entropy_with_logits_with(&x[0], &x[1], options)
        };
        gradcheck(with_logits, &[scores.clone(), target.clone()])?;
        let weights = [probabilities([3, 1])?, probabilities([1, 2])?.squeeze(0)?];
        let [weight, pos_weight] = weights;
        gradcheck(
            with_logits,
            &[scores.clone(), target.clone(), weight, pos_weight],
        )?;
    }
    Ok(())
}

#[test]
fn gradients_of_likelihoods() -> Result<()> {
    for reduction in ALL {
        let x = randn([3, 2])?;
        for full in [true, false] {
            let options = PoissonNllLossOptions::default()
                .full(full)
                .reduction(reduction);
            let counts = probabilities([3, 2])?.mul(3.)?.add(0.2)?;
            let of = |options: PoissonNllLossOptions| {
                move |x: &[Tensor]| poisson_nll_loss_with(&x[0], &x[1], options.clone())
            };
            gradcheck(of(options.clone()), &[x.clone(), counts.clone()])?;
            let rates = probabilities([3, 2])?.add(0.5)?;
            gradcheck(of(options.log_input(false)), &[rates, counts])?;

            let options = GaussianNllLossOptions::default()
                .full(full)
                .reduction(reduction);
            let gaussian =
                |x: &[Tensor]| gaussian_nll_loss_with(&x[0], &x[1], &x[2], options.clone());
            for shape in [[3, 2], [3, 1]] {
                let var = probabilities(shape)?.add(0.2)?;
                gradcheck(gaussian, &[x.clone(), randn([3, 2])?, var])?;
            }
            let var = probabilities([1, 3])?.squeeze(0)?.add(0.2)?;
            gradcheck(gaussian, &[x.clone(), randn([1, 2])?, var])?;
        }
        let target = labels(&[0, 3, -100, 2, 1, 3], &[2, 3])?;
        let weight = vector(&[0.5, 2., 1., 0.25])?;
        let options = NllLossOptions::default().reduction(reduction);
        for options in [options.clone(), options.weight(weight)] {
            let nll = |x: &[Tensor]| nll_loss_with(&x[0], &x[1], options.clone());
            gradcheck(nll, &[randn([2, 4, 3])?, target.clone()])?;
            gradcheck(nll, &[randn(4)?, labels(&[2], &[])?])?;
        }
    }
    Ok(())
}

#[test]
fn gradients_of_divergences_and_margins() -> Result<()> {
    let (x, p) = (randn([3, 2])?, probabilities([3, 2])?);
    for reduction in ["mean", "batchmean", "sum", "none"] {
        for log_target in [true, false] {
            let options = KlDivOptions::default()
                .reduction(reduction)
                .log_target(log_target);
            let kl = |x: &[Tensor]| kl_div_with(&x[0], &x[1], options.clone());
            gradcheck(kl, &[x.clone(), p.clone()])?;
        }
    }
    let signs = labels(&[1, -1, -1, 1, 1, -1], &[3, 2])?;
    for reduction in ALL {
        let options = SoftMarginLossOptions::default().reduction(reduction);
        let soft = SoftMarginLoss::new_with(options);
        gradcheck(|x| soft.forward(&x[0], &signs), std::slice::from_ref(&x))?;
        let options = HingeEmbeddingLossOptions::default().reduction(reduction);
        let hinge = HingeEmbeddingLoss::new_with(options);
        gradcheck(|x| hinge.forward(&x[0], &signs), std::slice::from_ref(&x))?;
    }
    Ok(())
}

#[test]
fn great_scores_stay_finite() -> Result<()> {
    let scores = [1e4, -1e4, 1e4, -1e4];
    for dtype in FLOATS {
        let target = vector(&[1., 1., 0., 0.])?.to_dtype(dtype)?;
        let options = BinaryCrossEntropyWithLogitsOptions::default().reduction(Reduction::None);
        let loss = |x: &Tensor| binary_cross_entropy_with_logits_with(x, &target, options.clone());
        let (losses, grad) = both(dtype, &scores, loss)?;
        let great = vector(&[1e4])?.to_dtype(dtype)?.item()?;
        assert_eq!(losses, [0., great, great, 0.]);
        assert_eq!(grad, [0., -1., 1., 0.]);

        let signs = vector(&[1., 1., -1., -1.])?.to_dtype(dtype)?;
        let options = SoftMarginLossOptions::default().reduction(Reduction::None);
        let loss = |x: &Tensor| soft_margin_loss_with(x, &signs, options.clone());
        let (losses, grad) = both(dtype, &scores, loss)?;
        assert_eq!(losses, [0., great, great, 0.]);
        assert_eq!(grad, [0., -1., 1., 0.]);
    }
    Ok(())
}

/// The loss is 100 at most, and its gradient finite, where the logarithm isn't.
#[test]
fn certain_and_wrong_probabilities_cost_a_hundred() -> Result<()> {
    for dtype in FLOATS {
        let target = vector(&[1., 0., 0., 1.])?.to_dtype(dtype)?;
        let options = BinaryCrossEntropyOptions::default().reduction(Reduction::None);
        let loss = |x: &Tensor| binary_cross_entropy_with(x, &target, options.clone());
        let (losses, grad) = both(dtype, &[0., 1., 0., 1.], loss)?;
        assert_eq!(losses, [100., 100., 0., 0.]);
        assert_eq!(grad[2..], [0., 0.]);
        if dtype != DType::F16 {
            assert!(
                grad[0] < -9e11 && grad[1] > 9e11 && grad[1].is_finite(),
                "{grad:?}"
            );
        }
    }
    Ok(())
}

#[test]
fn a_nan_goes_on_to_every_loss() -> Result<()> {
    let x = vector(&[f64::NAN, 0.5])?;
    let (y, signs) = (vector(&[0.5, 0.5])?, vector(&[1., -1.])?);
    for loss in [
        smooth_l1_loss(&x, &y)?,
        huber_loss(&x, &y)?,
        binary_cross_entropy_with_logits(&x, &y)?,
        binary_cross_entropy_with_logits(&y, &x)?,
        poisson_nll_loss(&x, &y)?,
        poisson_nll_loss(&y, &x)?,
        gaussian_nll_loss(&x, &y, &y)?,
        gaussian_nll_loss(&y, &x, &y)?,
        gaussian_nll_loss(&y, &y, &x)?,
        kl_div(&x, &y)?,
        kl_div(&y, &x)?,
        soft_margin_loss(&x, &signs)?,
        hinge_embedding_loss(&x, &signs)?,
        hinge_embedding_loss(&x, signs.neg()?)?,
        nll_loss(&x, labels(&[0], &[])?)?,
    ] {
        assert!(loss.item()?.is_nan());
    }
    let ignored = NllLossOptions::default().ignore_index(0).reduction("sum");
    assert_eq!(nll_loss_with(&x, labels(&[0], &[])?, ignored)?.item()?, 0.);
    Ok(())
}

/// What PyTorch's NaN becomes: the slope of what is left where Stirling's term is cut off.
#[test]
fn no_count_has_a_finite_gradient() -> Result<()> {
    let options = PoissonNllLossOptions::default()
        .full(true)
        .reduction("none");
    let x = vector(&[2., 2.])?;
    let loss = |y: &Tensor| poisson_nll_loss_with(&x, y, options.clone());
    let (losses, grad) = both(DType::F64, &[0., 1.], loss)?;
    assert_eq!(losses, [2f64.exp(), 2f64.exp() - 2.]);
    assert_eq!(grad, [-2., -2.]);
    Ok(())
}

#[test]
fn counts_and_labels_have_any_integer_type() -> Result<()> {
    let x = randn([2, 3])?;
    let (counts, signs) = (labels(&[0, 5, 100], &[3])?, labels(&[1, -1, 1], &[3])?);
    let row = x.select(0, 0)?;
    let expected = poisson_nll_loss(&row, counts.to_dtype(DType::F64)?)?.item()?;
    let class = nll_loss(&x, labels(&[2, 1], &[2])?)?.item()?;
    for dtype in [DType::U8, DType::U32, DType::I16, DType::I32, DType::I64] {
        let found = poisson_nll_loss(&row, counts.to_dtype(dtype)?)?.item()?;
        assert_eq!(found, expected);
        let target = labels(&[2, 1], &[2])?.to_dtype(dtype)?;
        assert_eq!(nll_loss(&x, target)?.item()?, class);
    }
    for dtype in [DType::I16, DType::I32, DType::I64] {
        let (floats, signs) = (signs.to_dtype(DType::F64)?, signs.to_dtype(dtype)?);
        let soft = |y: &Tensor| soft_margin_loss(&row, y)?.item();
        assert_eq!(soft(&signs)?, soft(&floats)?);
        let hinge = |y: &Tensor| hinge_embedding_loss(&row, y)?.item();
        assert_eq!(hinge(&signs)?, hinge(&floats)?);
    }
    // In bf16, 1001 would be 1000.
    let x = Tensor::new(&[1f32], &Device::Cpu)?.to_dtype(DType::BF16)?;
    let options = PoissonNllLossOptions::default().log_input(false).full(true);
    let many = |n: i64| poisson_nll_loss_with(&x, labels(&[n], &[1])?, options.clone())?.item();
    assert!(many(1100)? != many(1096)?);
    Ok(())
}

#[test]
fn sums_and_lists_of_nothing_are_no_errors() -> Result<()> {
    let empty = Param::new(Tensor::zeros([0, 3], DType::F32, &Device::Cpu)?)?;
    let target = empty.detach();
    for (reduction, dims) in [(Reduction::Sum, &[][..]), (Reduction::None, &[0, 3])] {
        let options = GaussianNllLossOptions::default().reduction(reduction);
        let losses = [
            smooth_l1_loss_with(
                &empty,
                &target,
                SmoothL1LossOptions::default().reduction(reduction),
            )?,
            huber_loss_with(
                &empty,
                &target,
                HuberLossOptions::default().reduction(reduction),
            )?,
            BceLoss::new_with(BinaryCrossEntropyOptions::default().reduction(reduction))
                .forward(&empty, &target)?,
            BceWithLogitsLoss::new_with(
                BinaryCrossEntropyWithLogitsOptions::default().reduction(reduction),
            )
            .forward(&empty, &target)?,
            PoissonNllLoss::new_with(PoissonNllLossOptions::default().reduction(reduction))
                .forward(&empty, &target)?,
            gaussian_nll_loss_with(&empty, &target, 1., options)?,
            kl_div_with(
                &empty,
                &target,
                KlDivOptions::default().reduction(reduction),
            )?,
            SoftMarginLoss::new_with(SoftMarginLossOptions::default().reduction(reduction))
                .forward(&empty, &target)?,
            HingeEmbeddingLoss::new_with(HingeEmbeddingLossOptions::default().reduction(reduction))
                .forward(&empty, &target)?,
        ];
        for loss in losses {
            assert_eq!(loss.dims(), dims);
            assert_eq!(loss.sum(())?.item()?, 0.);
            loss.sum(())?.backward()?;
        }
    }
    let sum = NllLossOptions::default().reduction(Reduction::Sum);
    let loss = nll_loss_with(&empty, labels(&[], &[0])?, sum)?;
    assert_eq!(loss.item()?, 0.);
    loss.backward()?;
    // A batch of two without classes has a divergence, 0.
    let flat = Tensor::zeros([2, 0], DType::F32, &Device::Cpu)?;
    let options = KlDivOptions::default().reduction(KlDivReduction::BatchMean);
    assert_eq!(kl_div_with(&flat, &flat, options)?.item()?, 0.);
    Ok(())
}

/// A weight that is set between forward and backward is found, as every input is.
#[test]
fn a_changed_weight_is_found() -> Result<()> {
    let x = Param::new(vector(&[1., 2.])?)?;
    let weight = crate::Buffer::new(vector(&[1., 2.])?)?;
    let options = HuberLossOptions::default().weight(&weight);
    let loss = huber_loss_with(&x, vector(&[0., 0.])?, options)?;
    weight.set(vector(&[3., 4.])?)?;
    let error = loss.backward().err().map(|error| error.to_string());
    let error = error.unwrap_or_default();
    assert!(error.starts_with("backward of huber_loss: "), "{error}");
    Ok(())
}

#[test]
fn reductions_have_pytorchs_words() -> Result<()> {
    for (word, reduction) in [
        ("mean", Reduction::Mean),
        ("sum", Reduction::Sum),
        ("none", Reduction::None),
    ] {
        assert_eq!(Reduction::from(word), reduction);
        let text = serde_json::to_string(&reduction).map_err(|_| crate::Error::NoGradNeeded)?;
        assert_eq!(text, format!("\"{word}\""));
    }
    assert_eq!(KlDivReduction::from("none"), KlDivReduction::None);
    Ok(())
}
