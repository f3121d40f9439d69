//! Element-wise losses and `nll_loss` against PyTorch; the cases are made by `tests/parity/losses_elementwise.py`.

use taper::loss::*;
use taper::testing::{Case, Parity};
use taper::{Result, Tensor};

#[test]
fn losses_elementwise() -> Result<()> {
    Parity::open("losses_elementwise")?.run(|op, case| {
        let (output, target) = (case.input(0)?, case.input(1)?);
        match op {
            "mse_loss" => MseLoss::new_with(with(case, MseLossOptions::default)?.weight(weight(case, 2)?))
                .forward(output, target),
            _ => run(op, case, output, target),
        }
    })
}
