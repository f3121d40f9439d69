//! `MultiheadAttention(8, 2)`, as a PyTorch user writes it.

use taper::prelude::*;

#[model([L, N, 8] -> [L, N, 8])]
struct Net {
    #[layer(8, 2)]
    attention: MultiheadAttention,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let (y, _) = self.attention(&x, &x, &x);
        y
    }
}

fn main() {}
