//! `Conv2d(1, 6, 3)`, as PyTorch has it.

use taper::prelude::*;

#[model([B, 1, 28, 28] -> [B, 6, 26, 26])]
struct Net {
    #[layer(1, 6, 3)]
    conv: Conv2d,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}

fn main() {}
