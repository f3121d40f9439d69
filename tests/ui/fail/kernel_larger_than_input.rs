//! A kernel that doesn't fit into the image that is left.

use taper::prelude::*;

#[model([B, 1, 28, 28] -> [B, 16, _, _])]
struct Net {
    features: sequential!(Conv2d(6, 5), MaxPool2d(6)),
    #[layer(16, 5)]
    conv: Conv2d,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self.features(x);
        self.conv(x)
    }
}

fn main() {}
