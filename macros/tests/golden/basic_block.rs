//! ResNet's block: an optional layer, a branch that the trace can't decide, hyperparameters of each kind, masks.

use taper::prelude::*;

#[model([B, C, H, W] -> [B, out, _, _], masks(norms = "bn*.*"))]
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
