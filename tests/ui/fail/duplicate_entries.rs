//! Two entries of one name in a block.

use taper::prelude::*;

#[model([B, 64] -> [B, 64])]
struct Net {
    stack: sequential!(fc: Linear(64), fc: Linear(64)),
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.stack(x)
    }
}

fn main() {}
