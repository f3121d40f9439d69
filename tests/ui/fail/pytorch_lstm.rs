//! `LSTM(8, 16)`, as a PyTorch user writes it.

use taper::prelude::*;

#[model([T, B, 8] -> [T, B, 16])]
struct Net {
    #[layer(8, 16)]
    lstm: LSTM,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let (y, _) = self.lstm(x);
        y
    }
}

fn main() {}
