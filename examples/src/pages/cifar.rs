//! The convolutional network of CIFAR-10 tutorials.

use taper::prelude::*;

/// Three convolutions of 5×5 with pools between, and two linears.
#[model([B, 3, 32, 32] -> [B, 10])]
pub struct CifarNet {
    model: sequential!(
        Conv2d(32, 5, padding = 2),
        MaxPool2d(2),
        Conv2d(32, 5, padding = 2),
        MaxPool2d(2),
        Conv2d(64, 5, padding = 2),
        MaxPool2d(2),
        Flatten,
        Linear(64),
        Linear(10),
    ),
}

#[forward]
impl CifarNet {
    fn forward(&self, x: Tensor) -> Tensor {
        self.model(x)
    }
}

const _: () = assert!(CifarNet::PARAMS == 145_578);

#[cfg(test)]
mod tests {
    use super::*;
    use taper::Result;

    #[test]
    fn ten_scores_per_image() -> Result<()> {
        let net = CifarNet::init(&Device::Cpu)?;
        let y = net.forward(&Tensor::ones((64, 3, 32, 32), DType::F32, &Device::Cpu)?)?;
        assert_eq!(y.dims(), [64, 10]);
        assert!(net
            .forward(&Tensor::ones((3, 32, 32), DType::F32, &Device::Cpu)?)
            .is_err());
        Ok(())
    }
}
