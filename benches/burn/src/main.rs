//! One workload in one process, in burn on its `flex` backend: what `../src/bin/workload.rs` is for taper.

#[path = "../../src/process.rs"]
mod process;

use std::error::Error;

use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::{CrossEntropyLossConfig, MseLoss, Reduction};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{
    BatchNorm, BatchNormConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig, Lstm, LstmConfig,
    PaddingConfig2d,
};
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, AdamWConfig, GradientsParams, ModuleOptimizer, SgdConfig};
use burn::prelude::*;
use burn::tensor::activation::{gelu_approximate, relu};
use burn::tensor::module::attention;
use burn::tensor::Distribution;
use process::{arguments, lacks, measure};

type Step = Box<dyn FnMut()>;

fn main() -> Result<(), Box<dyn Error>> {
    let (name, seconds) = arguments()?;
    if name == "encoder-bf16" {
        lacks("burn has no autocast");
        return Ok(());
    }
    let mut step = workload(&name).ok_or_else(|| format!("there is no workload {name:?}"))?;
    measure(seconds, |_| {
        step();
        Ok(())
    })
}

fn workload(name: &str) -> Option<Step> {
    let device = &Device::flex().autodiff();
    let adam = || AdamConfig::new().with_epsilon(1e-8).init();
    let sgd = SgdConfig::new();
    Some(match name {
        "lenet" => {
            let x = normal::<4>([64, 1, 28, 28], device);
            classify(LeNet::new(device), adam(), x, 10, LeNet::forward)
        }
        "mlp" => {
            let x = normal::<2>([64, 784], device);
            classify(Mlp::new(device), sgd.init(), x, 10, Mlp::forward)
        }
        "cifar" => {
            let x = normal::<4>([64, 3, 32, 32], device);
            classify(Cifar::new(device), sgd.init(), x, 10, Cifar::forward)
        }
        "resnet18" => {
            let x = normal::<4>([16, 3, 64, 64], device);
            let momentum = MomentumConfig::new().with_dampening(0.);
            let opt = sgd.with_momentum(Some(momentum)).init();
            classify(ResNet18::new(device), opt, x, 1000, ResNet18::forward)
        }
        "resnet18-inference" => {
            let device = &Device::flex();
            let net = ResNet18::new(device);
            let x = normal::<4>([1, 3, 224, 224], device);
            Box::new(move || drop(net.forward(x.clone())))
        }
        "encoder" => {
            let x = normal::<3>([8, 128, 256], device);
            let target = normal::<3>([8, 128, 256], device);
            let opt = AdamWConfig::new()
                .with_epsilon(1e-8)
                .with_weight_decay(0.01)
                .init();
            train(Encoder::new(device), opt, move |net| {
                MseLoss::new().forward(net.forward(x.clone()), target.clone(), Reduction::Mean)
            })
        }
        "lstm" => {
            let x = normal::<3>([32, 64, 256], device);
            classify(Recurrent::new(device), adam(), x, 10, Recurrent::forward)
        }
        _ => return None,
    })
}

fn normal<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Normal(0., 1.), device)
}

fn classify<M: Module + 'static, const D: usize>(
    net: M,
    opt: ModuleOptimizer,
    x: Tensor<D>,
    classes: usize,
    forward: fn(&M, Tensor<D>) -> Tensor<2>,
) -> Step {
    let device = x.device();
    let labels: Vec<i64> = (0..x.dims()[0]).map(|i| (i * 7 % classes) as i64).collect();
    let labels = Tensor::<1, Int>::from_data(labels.as_slice(), &device);
    let loss = CrossEntropyLossConfig::new().init(&device);
    train(net, opt, move |net| {
        loss.forward(forward(net, x.clone()), labels.clone())
    })
}

fn train<M: Module + 'static>(
    net: M,
    mut opt: ModuleOptimizer,
    loss: impl Fn(&M) -> Tensor<1> + 'static,
) -> Step {
    let mut kept = Some(net);
    Box::new(move || {
        // A step takes the network and gives it back.
        if let Some(net) = kept.take() {
            let grads = GradientsParams::from_grads(loss(&net).backward(), &net);
            kept = Some(opt.step(1e-3, net, grads));
        }
    })
}

