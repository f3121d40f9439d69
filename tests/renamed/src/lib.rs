//! All of the language where taper has another name and nothing is in scope but what is named.
#![no_implicit_prelude]

use ::nets::prelude::{
    forward, model, BatchNorm2d, Conv2d, Dropout, Linear, MaxPool2d, Param, ReLU, Tensor, LSTM,
};

/// Fields and settings of every kind.
#[model([B, 8] -> [B, classes], masks(head = "fc2.*"))]
pub struct Net {
    #[config(default = 10)]
    classes: usize,
    #[config(default = 0.1)]
    p: f64,
    #[layer(16)]
    fc1: Linear,
    #[layer(p)]
    dropout: Dropout,
    body: sequential!(Linear(16), ReLU),
    #[layer(16, repeat = 3)]
    list: Vec<Linear>,
    #[layer(16)]
    extra: Option<Linear>,
    #[layer(classes)]
    fc2: Linear,
    #[param([classes], init = ones())]
    scale: Param,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self.body(self.fc1(x)).relu();
        let mut x = self.dropout(x);
        for layer in &self.list {
            x = layer(x);
        }
        let x = if self.classes > 3 { self.extra(x) } else { x };
        twice(self.fc2(x)) * &self.scale
    }
}

/// A component with required settings, tables and a choice at run time.
#[model([B, 3, 16, 16] -> [B, width, _, _])]
pub struct Images {
    #[config]
    width: usize,
    #[layer(width, 3, padding = 1)]
    conv: Conv2d,
    bn: BatchNorm2d,
    #[layer(2)]
    pool: MaxPool2d,
    activations: dict!(relu: ReLU, tanh: ::nets::nn::Tanh),
}

#[forward]
impl Images {
    fn forward(&self, x: Tensor, key: ImagesActivations) -> Tensor {
        let x = self.pool(self.bn(self.conv(x)).relu());
        self.activations[key](x)
    }
}

/// Several outputs.
#[model([B, T, 8] -> ([B, T, 4], [1, B, 4]))]
pub struct Words {
    #[layer(4, batch_first = true)]
    lstm: LSTM,
}

#[forward]
impl Words {
    fn forward(&self, x: Tensor) -> (Tensor, Tensor) {
        let (y, (h, _)) = self.lstm(x);
        (y, h)
    }
}

/// A function.
#[forward]
pub fn twice(x: Tensor) -> Tensor {
    (x * 2.).relu()
}

const _: () = ::std::assert!(Net::PARAMS > 0);

#[cfg(test)]
mod tests {
    use super::*;
    use ::nets::prelude::{mask, sequential, DType, Device, Forward, Inspect};
    use ::std::result::Result::Ok;
    use ::std::string::ToString;

    #[::std::prelude::v1::test]
    fn they_are_built_and_run() -> ::nets::Result<()> {
        let net = Net::init(&Device::Cpu)?;
        let x = Tensor::zeros((2, 8), DType::F32, &Device::Cpu)?;
        ::std::assert_eq!(net.forward(&x)?.dims(), [2, 10]);
        ::std::assert_eq!(net.summary()?.params as u64, Net::PARAMS);
        ::std::assert!(net.to_string().starts_with("Net("));
        let stack = sequential! { <[B, 8] -> [B, 4]> Linear(4), ReLU }.init(&Device::Cpu)?;
        ::std::assert_eq!(stack.forward(&x)?.dims(), [2, 4]);
        ::std::assert_eq!(mask!(Net: "fc1.*"), mask!(Net: "fc1.*"));

        let images = Images::config(4).init(&Device::Cpu)?;
        let x = Tensor::zeros((2, 3, 16, 16), DType::F32, &Device::Cpu)?;
        let y = images.forward(&x, ImagesActivations::Tanh)?;
        ::std::assert_eq!(y.dims(), [2, 4, 8, 8]);

        let x = Tensor::zeros((2, 5, 8), DType::F32, &Device::Cpu)?;
        let (y, h) = Words::init(&Device::Cpu)?.forward(&x)?;
        ::std::assert_eq!((y.dims(), h.dims()), (&[2, 5, 4][..], &[1, 2, 4][..]));
        Ok(())
    }
}
