//! The inner sizes of a product.

use taper::prelude::*;

#[model([B, T, 64] -> [B, T, T])]
struct Scores {
    #[layer(48)]
    key: Linear,
}

#[forward]
impl Scores {
    fn forward(&self, x: Tensor) -> Tensor {
        let k = self.key(&x);
        x.matmul(k.transpose(1, 2))
    }
}

fn main() {}