fn linear(from: usize, to: usize, device: &Device) -> Linear {
    LinearConfig::new(from, to).init(device)
}

fn conv(channels: [usize; 2], kernel: usize, padding: usize, device: &Device) -> Conv2d {
    Conv2dConfig::new(channels, [kernel; 2])
        .with_padding(PaddingConfig2d::Explicit(
            padding, padding, padding, padding,
        ))
        .init(device)
}

/// Windows of 2×2, two apart.
fn halve() -> MaxPool2d {
    MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init()
}

#[derive(Module, Debug)]
struct LeNet {
    conv1: Conv2d,
    conv2: Conv2d,
    pool: MaxPool2d,
    fc1: Linear,
    bn1: BatchNorm,
    fc2: Linear,
    bn2: BatchNorm,
    fc3: Linear,
}

impl LeNet {
    fn new(device: &Device) -> Self {
        LeNet {
            conv1: conv([1, 6], 3, 2, device),
            conv2: conv([6, 16], 5, 0, device),
            pool: halve(),
            fc1: linear(400, 120, device),
            bn1: BatchNormConfig::new(120).init(device),
            fc2: linear(120, 84, device),
            bn2: BatchNormConfig::new(84).init(device),
            fc3: linear(84, 10, device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.pool.forward(relu(self.conv1.forward(x)));
        let x = self.pool.forward(relu(self.conv2.forward(x)));
        let x = relu(self.bn1.forward(self.fc1.forward(x.flatten::<2>(1, 3))));
        let x = relu(self.bn2.forward(self.fc2.forward(x)));
        self.fc3.forward(x)
    }
}

#[derive(Module, Debug)]
struct Mlp {
    fc1: Linear,
    fc2: Linear,
    fc3: Linear,
}

impl Mlp {
    fn new(device: &Device) -> Self {
        Mlp {
            fc1: linear(784, 512, device),
            fc2: linear(512, 512, device),
            fc3: linear(512, 10, device),
        }
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let x = relu(self.fc1.forward(x));
        self.fc3.forward(relu(self.fc2.forward(x)))
    }
}

#[derive(Module, Debug)]
struct Cifar {
    convs: Vec<Conv2d>,
    pool: MaxPool2d,
    fc1: Linear,
    fc2: Linear,
}

impl Cifar {
    fn new(device: &Device) -> Self {
        Cifar {
            convs: [[3, 32], [32, 32], [32, 64]]
                .map(|channels| conv(channels, 5, 2, device))
                .into(),
            pool: halve(),
            fc1: linear(1024, 64, device),
            fc2: linear(64, 10, device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self
            .convs
            .iter()
            .fold(x, |x, conv| self.pool.forward(conv.forward(x)));
        self.fc2.forward(self.fc1.forward(x.flatten::<2>(1, 3)))
    }
}

/// A convolution without bias and what normalises its output.
#[derive(Module, Debug)]
struct ConvBn {
    conv: Conv2d,
    bn: BatchNorm,
}

impl ConvBn {
    fn new(channels: [usize; 2], kernel: usize, stride: usize, device: &Device) -> Self {
        let p = kernel / 2;
        ConvBn {
            conv: Conv2dConfig::new(channels, [kernel; 2])
                .with_stride([stride; 2])
                .with_padding(PaddingConfig2d::Explicit(p, p, p, p))
                .with_bias(false)
                .init(device),
            bn: BatchNormConfig::new(channels[1]).init(device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.bn.forward(self.conv.forward(x))
    }
}

#[derive(Module, Debug)]
struct BasicBlock {
    first: ConvBn,
    second: ConvBn,
    downsample: Option<ConvBn>,
}

impl BasicBlock {
    fn new(from: usize, to: usize, device: &Device) -> Self {
        let stride = if from == to { 1 } else { 2 };
        BasicBlock {
            first: ConvBn::new([from, to], 3, stride, device),
            second: ConvBn::new([to, to], 3, 1, device),
            downsample: (from != to).then(|| ConvBn::new([from, to], 1, stride, device)),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = self.second.forward(relu(self.first.forward(x.clone())));
        relu(
            y + match &self.downsample {
                Some(downsample) => downsample.forward(x),
                None => x,
            },
        )
    }
}

#[derive(Module, Debug)]
struct ResNet18 {
    stem: ConvBn,
    pool: MaxPool2d,
    blocks: Vec<BasicBlock>,
    fc: Linear,
}

impl ResNet18 {
    fn new(device: &Device) -> Self {
        let widths = [64, 64, 64, 128, 128, 256, 256, 512, 512];
        ResNet18 {
            stem: ConvBn::new([3, 64], 7, 2, device),
            pool: MaxPool2dConfig::new([3, 3])
                .with_strides([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .init(),
            blocks: widths
                .windows(2)
                .map(|pair| BasicBlock::new(pair[0], pair[1], device))
                .collect(),
            fc: linear(512, 1000, device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.pool.forward(relu(self.stem.forward(x)));
        let x = self.blocks.iter().fold(x, |x, block| block.forward(x));
        self.fc.forward(x.mean_dims(&[2, 3]).flatten::<2>(1, 3))
    }
}

#[derive(Module, Debug)]
struct EncoderLayer {
    norm1: LayerNorm,
    qkv: Linear,
    out: Linear,
    norm2: LayerNorm,
    linear1: Linear,
    linear2: Linear,
}

impl EncoderLayer {
    fn new(device: &Device) -> Self {
        EncoderLayer {
            norm1: LayerNormConfig::new(256).init(device),
            qkv: linear(256, 3 * 256, device),
            out: linear(256, 256, device),
            norm2: LayerNormConfig::new(256).init(device),
            linear1: linear(256, 1024, device),
            linear2: linear(1024, 256, device),
        }
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [b, t, d] = x.dims();
        let qkv = self.qkv.forward(self.norm1.forward(x.clone()));
        let qkv = qkv.reshape([b, t, 3, 8, d / 8]);
        let part = |i| {
            let part = qkv.clone().narrow(2, i, 1).squeeze_dim::<4>(2);
            part.swap_dims(1, 2)
        };
        let y = attention(part(0), part(1), part(2), None, None, Default::default());
        let x = x + self.out.forward(y.swap_dims(1, 2).reshape([b, t, d]));
        let y = gelu_approximate(self.linear1.forward(self.norm2.forward(x.clone())));
        x + self.linear2.forward(y)
    }
}

#[derive(Module, Debug)]
struct Encoder {
    layers: Vec<EncoderLayer>,
}

impl Encoder {
    fn new(device: &Device) -> Self {
        Encoder {
            layers: (0..4).map(|_| EncoderLayer::new(device)).collect(),
        }
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.layers.iter().fold(x, |x, layer| layer.forward(x))
    }
}

#[derive(Module, Debug)]
struct Recurrent {
    first: Lstm,
    second: Lstm,
    head: Linear,
}

impl Recurrent {
    fn new(device: &Device) -> Self {
        Recurrent {
            first: LstmConfig::new(256, 256, true).init(device),
            second: LstmConfig::new(256, 256, true).init(device),
            head: linear(256, 10, device),
        }
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<2> {
        let (between, _) = self.first.forward(x, None);
        let (_, last) = self.second.forward(between, None);
        self.head.forward(last.hidden)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_have_the_parameters_that_they_should() {
        let device = &Device::flex();
        // burn counts the running statistics: a mean and a variance for each channel that is normalised.
        assert_eq!(LeNet::new(device).num_params(), 62_018 + 2 * (120 + 84));
        assert_eq!(Mlp::new(device).num_params(), 669_706);
        assert_eq!(Cifar::new(device).num_params(), 145_578);
        assert_eq!(ResNet18::new(device).num_params(), 11_689_512 + 2 * 4_800);
        assert_eq!(Encoder::new(device).num_params(), 3_159_040);
        assert_eq!(Recurrent::new(device).num_params(), 1_055_242);
    }
}
