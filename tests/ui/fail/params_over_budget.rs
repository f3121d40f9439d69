//! A budget of parameters is a constant assertion.

use taper::prelude::*;

#[model([B, 784] -> [B, 10])]
struct Net {
    #[layer(256)]
    fc1: Linear,
    #[layer(10)]
    fc2: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc2(self.fc1(x).relu())
    }
}

const _: () = assert!(Net::PARAMS <= 100_000, "Net must stay below 100,000 parameters");

fn main() {}
