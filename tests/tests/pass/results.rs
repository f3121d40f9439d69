//! `-> Tensor` and `-> Result<Tensor>`, `?` and a last `Ok(…)`.

use taper::prelude::*;

#[model([B, 8] -> [B, 4])]
pub struct Net {
    #[layer(6)]
    hidden: Linear,
    #[layer(4)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> taper::Result<Tensor> {
        let x = self.encode(x)?;
        Ok(self.fc(x)?)
    }

    #[shape([B, 8] -> [B, 6])]
    fn encode(&self, x: Tensor) -> Tensor {
        self.hidden(x).relu()
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let net = Net::init(&Device::Cpu)?;
    let x = Tensor::zeros((2, 8), DType::F32, &Device::Cpu)?;
    assert_eq!(
        (net.forward(&x)?.dims(), net.encode(x)?.dims()),
        (&[2, 4][..], &[2, 6][..])
    );
    Ok(())
}
