//! A dimension that stands only in the output is a typo.

use taper::prelude::*;

#[model([B, 784] -> [B, clases])]
struct Net {
    #[config(default = 10)]
    classes: usize,
    #[layer(classes)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn main() {}
