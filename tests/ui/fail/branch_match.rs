//! One arm of a `match`.

use taper::prelude::*;

#[model([B, 64] -> [B, _])]
struct Net {
    #[config]
    depth: usize,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        match self.depth {
            0 => x,
            1 => x.relu(),
            _ => x.transpose(1, 2),
        }
    }
}

fn main() {}
