//! Masks, declared and made at a call site.

use taper::prelude::*;

#[model([B, 8] -> [B, 4], masks(head = "fc2.*", weights = ["*.weight"]))]
pub struct Net {
    #[layer(8)]
    fc1: Linear,
    #[layer(4)]
    fc2: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc2(self.fc1(x).relu())
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let net = Net::init(&Device::Cpu)?;
    let _ = (Net::HEAD, Net::WEIGHTS, mask!(Net: "fc1.*", "fc2.bias"));
    assert_eq!(net.parameters().len(), 4);
    Ok(())
}
