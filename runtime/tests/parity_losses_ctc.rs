//! CTC against PyTorch; the cases are made by `tests/parity/losses_ctc.py`.

use taper::loss::{ctc_loss_with, CtcLossOptions, Reduction};
use taper::testing::{Case, Parity};
use taper::Result;

#[test]
fn ctc() -> Result<()> {
    Parity::open("losses_ctc")?.run(|op, case| match op {
        "ctc_loss" => ctc_loss_with(
            case.input(0)?,
            case.input(1)?,
            case.input(2)?,
            case.input(3)?,
            options(case)?,
        ),
        _ => case.unknown(),
    })
}

/// Lists of numbers are as good as tensors.
#[test]
fn lengths_as_lists() -> Result<()> {
    Parity::open("losses_ctc")?.run(|_, case| {
        let list = |i| {
            let lengths = case.input(i)?.to_vec::<i64>()?;
            Ok::<_, taper::Error>(lengths.into_iter().map(|n| n as usize).collect::<Vec<_>>())
        };
        let (input, target) = (list(2)?, list(3)?);
        let (log_probs, targets) = (case.input(0)?, case.input(1)?);
        match case.inputs() {
            4 => ctc_loss_with(log_probs, targets, &input[..], target, options(case)?),
            _ => case.unknown(),
        }
    })
}

fn options(case: &Case) -> Result<CtcLossOptions> {
    let reduction = match case.option::<String>("reduction")?.as_deref() {
        Some("sum") => Reduction::Sum,
        Some("none") => Reduction::None,
        _ => Reduction::Mean,
    };
    Ok(CtcLossOptions {
        blank: case.option("blank")?.unwrap_or_default(),
        reduction,
        zero_infinity: case.option("zero_infinity")?.unwrap_or_default(),
    })
}
