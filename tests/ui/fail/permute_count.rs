//! A permutation names every dimension once.

use taper::prelude::*;

#[model([B, T, 64] -> [T, B, 64])]
struct Net {}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        x.permute([1, 0])
    }
}

fn main() {}
