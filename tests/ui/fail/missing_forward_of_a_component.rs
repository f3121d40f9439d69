//! A component without a forward, called: an error at the component and one at the call.

use taper::prelude::*;

#[model([B, 8] -> [B, 16])]
struct Block {
    #[layer(16)]
    fc: Linear,
}

#[model([B, 8] -> [B, 10])]
struct Net {
    block: Block,
    #[layer(10)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(self.block(x))
    }
}

fn main() {}
