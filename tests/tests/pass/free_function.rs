//! A function of tensors outside a model.

use taper::prelude::*;

#[forward]
#[shape(([B, C], [B, C]) -> [])]
pub fn squared(x: Tensor, y: Tensor) -> Tensor {
    (x - y).square().mean()
}

#[test]
fn runs() -> taper::Result<()> {
    let x = Tensor::ones((2, 3), DType::F32, &Device::Cpu)?;
    assert!(squared(&x, &x)?.dims().is_empty());
    Ok(())
}
