//! A model is a module of Candle's.

use taper::prelude::*;

#[model([B, 8] -> [B, 4])]
pub struct Net {
    #[layer(4)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

fn run(
    module: &dyn candle_core::Module,
    x: &candle_core::Tensor,
) -> candle_core::Result<candle_core::Tensor> {
    module.forward(x)
}

#[test]
fn runs() -> Result<(), Box<dyn std::error::Error>> {
    let net = Net::init(&Device::Cpu)?;
    let x = candle_core::Tensor::zeros((2, 8), DType::F32, &Device::Cpu)?;
    assert_eq!(run(&net, &x)?.dims(), [2, 4]);
    Ok(())
}
