//! A derive of what every model has: above the attribute, where the attribute doesn't see it.

use taper::prelude::*;

#[derive(Debug)]
#[model([B, 64] -> [B, 10])]
struct Net {
    #[layer(10)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn main() {}
