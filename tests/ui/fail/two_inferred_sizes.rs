//! Only one size can be inferred.

use taper::prelude::*;

#[model([B, 64] -> [B, _, _])]
struct Net {}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let b = x.dim(0);
        x.reshape([b, _, _])
    }
}

fn main() {}
