//! Without a signature a component is checked where it is used.

use taper::prelude::*;

#[model]
pub struct Block {
    #[config]
    width: usize,
    #[layer(width)]
    fc: Linear,
}

#[forward]
impl Block {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(&x).relu()
    }
}

#[model([B, 8] -> [B, 4])]
pub struct Net {
    #[layer(16)]
    first: Block,
    #[layer(width = 4)]
    second: Block,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.second(self.first(x))
    }
}

#[test]
fn runs() -> taper::Result<()> {
    assert_eq!(Net::init(&Device::Cpu)?.parameters().len(), 4);
    Ok(())
}
