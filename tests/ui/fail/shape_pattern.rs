//! As many names as dimensions.

use taper::prelude::*;

#[model([B, T, 64] -> [B, _])]
struct Net {}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let [b, t] = x.shape();
        x.reshape([b, t * 64])
    }
}

fn main() {}
