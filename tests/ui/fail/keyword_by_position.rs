//! An optional argument by position that is only taken by name.

use taper::prelude::*;

#[model([B, 64] -> [B])]
struct Net {}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        x.norm(1, 3)
    }
}

fn main() {}
