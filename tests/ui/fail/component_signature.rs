//! A component's signature is checked where it is used.

use taper::prelude::*;

#[model([B, 3, H, W] -> [B, 16, H, W])]
struct Stem {
    #[layer(16, 3, padding = 1)]
    conv: Conv2d,
}

#[forward]
impl Stem {
    fn forward(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}

#[model([B, 1, 28, 28] -> [B, 16, 28, 28])]
struct Net {
    stem: Stem,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.stem(x)
    }
}

fn main() {}
