//! `in_channels`, given by name, is compared with the channels that arrive.

use taper::prelude::*;

#[model([B, 48, H, W] -> [B, 64, _, _])]
struct Net {
    #[layer(64, 3, in_channels = 32)]
    conv: Conv2d,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}

fn main() {}
