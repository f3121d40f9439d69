//! A dimension past the last.

use taper::prelude::*;

#[model([B, T, 64] -> [B, 64, T])]
struct Net {}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        x.transpose(1, 3)
    }
}

fn main() {}
