//! A parameter whose shape follows the input's, but not as it should.

use taper::prelude::*;

#[model([B, C] -> [B, C])]
struct Net {
    #[param([C + 1])]
    bias: Param,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        x + &self.bias
    }
}

fn main() {}
