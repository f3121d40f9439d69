//! A loss that is not one number where one was promised.

use taper::loss::smooth_l1_loss;
use taper::prelude::*;

#[model(([B, C], [B, C]) -> [])]
struct Error {
    #[config(default = 1.0)]
    beta: f64,
}

#[forward]
impl Error {
    fn forward(&self, output: Tensor, target: Tensor) -> Tensor {
        smooth_l1_loss(output, target, reduction = "none", beta = self.beta)
    }
}

fn main() {}
