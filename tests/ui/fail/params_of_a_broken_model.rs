//! A broken model can't be counted: that says so, and doesn't repeat the mistake.

use taper::prelude::*;

#[model([B, 8] -> [B, 12])]
struct Net {
    #[layer(16)]
    fc1: Linear,
    #[layer(10)]
    fc2: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc2(self.fc1(x))
    }
}

const _: () = assert!(Net::PARAMS <= 1_000);

fn main() {}
