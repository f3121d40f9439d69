//! A component's hyperparameter without a default has to be given.

use taper::prelude::*;

#[model([B, C] -> [B, width])]
struct Block {
    #[config]
    width: usize,
    #[layer(width)]
    fc: Linear,
}

#[forward]
impl Block {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

#[model([B, 64] -> [B, _])]
struct Net {
    block: Block,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.block(x)
    }
}

fn main() {}
