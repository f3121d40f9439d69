//! A mask's pattern that matches no parameter.

use taper::prelude::*;

#[model([B, 784] -> [B, 10], masks(head = "fc3.*"))]
struct Net {
    #[layer(256)]
    fc1: Linear,
    #[layer(10)]
    fc2: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc2(self.fc1(x).relu())
    }
}

fn main() {}
