//! A helper's body is proved against its own signature.

use taper::prelude::*;

#[model([B, 32] -> [B, 10])]
struct Net {
    #[layer(32)]
    up: Linear,
    #[layer(10)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }

    #[shape([B, 8] -> [B, 16])]
    fn encode(&self, x: Tensor) -> Tensor {
        self.up(x)
    }
}

fn main() {}
