//! A hidden state for other layers than there are.

use taper::prelude::*;

#[model(([T, B, 8], [1, B, 4], [1, B, 4]) -> [T, B, 4])]
struct Net {
    #[layer(4, num_layers = 2)]
    lstm: LSTM,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor, h: Tensor, c: Tensor) -> Tensor {
        let (y, _) = self.lstm(x, (h, c));
        y
    }
}

fn main() {}
