//! The mistake is in the branch that is taken where `wide` is false.

use taper::prelude::*;

#[model([B, 64] -> [B, _])]
struct Net {
    #[config]
    wide: bool,
    #[layer(128)]
    up: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        if self.wide {
            self.up(x)
        } else {
            x.flatten(2)
        }
    }
}

fn main() {}
