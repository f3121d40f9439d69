//! A sum that holds for one value of a hyperparameter only.

use taper::prelude::*;

#[model([B, width] -> [B, width])]
struct Block {
    #[config]
    width: usize,
    #[layer(2 * width)]
    up: Linear,
}

#[forward]
impl Block {
    fn forward(&self, x: Tensor) -> Tensor {
        self.up(&x) + x
    }
}

fn main() {}
