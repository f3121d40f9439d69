//! Each branch is right; only one of them fits what follows.

use taper::prelude::*;

#[model([B, 64] -> [B, 64])]
struct Net {
    #[config]
    wide: bool,
    #[layer(128)]
    up: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let y = if self.wide { self.up(&x) } else { x.relu() };
        x + y
    }
}

fn main() {}
