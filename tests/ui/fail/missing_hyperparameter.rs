//! A required argument left out.

use taper::prelude::*;

#[model([B, 3, 32, 32] -> [B, 16, _, _])]
struct Net {
    #[layer(16)]
    conv: Conv2d,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}

fn main() {}
