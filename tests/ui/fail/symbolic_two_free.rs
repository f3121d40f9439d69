//! Two free dimensions are not one.

use taper::prelude::*;

#[model(([B, T, 64], [B, S, 64]) -> [B, T, 64])]
struct Join {}

#[forward]
impl Join {
    fn forward(&self, x: Tensor, y: Tensor) -> Tensor {
        x + y
    }
}

fn main() {}
