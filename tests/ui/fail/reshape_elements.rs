//! A reshape that changes the number of elements.

use taper::prelude::*;

#[model([B, 16, 5, 5] -> [B, _])]
struct Net {
    #[layer(10)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let b = x.dim(0);
        self.fc(x.reshape([b, 256]))
    }
}

fn main() {}
