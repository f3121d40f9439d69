//! A slice that reaches past the end.

use taper::prelude::*;

#[model([B, 10] -> [B, 4])]
struct Net {}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        x.narrow(1, 8, 4)
    }
}

fn main() {}
