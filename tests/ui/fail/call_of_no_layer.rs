//! A field that is no layer, called: an error at the field and one at the call.

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
        let x = self.scale(x);
        self.fc(x)
    }
}

fn main() {}
