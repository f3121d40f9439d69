//! A layer of one input called with two.

use taper::prelude::*;

#[model([B, 64] -> [B, 10])]
struct Net {
    #[layer(10)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(&x, &x)
    }
}

fn main() {}
