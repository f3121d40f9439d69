//! The training steps and inferences that frameworks are compared on, in taper. `python/workload.py` has the same in PyTorch.

use taper::loss::mse_loss;
use taper::optim::AdamW;
use taper::prelude::*;
use taper::{Generator, Result};
use taper_examples::pages::cifar::CifarNet;
use taper_examples::pages::self_attention::SelfAttention;
use taper_examples::zoo::resnet::ResNet18;
use taper_examples::LeNet;

/// The workloads: a name, and what it is.
pub const WORKLOADS: &[(&str, &str)] = &[
    ("lenet", "LeNet, batch 64, Adam"),
    ("mlp", "MLP 784-512-512-10, batch 64, SGD"),
    ("cifar", "CIFAR CNN (3→32→32→64, k5), batch 64, SGD"),
    (
        "resnet18",
        "ResNet-18, 16×3×64×64, 1,000 classes, SGD with momentum",
    ),
    ("resnet18-inference", "ResNet-18, inference, 1×3×224×224"),
    (
        "encoder",
        "Pre-norm encoder, d 256, 8 heads, 4 layers, 8×128 tokens, AdamW",
    ),
    (
        "lstm",
        "LSTM, 2 layers of 256, 64 steps of 256 features, batch 32, Adam",
    ),
];

/// One step: true to its last operation, with nothing left to compute.
pub type Step = Box<dyn FnMut() -> Result<()>>;

/// Two hidden layers of 512.
#[model([B, 784] -> [B, 10])]
pub(crate) struct Mlp {
    #[layer(512)]
    fc1: Linear,
    #[layer(512)]
    fc2: Linear,
    #[layer(10)]
    fc3: Linear,
}

#[forward]
impl Mlp {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self.fc1(x).relu();
        let x = self.fc2(x).relu();
        self.fc3(x)
    }
}

/// Attention and a feed-forward network, each behind a normalisation and around which the input passes.
#[model([B, T, embed] -> [B, T, embed])]
pub(crate) struct EncoderLayer {
    #[config]
    embed: usize,
    #[layer(embed)]
    norm1: LayerNorm,
    #[layer(embed, heads = 8)]
    attention: SelfAttention,
    #[layer(embed)]
    norm2: LayerNorm,
    #[layer(4 * embed)]
    linear1: Linear,
    #[layer(embed)]
    linear2: Linear,
}

#[forward]
impl EncoderLayer {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self.attention(self.norm1(&x)) + x;
        let y = self.linear1(self.norm2(&x)).gelu(approximate = "tanh");
        self.linear2(y) + x
    }
}

#[model([B, T, 256] -> [B, T, 256])]
pub(crate) struct Encoder {
    #[layer(256, repeat = 4)]
    layers: Vec<EncoderLayer>,
}

#[forward]
impl Encoder {
    fn forward(&self, x: Tensor) -> Tensor {
        let mut x = x;
        for layer in &self.layers {
            x = layer(x);
        }
        x
    }
}

/// Two layers, of whose last state a class is made.
#[model([T, B, 256] -> [B, 10])]
pub(crate) struct Recurrent {
    #[layer(256, num_layers = 2)]
    lstm: LSTM,
    #[layer(10)]
    head: Linear,
}

#[forward]
impl Recurrent {
    fn forward(&self, x: Tensor) -> Tensor {
        let (_, (h, _)) = self.lstm(x);
        self.head(h.select(0, -1))
    }
}

/// The workload of that name, if there is one, ready for its first step.
///
/// # Errors
/// If the network can't be made.
pub fn workload(name: &str) -> Result<Option<Step>> {
    let device = Device::Cpu;
    Ok(Some(match name {
        "lenet" => {
            let net = LeNet::config().init_seeded(&device, 0)?;
            let opt = Adam::new(net.parameters(), 1e-3)?;
            classify(net, opt, &[64, 1, 28, 28], 10)?
        }
        "mlp" => {
            let net = Mlp::config().init_seeded(&device, 0)?;
            let opt = Sgd::new(net.parameters(), 1e-3)?;
            classify(net, opt, &[64, 784], 10)?
        }
        "cifar" => {
            let net = CifarNet::config().init_seeded(&device, 0)?;
            let opt = Sgd::new(net.parameters(), 1e-3)?;
            classify(net, opt, &[64, 3, 32, 32], 10)?
        }
        "resnet18" => {
            let net = ResNet18::config().init_seeded(&device, 0)?;
            let opt = Sgd::new(net.parameters(), SgdOptions::default().momentum(0.9))?;
            classify(net, opt, &[16, 3, 64, 64], 1000)?
        }
        "resnet18-inference" => {
            let net = ResNet18::config().init_seeded(&device, 0)?;
            net.eval();
            let x = Generator::new(1).normal([1, 3, 224, 224], 0., 1., DType::F32, &device)?;
            Box::new(move || no_grad(|| net.forward(&x)).map(drop))
        }
        "encoder" => {
            let net = Encoder::config().init_seeded(&device, 0)?;
            let mut opt = AdamW::new(net.parameters(), 1e-3)?;
            let mut random = Generator::new(1);
            let mut input = || random.normal([8, 128, 256], 0., 1., DType::F32, &device);
            let (x, target) = (input()?, input()?);
            Box::new(move || train(&net, &mut opt, &x, |y| mse_loss(y, &target)))
        }
        "lstm" => {
            let net = Recurrent::config().init_seeded(&device, 0)?;
            let opt = Adam::new(net.parameters(), 1e-3)?;
            let x = Generator::new(1).normal([64, 32, 256], 0., 1., DType::F32, &device)?;
            classify_batch(net, opt, x, 32, 10)?
        }
        _ => return Ok(None),
    }))
}

fn classify(
    net: impl Forward + 'static,
    opt: impl Optimizer + 'static,
    shape: &[usize],
    classes: usize,
) -> Result<Step> {
    let x = Generator::new(1).normal(shape, 0., 1., DType::F32, &Device::Cpu)?;
    classify_batch(net, opt, x, shape[0], classes)
}

fn classify_batch(
    net: impl Forward + 'static,
    mut opt: impl Optimizer + 'static,
    x: Tensor,
    batch: usize,
    classes: usize,
) -> Result<Step> {
    let labels: Vec<i64> = (0..batch).map(|i| (i * 7 % classes) as i64).collect();
    let labels = Tensor::from_vec(labels, batch, &Device::Cpu)?;
    Ok(Box::new(move || {
        train(&net, &mut opt, &x, |y| cross_entropy(y, &labels))
    }))
}

fn train(
    net: &impl Forward,
    opt: &mut impl Optimizer,
    x: &Tensor,
    loss: impl Fn(Tensor) -> Result<Tensor>,
) -> Result<()> {
    opt.zero_grad(true)?;
    loss(net.forward(x)?)?.backward()?;
    opt.step()
}
