//! An expression's layer that is as wide as a dimension of the input, and doesn't fit the signature.

use taper::prelude::*;

fn main() {
    let _ = sequential! { <[B, C] -> [B, C]> Linear(2 * C), ReLU };
}
