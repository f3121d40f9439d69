//! An inferred size that would not be whole.

use taper::prelude::*;

#[model([B, 10] -> [B, 3, _])]
struct Net {}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let b = x.dim(0);
        x.reshape([b, 3, _])
    }
}

fn main() {}
