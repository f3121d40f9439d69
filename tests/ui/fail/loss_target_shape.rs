//! A loss of one number per row against targets in a column.

use taper::loss::mse_loss;
use taper::prelude::*;

#[forward]
#[shape(([B, C], [B, 1]) -> [])]
fn error(output: Tensor, target: Tensor) -> Tensor {
    mse_loss(output.mean(1), target)
}

fn main() {}
