//! Settings of built-in layers have types of their own: a value of the user's enum is refused, not passed over.

use taper::prelude::*;

#[derive(Clone, Copy, Debug)]
pub enum Special {
    Padding(usize),
}

#[model([B, T] -> [B, T, 8])]
pub struct Net {
    #[layer(100, 8, padding_idx = Special::Padding(3))]
    tokens: Embedding,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.tokens(x)
    }
}

fn main() {}
