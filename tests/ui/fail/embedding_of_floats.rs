//! Positions are integers; the signature has to say so.

use taper::prelude::*;

#[model([B, T] -> [B, T, 64])]
struct Net {
    #[layer(1000, 64)]
    tokens: Embedding,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.tokens(x)
    }
}

fn main() {}
