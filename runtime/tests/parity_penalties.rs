//! Penalties of weights against PyTorch; the cases are made by `tests/parity/penalties.py`.

use taper::loss::{l1_penalty, l2_penalty};
use taper::testing::Parity;
use taper::Result;

#[test]
fn penalties() -> Result<()> {
    Parity::open("penalties")?.run(|op, case| {
        let params = (0..case.inputs()).map(|i| case.input(i));
        let params = params.collect::<Result<Vec<_>>>()?;
        match op {
            "l1_penalty" => l1_penalty(params),
            "l2_penalty" => l2_penalty(params),
            _ => case.unknown(),
        }
    })
}
