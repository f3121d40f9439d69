//! MobileNetV2 (Sandler et al. 2018), as torchvision builds it.

use taper::prelude::*;

/// A convolution, batch normalisation and ReLU6.
#[model([B, C, H, W] -> [B, out, _, _])]
pub struct ConvBnReLU6 {
    #[config]
    out: usize,
    #[config]
    kernel: usize,
    #[config(default = 1)]
    stride: usize,
    #[config(default = 1)]
    groups: usize,
    #[layer(name = "0", out, kernel, stride = stride, padding = (kernel - 1) / 2, groups = groups, bias = false)]
    conv: Conv2d,
    #[layer(name = "1")]
    bn: BatchNorm2d,
}

#[forward]
impl ConvBnReLU6 {
    fn forward(&self, x: Tensor) -> Tensor {
        self.bn(self.conv(x)).clamp(0.0, 6.0)
    }
}

/// Widens by `expand`, filters each channel for itself, and narrows to `out` channels.
#[model([B, C, H, W] -> [B, out, _, _])]
pub struct InvertedResidual {
    #[config]
    out: usize,
    #[config]
    expand: usize,
    #[config(default = 1)]
    stride: usize,
    conv: sequential!(
        ConvBnReLU6(C * expand, 1) * if expand == 1 { 0 } else { 1 },
        ConvBnReLU6(C * expand, 3, stride = stride, groups = C * expand),
        Conv2d(out, 1, bias = false),
        BatchNorm2d,
    ),
}

#[forward]
impl InvertedResidual {
    fn forward(&self, x: Tensor) -> Tensor {
        let y = self.conv(&x);
        if self.stride == 1 && x.dim(1) == self.out {
            x + y
        } else {
            y
        }
    }
}

/// Expansion, channels, repetitions and stride of the first of them.
const TABLE: [(usize, usize, usize, usize); 7] = [
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
];

/// Seventeen inverted residuals between two convolutions.
#[model([B, 3, H, W] -> [B, classes])]
pub struct MobileNetV2 {
    #[config(default = 1000)]
    classes: usize,
    features: sequential!(
        ConvBnReLU6(32, 3, stride = 2),
        for (t, c, n, s) in TABLE {
            InvertedResidual(c, t, stride = s),
            InvertedResidual(c, t) * (n - 1),
        }
        ConvBnReLU6(1280, 1),
    ),
    classifier: sequential!(Dropout(0.2), Linear(classes)),
}

#[forward]
impl MobileNetV2 {
    fn forward(&self, x: Tensor) -> Tensor {
        self.classifier(self.features(x).mean([2, 3]))
    }
}

const _: () = assert!(MobileNetV2::PARAMS == 3_504_872);
