//! A method that calls itself by way of another.

use taper::prelude::*;

#[model([B, 8] -> [B, 8])]
struct Net {
    #[layer(8)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.once(x)
    }

    fn once(&self, x: Tensor) -> Tensor {
        self.again(self.fc(x))
    }

    fn again(&self, x: Tensor) -> Tensor {
        self.once(x.relu())
    }
}

fn main() {}
