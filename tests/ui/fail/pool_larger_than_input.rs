//! A pool that doesn't fit into the image.

use taper::prelude::*;

#[model([B, 16, 4, 4] -> [B, 16, _, _])]
struct Net {
    pool: sequential!(ReLU, MaxPool2d(5)),
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.pool(x)
    }
}

fn main() {}
