//! A misspelt operation is the compiler's own error, and only that.

use taper::prelude::*;

#[model([B, 64] -> [B, 10])]
struct Net {
    #[layer(10)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x).sofmax(-1)
    }
}

fn main() {}
