//! DenseNet-161 (Huang et al. 2016), as torchvision builds it.

use taper::prelude::*;

/// What adds `growth` channels to those before it.
#[model([B, C, H, W] -> [B, growth, H, W])]
pub struct DenseLayer {
    #[config]
    growth: usize,
    norm1: BatchNorm2d,
    #[layer(4 * growth, 1, bias = false)]
    conv1: Conv2d,
    norm2: BatchNorm2d,
    #[layer(growth, 3, padding = 1, bias = false)]
    conv2: Conv2d,
}

#[forward]
impl DenseLayer {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self.conv1(self.norm1(x).relu());
        self.conv2(self.norm2(x).relu())
    }
}

/// Layers that each see the results of all before them.
#[model([B, C, H, W] -> [B, _, H, W])]
pub struct DenseBlock {
    #[config]
    count: usize,
    #[config]
    growth: usize,
    #[layer(growth, name = "denselayer{i+1}", repeat = i in 0..count)]
    layers: Vec<DenseLayer>,
}

#[forward]
impl DenseBlock {
    fn forward(&self, x: Tensor) -> Tensor {
        let mut x = x;
        for layer in &self.layers {
            x = cat([&x, &layer(&x)], 1);
        }
        x
    }
}

/// Halves channels, height and width.
#[model([B, C, H, W] -> [B, C / 2, H / 2, W / 2])]
pub struct Transition {
    norm: BatchNorm2d,
    #[layer(C / 2, 1, bias = false)]
    conv: Conv2d,
}

#[forward]
impl Transition {
    fn forward(&self, x: Tensor) -> Tensor {
        self.conv(self.norm(x).relu()).avg_pool2d(2)
    }
}

/// Dense blocks of 6, 12, 36 and 24 layers.
#[model([B, 3, H, W] -> [B, classes])]
pub struct DenseNet161 {
    #[config(default = 1000)]
    classes: usize,
    features: sequential!(
        conv0: Conv2d(96, 7, stride = 2, padding = 3, bias = false),
        norm0: BatchNorm2d,
        relu0: ReLU,
        pool0: MaxPool2d(3, stride = 2, padding = 1),
        denseblock1: DenseBlock(6, 48),
        transition1: Transition,
        denseblock2: DenseBlock(12, 48),
        transition2: Transition,
        denseblock3: DenseBlock(36, 48),
        transition3: Transition,
        denseblock4: DenseBlock(24, 48),
        norm5: BatchNorm2d,
    ),
    #[layer(classes)]
    classifier: Linear,
}

#[forward]
impl DenseNet161 {
    fn forward(&self, x: Tensor) -> Tensor {
        self.classifier(self.features(x).relu().mean([2, 3]))
    }
}

const _: () = assert!(DenseNet161::PARAMS == 28_681_000);
