//! A model is a struct.

use taper::prelude::*;

#[model([B, 64] -> [B, 10])]
enum Net {
    Small,
    Large,
}

fn main() {}
