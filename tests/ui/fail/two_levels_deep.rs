//! A component without a signature is checked where it is used: here two levels up.

use taper::prelude::*;

#[model]
struct Inner {
    #[layer(64, 1, in_channels = 32)]
    point: Conv2d,
}

#[forward]
impl Inner {
    fn forward(&self, x: Tensor) -> Tensor {
        self.point(x).relu()
    }
}

#[model]
struct Middle {
    inner: Inner,
}

#[forward]
impl Middle {
    fn forward(&self, x: Tensor) -> Tensor {
        self.inner(x)
    }
}

#[model([B, 48, 20, 20] -> [B, 64, 20, 20])]
struct Outer {
    middle: Middle,
}

#[forward]
impl Outer {
    fn forward(&self, x: Tensor) -> Tensor {
        self.middle(x)
    }
}

fn main() {}
