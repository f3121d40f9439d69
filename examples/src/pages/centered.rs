//! A layer without parameters: it subtracts the mean.

use taper::prelude::*;

/// Subtracts the mean of all elements.
#[model]
pub struct Centered {}

#[forward]
impl Centered {
    fn forward(&self, x: Tensor) -> Tensor {
        &x - x.mean()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use taper::Result;

    #[test]
    fn the_mean_is_gone() -> Result<()> {
        let layer = Centered::init(&Device::Cpu)?;
        let y = layer.forward(&Tensor::new(&[1f32, 2., 3., 4., 5.], &Device::Cpu)?)?;
        assert_eq!(y.to_vec1::<f32>()?, [-2., -1., 0., 1., 2.]);
        Ok(())
    }

    #[test]
    fn it_is_a_layer_like_any_other() -> Result<()> {
        let net = sequential! { <[B, 8] -> [B, 128]> Linear(128), Centered }.init(&Device::Cpu)?;
        let y = net.forward(&Tensor::randn((4, 8), DType::F32, &Device::Cpu)?)?;
        assert!(y.mean(())?.item()?.abs() < 1e-6);
        Ok(())
    }
}
