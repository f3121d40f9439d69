//! Element-wise losses and `nll_loss` against PyTorch; the cases are made by `tests/parity/losses_elementwise.py`.
//!
//! Each runs as a struct, which calls the function with its options.

use taper::loss::*;
use taper::testing::{Case, Parity};
use taper::{Result, Tensor};

#[test]
fn losses_elementwise() -> Result<()> {
    Parity::open("losses_elementwise")?.run(|op, case| {
        let (output, target) = (case.input(0)?, case.input(1)?);
        match op {
            "binary_cross_entropy" => BceLoss::new_with(bce(case)?).forward(output, target),
            "binary_cross_entropy_with_logits" => {
                BceWithLogitsLoss::new_with(bce_with_logits(case, 2, 3)?).forward(output, target)
            }
            "binary_cross_entropy_with_logits_positive" => {
                BceWithLogitsLoss::new_with(bce_with_logits(case, 3, 2)?).forward(output, target)
            }
            "gaussian_nll_loss" => {
                GaussianNllLoss::new_with(gaussian(case)?).forward(output, target, case.input(2)?)
            }
            "gaussian_nll_loss_number" => {
                GaussianNllLoss::new().forward(output, target, case.arg::<f64>("var")?)
            }
            "hinge_embedding_loss" => {
                HingeEmbeddingLoss::new_with(hinge_embedding(case)?).forward(output, target)
            }
            "huber_loss" => HuberLoss::new_with(huber(case)?).forward(output, target),
            "kl_div" => KlDivLoss::new_with(kl_div_options(case)?).forward(output, target),
            "l1_loss" => L1Loss::new_with(l1(case)?).forward(output, target),
            "mse_loss" => MseLoss::new_with(mse(case)?).forward(output, target),
            "nll_loss" => NllLoss::new_with(nll(case)?).forward(output, target),
            "poisson_nll_loss" => PoissonNllLoss::new_with(poisson(case)?).forward(output, target),
            "smooth_l1_loss" => SmoothL1Loss::new_with(smooth_l1(case)?).forward(output, target),
            "soft_margin_loss" => {
                let options = SoftMarginLossOptions::default().reduction(reduction(case)?);
                SoftMarginLoss::new_with(options).forward(output, target)
            }
            _ => case.unknown(),
        }
    })
}

fn reduction(case: &Case) -> Result<Reduction> {
    Ok(match case.option::<String>("reduction")?.as_deref() {
        Some("sum") => Reduction::Sum,
        Some("none") => Reduction::None,
        _ => Reduction::Mean,
    })
}

/// The tensor argument `i`, if there is one.
fn weight(case: &Case, i: usize) -> Result<Option<Tensor>> {
    let weight = (i < case.inputs()).then(|| case.input(i)).transpose()?;
    Ok(weight.cloned())
}

fn mse(case: &Case) -> Result<MseLossOptions> {
    Ok(MseLossOptions {
        reduction: reduction(case)?,
        weight: weight(case, 2)?,
    })
}

fn l1(case: &Case) -> Result<L1LossOptions> {
    Ok(L1LossOptions {
        reduction: reduction(case)?,
        weight: weight(case, 2)?,
    })
}

fn huber(case: &Case) -> Result<HuberLossOptions> {
    let defaults = HuberLossOptions::default();
    Ok(HuberLossOptions {
        reduction: reduction(case)?,
        delta: case.option("delta")?.unwrap_or(defaults.delta),
        weight: weight(case, 2)?,
    })
}

fn smooth_l1(case: &Case) -> Result<SmoothL1LossOptions> {
    let defaults = SmoothL1LossOptions::default();
    Ok(SmoothL1LossOptions {
        reduction: reduction(case)?,
        beta: case.option("beta")?.unwrap_or(defaults.beta),
    })
}

fn bce(case: &Case) -> Result<BinaryCrossEntropyOptions> {
    Ok(BinaryCrossEntropyOptions {
        weight: weight(case, 2)?,
        reduction: reduction(case)?,
    })
}

fn bce_with_logits(
    case: &Case,
    weight_at: usize,
    pos_weight_at: usize,
) -> Result<BinaryCrossEntropyWithLogitsOptions> {
    Ok(BinaryCrossEntropyWithLogitsOptions {
        weight: weight(case, weight_at)?,
        reduction: reduction(case)?,
        pos_weight: weight(case, pos_weight_at)?,
    })
}

fn poisson(case: &Case) -> Result<PoissonNllLossOptions> {
    let defaults = PoissonNllLossOptions::default();
    Ok(PoissonNllLossOptions {
        log_input: case.option("log_input")?.unwrap_or(defaults.log_input),
        full: case.option("full")?.unwrap_or(defaults.full),
        eps: case.option("eps")?.unwrap_or(defaults.eps),
        reduction: reduction(case)?,
    })
}

fn gaussian(case: &Case) -> Result<GaussianNllLossOptions> {
    let defaults = GaussianNllLossOptions::default();
    Ok(GaussianNllLossOptions {
        full: case.option("full")?.unwrap_or(defaults.full),
        eps: case.option("eps")?.unwrap_or(defaults.eps),
        reduction: reduction(case)?,
    })
}

fn kl_div_options(case: &Case) -> Result<KlDivOptions> {
    let batch = case.option::<String>("reduction")?.as_deref() == Some("batchmean");
    Ok(KlDivOptions {
        reduction: if batch {
            KlDivReduction::BatchMean
        } else {
            reduction(case)?.into()
        },
        log_target: case.option("log_target")?.unwrap_or_default(),
    })
}

fn hinge_embedding(case: &Case) -> Result<HingeEmbeddingLossOptions> {
    let defaults = HingeEmbeddingLossOptions::default();
    Ok(HingeEmbeddingLossOptions {
        margin: case.option("margin")?.unwrap_or(defaults.margin),
        reduction: reduction(case)?,
    })
}

fn nll(case: &Case) -> Result<NllLossOptions> {
    let defaults = NllLossOptions::default();
    Ok(NllLossOptions {
        weight: weight(case, 2)?,
        ignore_index: case
            .option("ignore_index")?
            .unwrap_or(defaults.ignore_index),
        reduction: reduction(case)?,
    })
}
