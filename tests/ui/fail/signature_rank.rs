//! The signature promises another number of dimensions.

use taper::prelude::*;

#[model([B, 1, 28, 28] -> [B, 10])]
struct Net {
    #[layer(10, 28)]
    conv: Conv2d,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}

fn main() {}
