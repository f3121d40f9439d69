//! A helper's own signature is checked where it is called.

use taper::prelude::*;

#[model([B, 3, 32, 32] -> [B, 10])]
struct Net {
    #[layer(10)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.head(x)
    }

    #[shape([B, D] -> [B, 10])]
    fn head(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn main() {}
