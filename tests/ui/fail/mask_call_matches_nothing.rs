//! The same, where the mask is made at a call site.

use taper::prelude::*;

#[model([B, 784] -> [B, 10])]
struct Net {
    #[layer(256)]
    hidden: Linear,
    #[layer(10)]
    head: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.head(self.hidden(x).relu())
    }
}

fn main() {
    let _ = mask!(Net: "hiden.*", "head.*");
}
