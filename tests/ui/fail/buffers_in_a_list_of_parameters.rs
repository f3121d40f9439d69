//! A list of buffers holds buffers: what is declared as state must not be trained.

use taper::prelude::*;

#[model([B, 4] -> [B, 4])]
pub struct Net {
    #[buffer(list = [[4], [4]])]
    shifts: ParamList,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        x
    }
}

fn main() {}
