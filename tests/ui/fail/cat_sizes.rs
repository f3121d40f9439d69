//! Joined tensors agree in every other dimension.

use taper::prelude::*;

#[model([B, 3, 32, 32] -> [B, _, _, _])]
struct Net {
    #[layer(16, 3)]
    small: Conv2d,
    #[layer(16, 5)]
    large: Conv2d,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        cat([self.small(&x), self.large(x)], 1)
    }
}

fn main() {}
