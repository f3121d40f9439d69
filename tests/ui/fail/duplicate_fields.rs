//! Two fields of one name.

use taper::prelude::*;

#[model([B, 64] -> [B, 64])]
struct Net {
    #[layer(64)]
    fc: Linear,
    #[layer(64)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn main() {}
