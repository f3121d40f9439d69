//! A field that is neither layer nor declared otherwise.

use taper::prelude::*;

#[model([B, 64] -> [B, 10])]
struct Net {
    classes: usize,
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
