//! A reduction that there is not.

use taper::loss::l1_loss;
use taper::prelude::*;

#[forward]
#[shape(([B, C], [B, C]) -> [])]
fn error(output: Tensor, target: Tensor) -> Tensor {
    l1_loss(output, target, reduction = "average")
}

fn main() {}
