//! A model's fields have names.

use taper::prelude::*;

#[model([B, 64] -> [B, 10])]
struct Net(Linear);

fn main() {}
