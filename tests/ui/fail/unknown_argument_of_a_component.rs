//! A component's hyperparameters are its arguments.

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

#[model([B, 64] -> [B, 32])]
struct Net {
    #[layer(widht = 32)]
    block: Block,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.block(x)
    }
}

fn main() {}
