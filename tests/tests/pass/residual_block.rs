//! Branches on hyperparameters and dimensions; the projection exists where it is reached.

use taper::prelude::*;

#[model([B, C, H, W] -> [B, out, _, _])]
pub struct BasicBlock {
    #[config]
    out: usize,
    #[config(default = 1)]
    stride: usize,
    #[layer(out, 3, stride = stride, padding = 1, bias = false)]
    conv1: Conv2d,
    bn1: BatchNorm2d,
    #[layer(out, 3, padding = 1, bias = false)]
    conv2: Conv2d,
    bn2: BatchNorm2d,
    downsample: Option<sequential!(Conv2d(out, 1, stride = stride, bias = false), BatchNorm2d)>,
}

#[forward]
impl BasicBlock {
    fn forward(&self, x: Tensor) -> Tensor {
        let y = self.bn1(self.conv1(&x)).relu();
        let y = self.bn2(self.conv2(y));
        let skip = if self.stride != 1 || x.dim(1) != self.out {
            self.downsample(x)
        } else {
            x
        };
        (y + skip).relu()
    }
}

#[model([B, 8, 16, 16] -> [B, 16, 8, 8])]
pub struct Net {
    #[layer(8)]
    same: BasicBlock,
    #[layer(16, stride = 2)]
    half: BasicBlock,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.half(self.same(x))
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let net = Net::init(&Device::Cpu)?;
    assert!(net.same.downsample.is_none() && net.half.downsample.is_some());
    let x = Tensor::zeros((1, 8, 16, 16), DType::F32, &Device::Cpu)?;
    assert_eq!(net.forward(&x)?.dims(), [1, 16, 8, 8]);
    Ok(())
}
