//! A field can't have the name of a method that every model has.

use taper::prelude::*;

#[model([B, 64] -> [B, 10])]
struct Net {
    #[layer(10)]
    eval: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.eval(x)
    }
}

fn main() {}
