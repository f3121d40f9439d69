//! A closure outside the escape hatch.

use taper::prelude::*;

#[model([B, 64] -> [B, 64])]
struct Net {
    #[layer(64)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let f = |x| self.fc(x);
        f(x)
    }
}

fn main() {}
