//! LeNet: a block of layers in a field, a hyperparameter in the signature.

use taper::prelude::*;

/// LeNet for 28×28 grey images.
#[model([B, 1, 28, 28] -> [B, classes])]
pub struct LeNet {
    /// How many classes.
    #[config(default = 10)]
    classes: usize,
    features: sequential!(
        Conv2d(6, 3, padding = 2), ReLU, MaxPool2d(2),
        Conv2d(16, 5), ReLU, MaxPool2d(2),
    ),
    #[layer(120)]
    fc1: Linear,
    bn1: BatchNorm1d,
    #[layer(classes)]
    fc2: Linear,
}

#[forward]
impl LeNet {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self.features(x).flatten(1);
        let x = self.bn1(self.fc1(x)).relu();
        self.fc2(x)
    }
}
