//! Groups have to divide the channels.

use taper::prelude::*;

#[model([B, 30, H, W] -> [B, 64, _, _])]
struct Net {
    #[layer(64, 3, groups = 4)]
    conv: Conv2d,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}

fn main() {}
