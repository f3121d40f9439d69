//! A layer of weights takes floats.

use taper::prelude::*;

#[model([B, 32; int] -> [B, 10])]
struct Net {
    #[layer(10)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn main() {}
