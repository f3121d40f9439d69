//! Half a height, rounded down, doubled, is not the height.

use taper::prelude::*;

#[model([B, C, H, W] -> [B, C, H, W])]
struct Half {}

#[forward]
impl Half {
    fn forward(&self, x: Tensor) -> Tensor {
        x.max_pool2d(2, ceil_mode = true) + x.max_pool2d(2)
    }
}

fn main() {}
