//! A default can't depend on the input.

use taper::prelude::*;

#[model([B, C] -> [B, width])]
struct Net {
    #[config(default = 2 * C)]
    width: usize,
    #[layer(width)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn main() {}
