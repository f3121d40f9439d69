//! The training steps and inferences that frameworks are compared on, in taper. `python/workload.py` has the same in PyTorch.

use taper::amp::autocast;
use taper::loss::mse_loss;
use taper::optim::AdamW;
use taper::prelude::*;
use taper::{Generator, Result};
use taper_examples::pages::cifar::CifarNet;
use taper_examples::pages::self_attention::SelfAttention;
use taper_examples::zoo::resnet::ResNet18;
use taper_examples::LeNet;

/// What frameworks are compared on.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it is.
    pub what: &'static str,
    /// Whether its inputs are images, so that it matters where their channels are in memory.
    pub images: bool,
    /// How many times faster than PyTorch taper is to be.
    pub wanted: f64,
}

impl Workload {
    const fn new(name: &'static str, what: &'static str, images: bool, wanted: f64) -> Self {
        Workload {
            name,
            what,
            images,
            wanted,
        }
    }

    /// Whether it is in mixed precision.
    pub fn mixed(&self) -> bool {
        self.name == MIXED
    }
}

/// The encoder in mixed precision.
const MIXED: &str = "encoder-bf16";

/// The encoder in f32, which mixed precision is compared with.
pub const FULL: &str = "encoder";

/// All of them.
pub const WORKLOADS: &[Workload] = &[
    Workload::new("lenet", "LeNet, batch 64, Adam", true, 4.0),
    Workload::new("mlp", "MLP 784-512-512-10, batch 64, SGD", false, 1.7),
    Workload::new(
        "cifar",
        "CIFAR CNN (3→32→32→64, k5), batch 64, SGD",
        true,
        1.25,
    ),
    Workload::new(
        "resnet18",
        "ResNet-18, 16×3×64×64, 1,000 classes, SGD with momentum",
        true,
        1.6,
    ),
    Workload::new(
        "resnet18-inference",
        "ResNet-18, inference, 1×3×224×224",
        true,
        1.4,
    ),
    Workload::new(
        FULL,
        "Pre-norm encoder, d 256, 8 heads, 4 layers, 8×128 tokens, AdamW",
        false,
        1.3,
    ),
    Workload::new(MIXED, "The encoder in bf16 autocast", false, 1.0),
    Workload::new(
        "lstm",
        "LSTM, 2 layers of 256, 64 steps of 256 features, batch 32, Adam",
        false,
        1.3,
    ),
];

/// One step, true to its last operation, with nothing left to compute. It gives the loss, an inference its result.
pub type Step = Box<dyn FnMut() -> Result<Tensor>>;

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

/// As many hidden layers as one likes.
#[model([B, 256] -> [B, 10])]
struct DeepMlp {
    #[config]
    depth: usize,
    #[layer(256, repeat = depth)]
    hidden: Vec<Linear>,
    #[layer(10)]
    head: Linear,
}

#[forward]
impl DeepMlp {
    fn forward(&self, x: Tensor) -> Tensor {
        let mut x = x;
        for layer in &self.hidden {
            x = layer(x).relu();
        }
        self.head(x)
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
        "lenet" => lenet(64)?,
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
            Box::new(move || no_grad(|| net.forward(&x)))
        }
        FULL | MIXED => {
            let mixed = name == MIXED;
            let net = Encoder::config().init_seeded(&device, 0)?;
            let mut opt = AdamW::new(net.parameters(), 1e-3)?;
            let mut random = Generator::new(1);
            let mut input = || random.normal([8, 128, 256], 0., 1., DType::F32, &device);
            let (x, target) = (input()?, input()?);
            Box::new(move || {
                let loss = || mse_loss(net.forward(&x)?, &target);
                train(&mut opt, || match mixed {
                    true => autocast(DType::BF16, loss),
                    false => loss(),
                })
            })
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

/// The multiply-accumulates of one step of the workload of that name: of a training, those of the result, of the gradients of the
/// weights, and of the gradients of all inputs but the first.
///
/// # Errors
/// If the network can't be made.
pub fn multiply_accumulates(name: &str) -> Result<Option<u64>> {
    let device = Device::Cpu;
    let training = |[all, first]: [u64; 2], batch| (3 * all - first) * batch;
    Ok(Some(match name {
        "lenet" => training(of_a_sample(&LeNet::init(&device)?, &[])?, 64),
        "mlp" => training(of_a_sample(&Mlp::init(&device)?, &[])?, 64),
        "cifar" => training(of_a_sample(&CifarNet::init(&device)?, &[])?, 64),
        "resnet18" => {
            let net = ResNet18::config().init(&device)?;
            training(of_a_sample(&net, &[1, 3, 64, 64])?, 16)
        }
        "resnet18-inference" => {
            let [all, _] = of_a_sample(&ResNet18::config().init(&device)?, &[1, 3, 224, 224])?;
            all
        }
        FULL | MIXED => training(of_a_sample(&Encoder::init(&device)?, &[1, 128, 256])?, 8),
        "lstm" => {
            // Of its first layer's two products one has an input without a gradient: a quarter of both layers'.
            let [all, lstm] = of_a_sample(&Recurrent::init(&device)?, &[64, 1, 256])?;
            training([all, lstm / 4], 32)
        }
        _ => return Ok(None),
    }))
}

/// The multiply-accumulates of a result, and those of the first layer that has any.
fn of_a_sample<N: Inspect + Module>(net: &N, shape: &[usize]) -> Result<[u64; 2]> {
    let shapes = if shape.is_empty() {
        vec![]
    } else {
        vec![shape.to_vec()]
    };
    let summary = net.summary_with(&shapes)?;
    let first = summary
        .rows
        .iter()
        .map(|row| row.macs)
        .find(|&macs| macs > 0);
    Ok([summary.macs(), first.unwrap_or(0)])
}

/// A step of LeNet with Adam.
///
/// # Errors
/// If the network can't be made.
pub fn lenet(batch: usize) -> Result<Step> {
    let net = LeNet::config().init_seeded(&Device::Cpu, 0)?;
    let opt = Adam::new(net.parameters(), 1e-3)?;
    classify(net, opt, &[batch, 1, 28, 28], 10)
}

/// A step of an MLP of that many hidden layers of 256, batch 64, with SGD.
///
/// # Errors
/// If the network can't be made.
pub fn deep_mlp(depth: usize) -> Result<Step> {
    let net = DeepMlp::config(depth).init_seeded(&Device::Cpu, 0)?;
    let opt = Sgd::new(net.parameters(), 1e-3)?;
    classify(net, opt, &[64, 256], 10)
}

/// A step that trains `net` on a batch of that shape.
pub(crate) fn classify(
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
        train(&mut opt, || cross_entropy(net.forward(&x)?, &labels))
    }))
}

fn train(opt: &mut impl Optimizer, loss: impl Fn() -> Result<Tensor>) -> Result<Tensor> {
    opt.zero_grad(true)?;
    let loss = loss()?;
    loss.backward()?;
    opt.step()?;
    Ok(loss)
}
