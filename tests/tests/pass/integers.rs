//! Tensors of integers.

use taper::prelude::*;

#[model([B, T; int] -> [B, T, 16])]
pub struct Net {
    #[layer(100, 16)]
    tokens: Embedding,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.tokens(x)
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let x = Tensor::zeros((2, 3), DType::I64, &Device::Cpu)?;
    assert_eq!(Net::init(&Device::Cpu)?.forward(&x)?.dims(), [2, 3, 16]);
    Ok(())
}
