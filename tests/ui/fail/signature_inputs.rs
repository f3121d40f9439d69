//! The signature has one input, the forward two.

use taper::prelude::*;

#[model([B, 64] -> [B, 64])]
struct Net {}

#[forward]
impl Net {
    fn forward(&self, x: Tensor, y: Tensor) -> Tensor {
        x + y
    }
}

fn main() {}
