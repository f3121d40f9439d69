//! PyTorch allows a pool at most half its kernel as padding.

use taper::prelude::*;

#[model([B, 16, 8, 8] -> [B, 16, _, _])]
struct Net {}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        x.max_pool2d(2, padding = 2)
    }
}

fn main() {}
