//! A misspelt hyperparameter in a condition.

use taper::prelude::*;

#[model([B, 64] -> [B, 64])]
struct Net {
    #[config(default = 1)]
    stride: usize,
    #[layer(64)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        if self.strid == 1 {
            self.fc(x)
        } else {
            x
        }
    }
}

fn main() {}
