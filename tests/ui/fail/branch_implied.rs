//! What a condition implies is known in its branch alone: with `||` for `&&` the sum isn't proved.

use taper::prelude::*;

#[model([B, C] -> [B, out])]
struct Block {
    #[config]
    out: usize,
    #[config]
    project: bool,
    #[layer(out)]
    fc: Linear,
    #[layer(out)]
    skip: Option<Linear>,
}

#[forward]
impl Block {
    fn forward(&self, x: Tensor) -> Tensor {
        let y = self.fc(&x);
        let skip = if self.project && x.dim(1) != self.out { self.skip(x) } else { x };
        y + skip
    }
}

fn main() {}
