//! PyTorch's quickstart, five epochs from the same weights in the same order; the figures are made by
//! `tests/parity/quickstart.py`.

use taper::data::{DataLoader, Mnist};
use taper::prelude::*;
use taper::testing::{Case, Parity};
use taper::Result;

#[model([B, 1, 28, 28] -> [B, 10])]
struct NeuralNetwork {
    linear_relu_stack: sequential!(Linear(512), ReLU, Linear(512), ReLU, Linear(10), ReLU),
}

#[forward]
impl NeuralNetwork {
    fn forward(&self, x: Tensor) -> Tensor {
        self.linear_relu_stack(x.flatten(1))
    }
}

macro_rules! embedded {
    ($name:literal) => {
        include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../examples/data/fashion-mnist/",
            $name
        ))
    };
}

/// Even over ±1/√fan_in by a multiplicative hash of the position, as in the script.
fn weights(count: usize, fan_in: usize, seed: usize) -> Vec<f32> {
    let bound = (fan_in as f64).powf(-0.5);
    (0..count)
        .map(|i| {
            let bits = (i * 2_654_435_761 + seed * 40_503) % (1 << 32);
            ((bits as f64 / 4_294_967_296. * 2. - 1.) * bound) as f32
        })
        .collect()
}

fn train(case: &Case) -> Result<Vec<Tensor>> {
    let net = NeuralNetwork::init(&Device::Cpu)?;
    let fans = [784, 784, 512, 512, 512, 512];
    for (seed, (param, fan_in)) in net.parameters().iter().zip(fans).enumerate() {
        let values = weights(param.elem_count(), fan_in, seed);
        param.set(Tensor::from_vec(values, param.shape(), &Device::Cpu)?)?;
    }
    let data = Mnist::from_bytes(
        embedded!("train-images-idx3-ubyte.gz"),
        embedded!("train-labels-idx1-ubyte.gz"),
    )?;
    let test = Mnist::from_bytes(
        embedded!("t10k-images-idx3-ubyte.gz"),
        embedded!("t10k-labels-idx1-ubyte.gz"),
    )?;
    let train = DataLoader::new(data, case.arg("batch")?)?;
    let test = DataLoader::new(test, 2_000)?;
    let mut opt = Sgd::new(net.parameters(), case.arg::<f64>("lr")?)?;
    let (mut losses, mut accuracies) = (Vec::new(), Vec::new());
    for _ in 0..case.arg("epochs")? {
        for batch in &train {
            let (x, y) = batch?;
            cross_entropy(net.forward(&x)?, &y)?.backward()?;
            opt.step()?;
            opt.zero_grad(true)?;
        }
        for batch in &test {
            let (x, y) = batch?;
            let scores = no_grad(|| net.forward(&x))?;
            losses.push(cross_entropy(&scores, &y)?.item()? as f32);
            accuracies.push(accuracy(&scores, &y)? as f32);
        }
    }
    let tensor = |values: Vec<f32>| Tensor::new(values.as_slice(), &Device::Cpu);
    Ok(vec![tensor(losses)?, tensor(accuracies)?])
}

#[test]
fn five_epochs() -> Result<()> {
    Parity::open("quickstart")?.run(|op, case| match op {
        "quickstart" => train(case),
        _ => case.unknown(),
    })
}
