//! A field whose type is no layer.

use taper::prelude::*;

pub struct Scale {
    pub factor: f64,
}

#[model([B, 64] -> [B, 10])]
struct Net {
    scale: Scale,
    #[layer(10)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn main() {}
