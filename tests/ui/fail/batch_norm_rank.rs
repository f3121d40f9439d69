//! `BatchNorm2d` where `BatchNorm1d` is meant.

use taper::prelude::*;

#[model([B, 784] -> [B, 120])]
struct Net {
    #[layer(120)]
    fc: Linear,
    bn: BatchNorm2d,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.bn(self.fc(x))
    }
}

fn main() {}
