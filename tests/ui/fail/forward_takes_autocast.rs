// What else a forward is told: a word that it doesn't know.
use taper::prelude::*;

#[model([B, 4] -> [B, 2])]
struct Net {
    #[layer(2)]
    fc: Linear,
}

#[forward(autocats)]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn main() {}
