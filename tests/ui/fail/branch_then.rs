//! The mistake is in the branch that is taken where `wide` is true.

use taper::prelude::*;

#[model([B, 64] -> [B, 64])]
struct Net {
    #[config]
    wide: bool,
    #[layer(128)]
    up: Linear,
    #[layer(64)]
    same: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let y = if self.wide { &x + self.up(&x) } else { self.same(&x) };
        x + y
    }
}

fn main() {}
