//! A function of tensors is proved too.

use taper::prelude::*;

#[forward]
#[shape(([B, C], [B, K]) -> [])]
fn loss(x: Tensor, y: Tensor) -> Tensor {
    (x - y).square().mean()
}

fn main() {}
