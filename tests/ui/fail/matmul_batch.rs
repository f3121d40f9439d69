//! The batch sizes of a product.

use taper::prelude::*;

#[model(([8, T, 64], [6, 64, S]) -> [8, T, S])]
struct Scores {}

#[forward]
impl Scores {
    fn forward(&self, x: Tensor, y: Tensor) -> Tensor {
        x.matmul(y)
    }
}

fn main() {}
