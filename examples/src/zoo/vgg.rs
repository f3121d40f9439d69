//! VGG-16 with batch normalisation (Simonyan and Zisserman 2014), as torchvision builds it.

use taper::prelude::*;

/// Thirteen 3×3 convolutions in five stages, and three linears.
#[model([B, 3, H, W] -> [B, classes])]
pub struct Vgg16Bn {
    #[config(default = 1000)]
    classes: usize,
    #[config(default = 0.5)]
    dropout: f64,
    features: sequential!(
        Conv2d(64, 3, padding = 1),
        BatchNorm2d,
        ReLU,
        Conv2d(64, 3, padding = 1),
        BatchNorm2d,
        ReLU,
        MaxPool2d(2),
        Conv2d(128, 3, padding = 1),
        BatchNorm2d,
        ReLU,
        Conv2d(128, 3, padding = 1),
        BatchNorm2d,
        ReLU,
        MaxPool2d(2),
        Conv2d(256, 3, padding = 1),
        BatchNorm2d,
        ReLU,
        Conv2d(256, 3, padding = 1),
        BatchNorm2d,
        ReLU,
        Conv2d(256, 3, padding = 1),
        BatchNorm2d,
        ReLU,
        MaxPool2d(2),
        Conv2d(512, 3, padding = 1),
        BatchNorm2d,
        ReLU,
        Conv2d(512, 3, padding = 1),
        BatchNorm2d,
        ReLU,
        Conv2d(512, 3, padding = 1),
        BatchNorm2d,
        ReLU,
        MaxPool2d(2),
        Conv2d(512, 3, padding = 1),
        BatchNorm2d,
        ReLU,
        Conv2d(512, 3, padding = 1),
        BatchNorm2d,
        ReLU,
        Conv2d(512, 3, padding = 1),
        BatchNorm2d,
        ReLU,
        MaxPool2d(2),
    ),
    #[layer(7)]
    avgpool: AdaptiveAvgPool2d,
    classifier: sequential!(
        Linear(4096),
        ReLU,
        Dropout(dropout),
        Linear(4096),
        ReLU,
        Dropout(dropout),
        Linear(classes),
    ),
}

#[forward]
impl Vgg16Bn {
    fn forward(&self, x: Tensor) -> Tensor {
        self.classifier(self.avgpool(self.features(x)).flatten(1))
    }
}

const _: () = assert!(Vgg16Bn::PARAMS == 138_365_992);
