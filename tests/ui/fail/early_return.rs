//! An early return.

use taper::prelude::*;

#[model([B, 64] -> [B, 64])]
struct Net {
    #[config]
    skip: bool,
    #[layer(64)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        if self.skip {
            return x;
        }
        self.fc(x)
    }
}

fn main() {}
