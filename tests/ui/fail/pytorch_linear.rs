//! `Linear(784, 512)`, as PyTorch has it.

use taper::prelude::*;

#[model([B, 784] -> [B, 512])]
struct Net {
    #[layer(784, 512)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn main() {}
