//! Flattening from a dimension past the last.

use taper::prelude::*;

#[model([B, 784] -> [B, 10])]
struct Net {
    #[layer(10)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x.flatten(2))
    }
}

fn main() {}
