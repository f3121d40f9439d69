//! Functions of several tensors, keyword arguments, inferred sizes.

use taper::prelude::*;

#[model([B, 8, H, W] -> [B, _])]
pub struct Net {
    #[layer(8, 3, padding = 1)]
    conv: Conv2d,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let [b, _, h, w] = x.shape();
        let y = cat([&x, &self.conv(&x)], 1);
        let y = y.narrow(1, 0, 16).reshape([b, _, h * w]);
        y.mean(2, keepdim = true).flatten(1)
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let net = Net::config().input([1, 8, 4, 4]).init(&Device::Cpu)?;
    let x = Tensor::zeros((2, 8, 4, 4), DType::F32, &Device::Cpu)?;
    assert_eq!(net.forward(&x)?.dims(), [2, 16]);
    Ok(())
}
