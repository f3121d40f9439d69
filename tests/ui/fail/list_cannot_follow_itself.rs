//! A list whose elements can't follow one another.

use taper::prelude::*;

#[model([B, 64] -> [B, _])]
struct Net {
    #[config]
    depth: usize,
    #[layer(32, in_features = 64, repeat = depth)]
    layers: Vec<Linear>,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let mut x = x;
        for layer in &self.layers {
            x = layer(x);
        }
        x
    }
}

fn main() {}
