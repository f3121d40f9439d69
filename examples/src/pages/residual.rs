//! A residual block, with a projection only where the shapes differ.

use taper::prelude::*;

/// Two 3×3 convolutions around which the input passes.
#[model([B, C, H, W] -> [B, out, _, _])]
pub struct Residual {
    #[config]
    out: usize,
    #[config(default = 1)]
    stride: usize,
    #[layer(out, 3, padding = 1, stride = stride)]
    conv1: Conv2d,
    #[layer(out, 3, padding = 1)]
    conv2: Conv2d,
    #[layer(out, 1, stride = stride)]
    conv3: Option<Conv2d>,
    bn1: BatchNorm2d,
    bn2: BatchNorm2d,
}

#[forward]
impl Residual {
    fn forward(&self, x: Tensor) -> Tensor {
        let y = self.bn1(self.conv1(&x)).relu();
        let y = self.bn2(self.conv2(y));
        let skip = if self.stride != 1 || x.dim(1) != self.out {
            self.conv3(x)
        } else {
            x
        };
        (y + skip).relu()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use taper::Result;

    #[test]
    fn the_projection_exists_where_it_is_needed() -> Result<()> {
        let x = Tensor::randn((4, 3, 6, 6), DType::F32, &Device::Cpu)?;
        let plain = Residual::config(3).input([4, 3, 6, 6]).init(&Device::Cpu)?;
        assert!(plain.conv3.is_none());
        assert_eq!(plain.forward(&x)?.dims(), [4, 3, 6, 6]);

        let halving = Residual::config(6)
            .stride(2)
            .input([4, 3, 6, 6])
            .init(&Device::Cpu)?;
        assert!(halving.conv3.is_some());
        assert_eq!(halving.forward(&x)?.dims(), [4, 6, 3, 3]);
        Ok(())
    }
}
