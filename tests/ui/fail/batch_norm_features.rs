//! `num_features`, given by name, is compared with the channels that arrive.

use taper::prelude::*;

#[model([B, 1, 28, 28] -> [B, 6, 28, 28])]
struct Net {
    #[layer(6, 3, padding = 1)]
    conv: Conv2d,
    #[layer(num_features = 16)]
    bn: BatchNorm2d,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.bn(self.conv(x)).relu()
    }
}

fn main() {}
