//! A construct outside the subset, with the way out.

use taper::prelude::*;

#[model([B, 64] -> [B, 64])]
struct Net {
    #[layer(64)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let mut x = x;
        while x.dim(0) > 1 {
            x = self.fc(x);
        }
        x
    }
}

fn main() {}
