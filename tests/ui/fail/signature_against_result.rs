//! The signature promises what the forward doesn't give.

use taper::prelude::*;

#[model([B, 784] -> [B, 10])]
struct Net {
    #[layer(256)]
    fc1: Linear,
    #[layer(100)]
    fc2: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self.fc1(x).relu();
        self.fc2(x)
    }
}

fn main() {}
