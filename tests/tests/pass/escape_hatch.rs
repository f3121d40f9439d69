//! Plain Candle code that promises a shape.

use taper::prelude::*;

#[model([B, 8] -> [B, 4])]
pub struct Net {
    #[layer(4)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let b = x.dim(0);
        let y = candle([x], [b, 8], |x| x.affine(2.0, 1.0));
        self.fc(y)
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let x = Tensor::zeros((2, 8), DType::F32, &Device::Cpu)?;
    assert_eq!(Net::init(&Device::Cpu)?.forward(&x)?.dims(), [2, 4]);
    Ok(())
}
