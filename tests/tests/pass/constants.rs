//! Constants in signatures and arguments, `const fn`s of hyperparameters.

use taper::prelude::*;

const WIDTH: usize = 8;

const fn double(n: usize) -> usize {
    2 * n
}

#[model([B, {WIDTH}] -> [B, classes])]
pub struct Net {
    #[config(default = 4)]
    classes: usize,
    #[layer(double(WIDTH))]
    fc1: Linear,
    #[layer(double(classes))]
    fc2: Linear,
    #[layer(classes)]
    fc3: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc3(self.fc2(self.fc1(x)))
    }
}

const _: () = assert!(Net::PARAMS == (8 * 16 + 16) + (16 * 8 + 8) + (8 * 4 + 4));

#[test]
fn runs() -> taper::Result<()> {
    assert_eq!(Net::init(&Device::Cpu)?.parameters().len(), 6);
    Ok(())
}
