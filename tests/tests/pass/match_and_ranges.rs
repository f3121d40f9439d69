//! `match` on hyperparameters, `for` over ranges, shadowing and mutable variables.

use taper::prelude::*;

#[model([B, 8] -> [B, 8])]
pub struct Net {
    #[config(default = 1)]
    kind: usize,
    #[config(default = 2)]
    times: usize,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = match self.kind {
            0 => x,
            1 | 2 => x.relu(),
            _ => {
                let y = x.tanh();
                y * 2.0
            }
        };
        let mut x = x;
        for _ in 0..self.times {
            x = x.sigmoid();
        }
        x
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let x = Tensor::zeros((2, 8), DType::F32, &Device::Cpu)?;
    assert_eq!(
        Net::config()
            .kind(7)
            .init(&Device::Cpu)?
            .forward(&x)?
            .dims(),
        [2, 8]
    );
    Ok(())
}
