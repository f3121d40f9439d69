//! A misspelt hyperparameter in a layer's arguments.

use taper::prelude::*;

#[model([B, 64] -> [B, classes])]
struct Net {
    #[config(default = 10)]
    classes: usize,
    #[layer(clases)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn main() {}
