//! A layer used twice needs the same channels both times.

use taper::prelude::*;

#[model([B, 3, 32, 32] -> [B, 16, 32, 32])]
struct Net {
    #[layer(16, 3, padding = 1)]
    conv: Conv2d,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let y = self.conv(x);
        self.conv(y)
    }
}

fn main() {}
