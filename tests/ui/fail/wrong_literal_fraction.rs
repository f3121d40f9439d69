//! A fraction where a whole number is expected.

use taper::prelude::*;

#[model([B, 64] -> [B, _])]
struct Net {
    #[layer(12.5)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn main() {}
