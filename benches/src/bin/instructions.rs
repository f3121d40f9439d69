//! Instructions that the generated `forward` retires beside the same operations written by hand, counted by
//! callgrind: a figure that other work on the machine doesn't change.
//!
//! `cargo run --release -p taper-benches --bin instructions` (needs `valgrind`)

use std::process::Command;
use std::{env, error, io};

use taper::prelude::*;
use taper_benches::Page;

#[model([B, 1, 28, 28] -> [B, 10])]
struct LeNet {
    #[layer(6, 3, padding = 2)]
    conv1: Conv2d,
    #[layer(16, 5)]
    conv2: Conv2d,
    #[layer(2)]
    pool: MaxPool2d,
    #[layer(120)]
    fc1: Linear,
    bn1: BatchNorm1d,
    #[layer(84)]
    fc2: Linear,
    bn2: BatchNorm1d,
    #[layer(10)]
    fc3: Linear,
}

#[forward]
impl LeNet {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self.pool(self.conv1(x).relu());
        let x = self.pool(self.conv2(x).relu()).flatten(1);
        let x = self.bn1(self.fc1(x)).relu();
        let x = self.bn2(self.fc2(x)).relu();
        self.fc3(x)
    }
}

impl LeNet {
    fn by_hand(&self, x: &Tensor) -> taper::Result<Tensor> {
        let x = self.pool.forward(&self.conv1.forward(x)?.relu()?)?;
        let x = self
            .pool
            .forward(&self.conv2.forward(&x)?.relu()?)?
            .flatten(1)?;
        let x = self.bn1.forward(&self.fc1.forward(&x)?)?.relu()?;
        let x = self.bn2.forward(&self.fc2.forward(&x)?)?.relu()?;
        self.fc3.forward(&x)
    }
}

#[model([B, 784] -> [B, 10])]
struct Mlp {
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

impl Mlp {
    fn by_hand(&self, x: &Tensor) -> taper::Result<Tensor> {
        let x = self.fc1.forward(x)?.relu()?;
        let x = self.fc2.forward(&x)?.relu()?;
        self.fc3.forward(&x)
    }
}

/// Samples at a time.
const BATCH: usize = 8;

/// Runs of `forward` whose cost is the difference of two counts.
const RUNS: u64 = 20;

fn main() -> Result<(), Box<dyn error::Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    if let [model, form, runs] = args.as_slice() {
        return Ok(run(model, form == "generated", runs.parse()?)?);
    }
    let mut page = Page::new(
        "Instructions of the generated `forward`",
        "cargo run --release -p taper-benches --bin instructions",
    );
    page.paragraph(&format!(
        "Instructions that one `forward` of a batch of {BATCH} retires in evaluation, on one thread, with the gradient \
         recorded: counted by callgrind over {RUNS} runs beyond the first. By hand means the same layers and operations \
         called in plain Rust, without the check of the input's shape."
    ));
    let mut rows = Vec::new();
    for model in ["lenet", "mlp"] {
        let (generated, by_hand) = (cost(model, "generated")?, cost(model, "by-hand")?);
        let more = (generated as f64 / by_hand as f64 - 1.0) * 100.0;
        rows.push(vec![
            model.to_owned(),
            generated.to_string(),
            by_hand.to_string(),
            format!("{more:+.2} %"),
        ]);
    }
    page.table(
        &["model", "generated", "by hand", "difference (at most +1 %)"],
        &rows,
    );
    page.write("instructions")?;
    Ok(())
}

/// What is counted: builds a model and runs it `1 + runs` times.
fn run(model: &str, generated: bool, runs: u64) -> taper::Result<()> {
    let device = Device::Cpu;
    let (lenet, mlp) = (
        LeNet::config().init_seeded(&device, 0)?,
        Mlp::config().init_seeded(&device, 0)?,
    );
    lenet.eval();
    let (image, row) = (
        Tensor::ones((BATCH, 1, 28, 28), DType::F32, &device)?,
        Tensor::ones((BATCH, 784), DType::F32, &device)?,
    );
    for _ in 0..=runs {
        match (model, generated) {
            ("lenet", true) => lenet.forward(&image)?,
            ("lenet", false) => lenet.by_hand(&image)?,
            (_, true) => mlp.forward(&row)?,
            (_, false) => mlp.by_hand(&row)?,
        };
    }
    Ok(())
}

/// Instructions of one run.
fn cost(model: &str, form: &str) -> io::Result<u64> {
    let (few, many) = (count(model, form, 0)?, count(model, form, RUNS)?);
    Ok((many - few) / RUNS)
}

/// Instructions that this program retires with these arguments.
fn count(model: &str, form: &str, runs: u64) -> io::Result<u64> {
    let out = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args([model, form, &runs.to_string()])
        .env("RAYON_NUM_THREADS", "1")
        .output()?;
    let text = String::from_utf8_lossy(&out.stderr);
    let collected = text
        .lines()
        .find_map(|line| line.split("Collected :").nth(1));
    collected
        .and_then(|n| n.trim().parse().ok())
        .ok_or_else(|| io::Error::other(format!("callgrind counted nothing:\n{text}")))
}
