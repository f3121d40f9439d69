//! Dimensions of the input in the arguments of layers and in the shapes of parameters.

use taper::prelude::*;

#[model([B, C, W] -> [B, C, W])]
pub struct Scale {
    #[config(default = self::B)]
    power: usize,
    #[param([C, 1], init = ones())]
    factor: Param,
    #[param(list = [[1], [C * power, 2]])]
    extra: ParamList,
    #[layer(W)]
    fc: Linear,
}

const B: usize = 1;

#[forward]
impl Scale {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x * &self.factor)
    }
}

#[model([B, 3, 5] -> [B, 3, 5])]
pub struct Net {
    scale: Scale,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.scale(x)
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let net = Net::init(&Device::Cpu)?;
    assert_eq!(net.scale.factor.dims(), [3, 1]);
    assert_eq!(net.scale.extra[1].dims(), [3, 2]);
    assert_eq!(net.num_parameters(), Net::PARAMS as usize);

    let alone = Scale::config().input([2, 4, 6]).init(&Device::Cpu)?;
    assert_eq!(alone.factor.dims(), [4, 1]);
    let error = Scale::init(&Device::Cpu).unwrap_err().to_string();
    assert!(error.contains("help: state the input's shape"), "{error}");

    let net = sequential! { <[B, T, C] -> [B, T, 2 * C]> Linear(2 * C), wide: sequential!(Linear(4 * C), ReLU), Linear(2 * C) };
    let net = net.input([1, 3, 5]).init(&Device::Cpu)?;
    assert_eq!(
        net.forward(&Tensor::zeros((2, 3, 5), DType::F32, &Device::Cpu)?)?
            .dims(),
        [2, 3, 10]
    );
    Ok(())
}
