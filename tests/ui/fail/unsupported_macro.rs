//! A macro in a forward.

use taper::prelude::*;

#[model([B, 64] -> [B, 64])]
struct Net {
    #[layer(64)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        println!("{x:?}");
        self.fc(x)
    }
}

fn main() {}
