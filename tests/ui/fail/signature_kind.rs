//! The signature promises integers.

use taper::prelude::*;

#[model([B, 64] -> [B; int])]
struct Net {}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        x.mean(1)
    }
}

fn main() {}
