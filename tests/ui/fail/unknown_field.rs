//! A misspelt field is the compiler's own error, and only that.

use taper::prelude::*;

#[model([B, 64] -> [B, 10])]
struct Net {
    #[layer(32)]
    hidden: Linear,
    #[layer(10)]
    head: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.head(self.hiden(x))
    }
}

fn main() {}
