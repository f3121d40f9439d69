// The type that a forward computes in is one of two.
use taper::prelude::*;

#[model([B, 4] -> [B, 2])]
struct Net {
    #[layer(2)]
    fc: Linear,
}

#[forward(autocast = bf8)]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn main() {}
