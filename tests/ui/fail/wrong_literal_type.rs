//! A number where a truth value is expected.

use taper::prelude::*;

#[model([B, 64] -> [B, 10])]
struct Net {
    #[layer(10, bias = 1)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn main() {}
