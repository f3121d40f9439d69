//! ResNet-18 and ResNet-50 (He et al. 2015), as torchvision builds them.

use taper::prelude::*;

/// Two 3×3 convolutions around which the input passes.
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

/// A 3×3 convolution between two of 1×1; four times as many channels come out as it has inside.
#[model([B, C, H, W] -> [B, 4 * width, _, _])]
pub struct Bottleneck {
    #[config]
    width: usize,
    #[config(default = 1)]
    stride: usize,
    #[layer(width, 1, bias = false)]
    conv1: Conv2d,
    bn1: BatchNorm2d,
    #[layer(width, 3, stride = stride, padding = 1, bias = false)]
    conv2: Conv2d,
    bn2: BatchNorm2d,
    #[layer(4 * width, 1, bias = false)]
    conv3: Conv2d,
    bn3: BatchNorm2d,
    downsample: Option<
        sequential!(
            Conv2d(4 * width, 1, stride = stride, bias = false),
            BatchNorm2d
        ),
    >,
}

#[forward]
impl Bottleneck {
    fn forward(&self, x: Tensor) -> Tensor {
        let y = self.bn1(self.conv1(&x)).relu();
        let y = self.bn2(self.conv2(y)).relu();
        let y = self.bn3(self.conv3(y));
        let skip = if self.stride != 1 || x.dim(1) != 4 * self.width {
            self.downsample(x)
        } else {
            x
        };
        (y + skip).relu()
    }
}

/// ResNet with two basic blocks per stage.
#[model([B, 3, H, W] -> [B, classes], masks(head = "fc.*"))]
pub struct ResNet18 {
    #[config(default = 1000)]
    classes: usize,
    #[layer(64, 7, stride = 2, padding = 3, bias = false)]
    conv1: Conv2d,
    bn1: BatchNorm2d,
    #[layer(64, repeat = 2)]
    layer1: Vec<BasicBlock>,
    #[layer(128, repeat = i in 0..2, stride = if i == 0 { 2 } else { 1 })]
    layer2: Vec<BasicBlock>,
    #[layer(256, repeat = i in 0..2, stride = if i == 0 { 2 } else { 1 })]
    layer3: Vec<BasicBlock>,
    #[layer(512, repeat = i in 0..2, stride = if i == 0 { 2 } else { 1 })]
    layer4: Vec<BasicBlock>,
    #[layer(classes)]
    fc: Linear,
}

#[forward]
impl ResNet18 {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self
            .bn1(self.conv1(x))
            .relu()
            .max_pool2d(3, stride = 2, padding = 1);
        let x = self.layer4(self.layer3(self.layer2(self.layer1(x))));
        self.fc(x.mean([2, 3]))
    }
}

/// ResNet with 3, 4, 6 and 3 bottlenecks.
#[model([B, 3, H, W] -> [B, classes], masks(head = "fc.*"))]
pub struct ResNet50 {
    #[config(default = 1000)]
    classes: usize,
    #[layer(64, 7, stride = 2, padding = 3, bias = false)]
    conv1: Conv2d,
    bn1: BatchNorm2d,
    #[layer(64, repeat = 3)]
    layer1: Vec<Bottleneck>,
    #[layer(128, repeat = i in 0..4, stride = if i == 0 { 2 } else { 1 })]
    layer2: Vec<Bottleneck>,
    #[layer(256, repeat = i in 0..6, stride = if i == 0 { 2 } else { 1 })]
    layer3: Vec<Bottleneck>,
    #[layer(512, repeat = i in 0..3, stride = if i == 0 { 2 } else { 1 })]
    layer4: Vec<Bottleneck>,
    #[layer(classes)]
    fc: Linear,
}

#[forward]
impl ResNet50 {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self
            .bn1(self.conv1(x))
            .relu()
            .max_pool2d(3, stride = 2, padding = 1);
        let x = self.layer4(self.layer3(self.layer2(self.layer1(x))));
        self.fc(x.mean([2, 3]))
    }
}

const _: () = assert!(ResNet18::PARAMS == 11_689_512);
const _: () = assert!(ResNet50::PARAMS == 25_557_032);
