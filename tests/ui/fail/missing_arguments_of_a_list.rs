//! A required argument left out where a list of layers is declared.

use taper::prelude::*;

#[model([B, 8, H, W] -> [B, 8, _, _])]
struct Net {
    #[layer(repeat = 3, padding = 1)]
    convs: Vec<Conv2d>,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.convs(x)
    }
}

fn main() {}
