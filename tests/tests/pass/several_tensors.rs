//! Several inputs and outputs; optional ones.

use taper::prelude::*;

#[model(([B, 8], [B, 8]?) -> ([B, 4], [B, 8]))]
pub struct Net {
    #[layer(4)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor, bias: Option<Tensor>) -> (Tensor, Tensor) {
        let y = if let Some(bias) = bias {
            &x + bias
        } else {
            x.relu()
        };
        (self.fc(x), y)
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let net = Net::init(&Device::Cpu)?;
    let x = Tensor::zeros((2, 8), DType::F32, &Device::Cpu)?;
    let (y, z) = net.forward(&x, None)?;
    assert_eq!((y.dims(), z.dims()), (&[2, 4][..], &[2, 8][..]));
    Ok(())
}
