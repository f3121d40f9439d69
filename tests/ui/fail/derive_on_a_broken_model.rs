//! A model with a mistake can still be cloned and printed.

use taper::prelude::*;

#[model([B, 64] -> [B, 10])]
#[derive(Clone, Debug)]
struct Net {
    #[layer(10)]
    fc: Linear,
    #[config(defualt = 3)]
    classes: usize,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn copied(net: &Net) -> String {
    format!("{} {:?}", net, net.clone())
}

fn main() {
    let _ = copied;
}
