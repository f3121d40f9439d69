//! An unknown layer argument; the nearest valid one comes first.

use taper::prelude::*;

#[model([B, 3, 32, 32] -> [B, 16, _, _])]
struct Net {
    #[layer(16, 3, paddign = 1)]
    conv: Conv2d,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}

fn main() {}
