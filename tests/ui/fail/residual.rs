//! A residual sum after a stride.

use taper::prelude::*;

#[model([B, C, 32, 32] -> [B, C, _, _])]
struct Block {
    #[config]
    out: usize,
    #[layer(out, 3, stride = 2, padding = 1)]
    conv: Conv2d,
}

#[forward]
impl Block {
    fn forward(&self, x: Tensor) -> Tensor {
        let y = self.conv(&x);
        y + x
    }
}

fn main() {}
