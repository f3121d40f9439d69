//! `#[forward(autocast)]`: the whole forward in mixed precision, and nothing outside of it.

use taper::amp::autocast_dtype;
use taper::prelude::*;
use taper::Result;

#[model([B, 4] -> [B, 2])]
struct Lower {
    #[layer(8)]
    fc1: Linear,
    #[layer(2)]
    fc2: Linear,
}

#[forward(autocast)]
impl Lower {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc2(self.fc1(x).relu())
    }
}

#[forward(autocast = f16)]
#[shape(([N], [N]) -> [])]
fn distance(a: Tensor, b: Tensor) -> Tensor {
    (a - b).square().sum()
}

#[test]
fn products_are_in_bf16_and_gradients_in_f32() -> Result<()> {
    let net = Lower::config().init_seeded(&Device::Cpu, 0)?;
    let x = Tensor::ones([3, 4], DType::F32, &Device::Cpu)?;
    let y = net.forward(&x)?;
    assert_eq!((y.dtype(), autocast_dtype()), (DType::BF16, None));
    mse_loss(
        y.to_dtype(DType::F32)?,
        Tensor::zeros([3, 2], DType::F32, &Device::Cpu)?,
    )?
    .backward()?;
    for param in net.parameters() {
        assert_eq!(param.dtype(), DType::F32);
        assert_eq!(param.grad().map(|grad| grad.dtype()), Some(DType::F32));
    }
    Ok(())
}

#[test]
fn a_function_has_its_own_type() -> Result<()> {
    let x = Tensor::new(&[1f32, 2.], &Device::Cpu)?.to_dtype(DType::F16)?;
    // CUDA's list, which f16 follows, adds up in f32.
    assert_eq!(distance(&x, &x)?.dtype(), DType::F32);
    Ok(())
}
