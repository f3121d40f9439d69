//! Element-wise operations against PyTorch; the cases are made by `tests/parity/elementwise.py`.

use taper::testing::Parity;
use taper::Result;

#[test]
fn elementwise() -> Result<()> {
    Parity::open("elementwise")?.run(|op, case| match op {
        "add" => case.input(0)?.add(case.input(1)?),
        _ => case.unknown(),
    })
}
