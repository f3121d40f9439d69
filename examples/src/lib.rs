//! What the examples share: LeNet, the embedded cut of Fashion-MNIST, command lines, a training loop with a bar.

mod arguments;
pub mod pages;
pub mod zoo;

pub use arguments::Arguments;

use indicatif::{ProgressBar, ProgressStyle};
use std::path::Path;
use taper::data::{DataLoader, Dataset, Mnist, Split};
use taper::prelude::*;
use taper::Result;

/// LeNet for 28×28 grey images.
#[model([B, 1, 28, 28] -> [B, classes], masks(head = "fc3.*", backbone = ["features.*", "fc1.*", "fc2.*", "bn*"]))]
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

/// The first 10,000 training and 2,000 test images of Fashion-MNIST, compiled into the program.
///
/// # Errors
/// None unless the files in `examples/data` are damaged.
pub fn embedded() -> Result<(Mnist, Mnist)> {
    let train = Mnist::from_bytes(
        include_bytes!("../data/fashion-mnist/train-images-idx3-ubyte.gz"),
        include_bytes!("../data/fashion-mnist/train-labels-idx1-ubyte.gz"),
    )?;
    let test = Mnist::from_bytes(
        include_bytes!("../data/fashion-mnist/t10k-images-idx3-ubyte.gz"),
        include_bytes!("../data/fashion-mnist/t10k-labels-idx1-ubyte.gz"),
    )?;
    Ok((train, test))
}

/// Training and test set from a directory of four IDX files, gzipped or not.
///
/// # Errors
/// If a file is missing or isn't what it should be.
pub fn from_directory(dir: &Path) -> Result<(Mnist, Mnist)> {
    Ok((
        Mnist::open(dir, Split::Train)?,
        Mnist::open(dir, Split::Test)?,
    ))
}

/// A bar over `steps` steps, with what `message` says behind it.
pub fn progress(steps: usize, prefix: impl Into<String>) -> ProgressBar {
    let bar = ProgressBar::new(steps as u64).with_prefix(prefix.into());
    if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar
}

/// Mean loss per sample and share of right answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Score {
    /// Mean loss per sample.
    pub loss: f64,
    /// Share of samples whose class came out first.
    pub accuracy: f64,
}

/// Runs `net` over a data set without training.
///
/// # Errors
/// If a batch can't be read or doesn't fit the network.
pub fn evaluate<D>(net: &(impl Forward + ModuleExt), loader: &DataLoader<D>) -> Result<Score>
where
    D: Dataset<Item = (Tensor, i64)>,
{
    net.eval();
    let (mut loss, mut right, mut samples) = (0.0, 0.0, 0.0);
    for batch in loader {
        let (images, labels) = batch?;
        let n = images.dim(0)? as f64;
        let logits = no_grad(|| net.forward(&images))?;
        loss += cross_entropy(&logits, &labels)?.item()? * n;
        right += accuracy(&logits, &labels)? * n;
        samples += n;
    }
    Ok(Score {
        loss: loss / samples,
        accuracy: right / samples,
    })
}

/// Trains for one epoch, with a progress bar.
///
/// # Errors
/// If a batch doesn't fit the network, or the loss isn't finite: the message has the step, counted from 0 in each epoch.
pub fn train_epoch<D>(
    net: &(impl Forward + ModuleExt),
    loader: &DataLoader<D>,
    optimizer: &mut dyn Optimizer,
    prefix: &str,
) -> Result<Score>
where
    D: Dataset<Item = (Tensor, i64)>,
{
    net.train();
    let bar = progress(loader.len(), prefix);
    let (mut loss_sum, mut right, mut samples) = (0.0, 0.0, 0.0);
    for (step, batch) in loader.iter().enumerate() {
        let (images, labels) = batch?;
        let n = images.dim(0)? as f64;
        let logits = net.forward(&images)?;
        let loss = cross_entropy(&logits, &labels)?;
        let value = check_finite(&loss, step)?;
        optimizer.zero_grad(true)?;
        loss.backward()?;
        optimizer.step()?;
        loss_sum += value * n;
        right += accuracy(&logits, &labels)? * n;
        samples += n;
        bar.set_message(format!("loss {:.4}", loss_sum / samples));
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(Score {
        loss: loss_sum / samples,
        accuracy: right / samples,
    })
}
