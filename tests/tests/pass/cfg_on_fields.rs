//! A field under a `cfg` exists or doesn't, with everything made of it.

use taper::prelude::*;

#[model([B, 8] -> [B, 4])]
pub struct Net {
    #[layer(4)]
    fc: Linear,
    #[cfg(any())]
    #[layer(4)]
    never: Missing,
    #[cfg(not(any()))]
    #[config(default = true)]
    always: bool,
    #[cfg(any())]
    #[config(default = 1)]
    required: usize,
    #[cfg(any())]
    bn: BatchNorm2d,
    #[cfg(not(any()))]
    bn: BatchNorm1d,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.bn(self.fc(x))
    }
}

const _: () = assert!(Net::PARAMS == 8 * 4 + 4 + 8);

#[test]
fn runs() -> taper::Result<()> {
    let net = Net::init(&Device::Cpu)?;
    assert!(net.always);
    assert_eq!(net.named_parameters().len(), 4);
    Ok(())
}
