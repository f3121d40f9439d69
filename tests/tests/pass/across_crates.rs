//! A component of another crate, in which taper has another name.

use taper::prelude::*;
use taper_tests_renamed::{twice, Net};

#[model([B, 4] -> [B, 5])]
struct Outer {
    #[layer(8)]
    fc: Linear,
    #[layer(classes = 5)]
    inner: Net,
}

#[forward]
impl Outer {
    fn forward(&self, x: Tensor) -> Tensor {
        twice(self.inner(self.fc(x)))
    }
}

const _: () = assert!(Outer::PARAMS == 40 + 9 * 16 + 5 * 17 * 16 + 17 * 5 + 5);

#[test]
fn runs() -> taper::Result<()> {
    let net = Outer::init(&Device::Cpu)?;
    let x = Tensor::zeros((2, 4), DType::F32, &Device::Cpu)?;
    assert_eq!(net.forward(&x)?.dims(), [2, 5]);
    assert_eq!(net.num_parameters() as u64, Outer::PARAMS);
    Ok(())
}
