//! A layer with required arguments and none given.

use taper::prelude::*;

#[model([B, 64] -> [B, 16])]
struct Net {
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn main() {}
