//! Losses against PyTorch; the cases are made by `tests/parity/losses.py`.

use taper::loss::{
    cross_entropy_with, l1_loss_with, mse_loss_with, CrossEntropyOptions, L1LossOptions,
    MseLossOptions, Reduction,
};
use taper::testing::{Case, Parity};
use taper::{Result, Tensor};

#[test]
fn losses() -> Result<()> {
    Parity::open("losses")?.run(|op, case| {
        let (output, target, reduction) = (case.input(0)?, case.input(1)?, reduction(case)?);
        match op {
            "mse_loss" => mse_loss_with(
                output,
                target,
                MseLossOptions::default().reduction(reduction),
            ),
            "l1_loss" => l1_loss_with(
                output,
                target,
                L1LossOptions::default().reduction(reduction),
            ),
            "cross_entropy" => cross_entropy_with(output, target, cross_entropy_options(case)?),
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

fn cross_entropy_options(case: &Case) -> Result<CrossEntropyOptions> {
    let defaults = CrossEntropyOptions::default();
    let weight = (case.inputs() > 2).then(|| case.input(2)).transpose()?;
    Ok(CrossEntropyOptions {
        weight: weight.map(Tensor::detach),
        ignore_index: case
            .option("ignore_index")?
            .unwrap_or(defaults.ignore_index),
        reduction: reduction(case)?,
        label_smoothing: case.option("label_smoothing")?.unwrap_or_default(),
    })
}
