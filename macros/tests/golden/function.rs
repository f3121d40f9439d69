//! A free function: a loss of one's own.

use taper::prelude::*;

/// The mean of the squared differences.
#[forward]
#[shape(([B, N], [B, N]) -> [])]
pub fn squared(x: Tensor, y: Tensor) -> Tensor {
    let d = x - y;
    (d * d).mean()
}
