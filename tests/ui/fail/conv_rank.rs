//! A convolution of a flat input.

use taper::prelude::*;

#[model([B, 784] -> [B, _, _, _])]
struct Net {
    #[layer(6, 5)]
    conv: Conv2d,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}

fn main() {}
