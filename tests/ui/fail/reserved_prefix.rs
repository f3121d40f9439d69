//! Two underscores are kept for generated code.

use taper::prelude::*;

#[model([B, 64] -> [B, 10])]
struct Net {
    #[layer(10)]
    __fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.__fc(x)
    }
}

fn main() {}
