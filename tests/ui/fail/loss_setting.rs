//! A setting out of its range, which is known.

use taper::loss::huber_loss;
use taper::prelude::*;

#[forward]
#[shape(([B, C], [B, C]) -> [])]
fn error(output: Tensor, target: Tensor) -> Tensor {
    huber_loss(output, target, delta = -0.5)
}

fn main() {}
