//! What a generic parameter would be is a hyperparameter.

use taper::prelude::*;

#[model([B, 64] -> [B, N])]
struct Net<const N: usize> {
    #[layer(N)]
    fc: Linear,
}

#[forward]
impl<const N: usize> Net<N> {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn main() {}
