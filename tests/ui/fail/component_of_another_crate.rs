//! A component of another crate is called with what it doesn't take.

use taper::prelude::*;
use taper_tests_renamed::Net;

#[model([B, 4] -> [B, 5])]
struct Outer {
    #[layer(16)]
    fc: Linear,
    #[layer(classes = 5)]
    inner: Net,
}

#[forward]
impl Outer {
    fn forward(&self, x: Tensor) -> Tensor {
        self.inner(self.fc(x))
    }
}

fn main() {}
