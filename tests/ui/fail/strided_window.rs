//! A strided convolution without padding: its size is written as one quotient.

use taper::prelude::*;

#[model([B, C, H, W] -> [B, width, H / 2, W / 2])]
struct Block {
    #[config]
    width: usize,
    #[layer(width, 3, stride = 2)]
    conv: Conv2d,
}

#[forward]
impl Block {
    fn forward(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}

fn main() {}
