//! `in_features`, given by name, is compared with the size that arrives.

use taper::prelude::*;

#[model([B, 784] -> [B, 10])]
struct Net {
    #[layer(10, in_features = 512)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn main() {}
