//! An unknown keyword of an operation.

use taper::prelude::*;

#[model([B, 64] -> [B, 1])]
struct Net {}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        x.mean(1, keep_dim = true)
    }
}

fn main() {}
