//! A model without a forward.

use taper::prelude::*;

#[model([B, 64] -> [B, 10])]
struct Net {
    #[layer(10)]
    fc: Linear,
}

fn main() {}
