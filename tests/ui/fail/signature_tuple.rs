//! The signature promises two tensors.

use taper::prelude::*;

#[model([B, 64] -> ([B, 32], [B, 32]))]
struct Net {
    #[layer(32)]
    mean: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.mean(x)
    }
}

fn main() {}
