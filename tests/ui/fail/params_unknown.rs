//! Parameters can't be counted where a dimension that the signature leaves free decides on them.

use taper::prelude::*;

#[model([B, width] -> [B, 10])]
struct Net {
    #[layer(10)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

const _: () = assert!(Net::PARAMS <= 100_000);

fn main() {}
