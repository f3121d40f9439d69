//! A sum of shapes that don't broadcast.

use taper::prelude::*;

#[model([B, 64] -> [B, _])]
struct Net {
    #[layer(32)]
    left: Linear,
    #[layer(48)]
    right: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.left(&x) + self.right(x)
    }
}

fn main() {}
