//! A window smaller by one than what it is added to, for every height.

use taper::prelude::*;

#[model([B, C, H, W] -> [B, C, _, _])]
struct Block {
    #[config]
    width: usize,
    #[layer(width, 3, padding = 1)]
    same: Conv2d,
    #[layer(width, 2)]
    smaller: Conv2d,
}

#[forward]
impl Block {
    fn forward(&self, x: Tensor) -> Tensor {
        self.same(&x) + self.smaller(x)
    }
}

fn main() {}
