//! The network of the README.

use taper::prelude::*;

/// LeNet for 28×28 grey images.
#[model([B, 1, 28, 28] -> [B, classes], masks(head = "fc3.*"))]
pub struct LeNet {
    #[config(default = 10)]
    classes: usize,
    features: sequential!(
        Conv2d(6, 3, padding = 2),
        ReLU,
        MaxPool2d(2),
        Conv2d(16, 5),
        ReLU,
        MaxPool2d(2),
    ),
    #[layer(120)]
    fc1: Linear,
    bn1: BatchNorm1d,
    #[layer(84)]
    fc2: Linear,
    bn2: BatchNorm1d,
    #[layer(classes)]
    fc3: Linear,
}

#[forward]
impl LeNet {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self.features(x).flatten(1);
        let x = self.bn1(self.fc1(x)).relu();
        let x = self.bn2(self.fc2(x)).relu();
        self.fc3(x)
    }
}

const _: () = assert!(LeNet::PARAMS == 62_018);

#[test]
fn runs() -> taper::Result<()> {
    let net = LeNet::init(&Device::Cpu)?;
    let x = Tensor::zeros((2, 1, 28, 28), DType::F32, &Device::Cpu)?;
    assert_eq!(net.forward(&x)?.dims(), [2, 10]);
    Ok(())
}
