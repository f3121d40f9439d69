//! A component broken where it is defined is silent where it is used.

use taper::prelude::*;

#[model([B, 64] -> [B, 64])]
struct Block {
    #[layer(32)]
    fc: Linear,
}

#[forward]
impl Block {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(&x) + x
    }
}

#[model([B, 64] -> [B, 64])]
struct Net {
    first: Block,
    #[layer(repeat = 3)]
    others: Vec<Block>,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let mut x = self.first(x);
        for block in &self.others {
            x = block(x);
        }
        x
    }
}

fn main() {}
