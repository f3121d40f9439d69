//! An operation on all that an LSTM gives.

use taper::prelude::*;

#[model([T, B, 8] -> [T, B, 4])]
struct Net {
    #[layer(4)]
    lstm: LSTM,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.lstm(x).relu()
    }
}

fn main() {}
