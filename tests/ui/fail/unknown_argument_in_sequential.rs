//! An unknown argument inside `sequential!`.

use taper::prelude::*;

#[model([B, 64] -> [B, 10])]
struct Net {
    stack: sequential!(Linear(32, bais = false), ReLU, Linear(10)),
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.stack(x)
    }
}

fn main() {}
