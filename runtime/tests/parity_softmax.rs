//! Softmax against PyTorch; the cases are made by `tests/parity/softmax.py`.

use taper::testing::Parity;
use taper::Result;

#[test]
fn softmax() -> Result<()> {
    Parity::open("softmax")?.run(|op, case| {
        let (x, dim) = (case.input(0)?, case.arg::<i64>("dim")?);
        match op {
            "softmax" => x.softmax(dim),
            "log_softmax" => x.log_softmax(dim),
            _ => case.unknown(),
        }
    })
}
