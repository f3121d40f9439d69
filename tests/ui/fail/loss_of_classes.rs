//! Cross-entropy expects one class per position, the scores of the classes in the second dimension.

use taper::prelude::*;

#[forward]
#[shape(([B, T, V], [B, T; int]) -> [])]
fn next_token(scores: Tensor, tokens: Tensor) -> Tensor {
    cross_entropy(scores, tokens)
}

fn main() {}
