//! Softmax over a dimension that isn't there.

use taper::prelude::*;

#[model([B, 784] -> [B, classes])]
struct Net {
    #[config(default = 10)]
    classes: usize,
    #[layer(classes)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x).softmax(2)
    }
}

fn main() {}
