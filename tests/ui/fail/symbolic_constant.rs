//! A free dimension is not a number.

use taper::prelude::*;

#[model([B, T] -> [B, 64])]
struct Net {
    #[param([64])]
    offset: Param,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        x + &self.offset
    }
}

fn main() {}
