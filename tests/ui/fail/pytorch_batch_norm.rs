//! `BatchNorm1d(120)`, as PyTorch has it.

use taper::prelude::*;

#[model([B, 120] -> [B, 120])]
struct Net {
    #[layer(120)]
    bn: BatchNorm1d,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.bn(x)
    }
}

fn main() {}
