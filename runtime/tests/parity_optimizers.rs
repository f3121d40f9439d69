//! Trajectories of SGD and Adam against PyTorch; the cases are made by `tests/parity/optimizers.py`.

mod common;

use common::trajectory::trajectory;
use taper::optim::{AdamOptions, SgdOptions};
use taper::testing::Parity;
use taper::Result;

#[test]
fn optimizers() -> Result<()> {
    Parity::open("optimizers")?.run(|op, case| match op {
        "sgd" => trajectory::<SgdOptions>(case),
        "adam" => trajectory::<AdamOptions>(case),
        _ => case.unknown(),
    })
}
