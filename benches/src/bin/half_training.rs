//! Training in bf16 beside f32: LeNet on the embedded cut of Fashion-MNIST, and a causal encoder that predicts the next
//! character of Moby Dick. Same seeds, same batches; the losses at the end are compared.
//!
//! `cargo run --release -p taper-benches --bin half_training -- [STEPS]`

use std::path::PathBuf;
use std::{env, error, fs};

use taper::amp::autocast;
use taper::data::DataLoader;
use taper::prelude::*;
use taper::{Generator, Result};
use taper_benches::Page;
use taper_examples::{embedded, LeNet};

const STEPS: usize = 1000;
const SEEDS: [u64; 3] = [0, 1, 2];
/// Steps at the end whose losses are averaged.
const LAST: usize = 100;

/// Characters of a sample, and samples of a batch.
const LENGTH: usize = 64;
const BATCH: usize = 16;
/// Sizes of the encoder.
const CHARACTERS: usize = 96;
const WIDTH: usize = 64;
const HEADS: usize = 4;

/// Attention to what came before and a feed-forward network, each behind a normalisation.
#[model(([B, T, {WIDTH}], [T, T]) -> [B, T, {WIDTH}])]
struct Block {
    #[layer(WIDTH)]
    norm1: LayerNorm,
    #[layer(3 * WIDTH)]
    qkv: Linear,
    #[layer(WIDTH)]
    out: Linear,
    #[layer(WIDTH)]
    norm2: LayerNorm,
    #[layer(4 * WIDTH)]
    linear1: Linear,
    #[layer(WIDTH)]
    linear2: Linear,
}

#[forward]
impl Block {
    fn forward(&self, x: Tensor, mask: Tensor) -> Tensor {
        let [b, t, _] = x.shape();
        let d = WIDTH / HEADS;
        let qkv = self
            .qkv(self.norm1(&x))
            .reshape([b, t, 3, HEADS, d])
            .permute([2, 0, 3, 1, 4]);
        let (q, k, v) = (qkv.select(0, 0), qkv.select(0, 1), qkv.select(0, 2));
        let scores = q.matmul(k.transpose(-2, -1)) / (d as f64).sqrt() + mask;
        let y = scores.softmax(-1).matmul(v);
        let x = self.out(y.transpose(1, 2).reshape([b, t, WIDTH])) + x;
        self.linear2(self.linear1(self.norm2(&x)).gelu()) + x
    }
}

/// Two blocks between an embedding and the scores of the next character.
#[model(([B, {LENGTH}; int], [{LENGTH}, {LENGTH}]) -> [B, {LENGTH}, {CHARACTERS}])]
struct Encoder {
    #[layer(CHARACTERS, WIDTH)]
    tokens: Embedding,
    #[param([LENGTH, WIDTH], init = zeros())]
    positions: Param,
    block1: Block,
    block2: Block,
    #[layer(WIDTH)]
    norm: LayerNorm,
    #[layer(CHARACTERS)]
    head: Linear,
}

#[forward]
impl Encoder {
    fn forward(&self, x: Tensor, mask: Tensor) -> Tensor {
        let x = self.tokens(x) + &self.positions;
        let x = self.block2(self.block1(x, &mask), &mask);
        self.head(self.norm(x))
    }
}

fn main() -> std::result::Result<(), Box<dyn error::Error>> {
    let steps = env::args().nth(1).map_or(Ok(STEPS), |n| n.parse())?;
    let text = fs::read_to_string(moby_dick())
        .map_err(|e| format!("{e}: `scripts/fetch moby-dick` brings the text"))?;
    let text = Text::new(&text)?;
    let mut rows = Vec::new();
    for (name, train) in [
        ("LeNet, Fashion-MNIST", &lenet as &dyn Fn(_, _, _) -> _),
        ("two-layer encoder, Moby Dick", &|seed, dtype, steps| {
            encoder(&text, seed, dtype, steps)
        }),
    ] {
        rows.push(compare(name, steps, train)?);
    }
    let mut page = Page::new(
        "Training in bf16",
        "cargo run --release -p taper-benches --bin half_training",
    );
    page.paragraph(&format!(
        "Three seeds, {steps} steps each; both types see the same batches from the same weights. bf16 is \
         `amp::autocast`: products in bf16, losses and normalisations in f32, f32 weights. The loss of a run is the \
         mean over its last {LAST} steps; the standard deviation is that of f32's three runs."
    ));
    let head = [
        "model",
        "loss in f32",
        "standard deviation",
        "loss in bf16",
        "difference in deviations (at most 1)",
    ];
    page.table(&head, &rows);
    page.write("half_training")?;
    Ok(())
}

/// The file that `scripts/fetch moby-dick` leaves.
fn moby_dick() -> PathBuf {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from);
    let cache = folder("XDG_CACHE_HOME")
        .or_else(|| Some(folder("HOME")?.join(".cache")))
        .unwrap_or_default();
    let data = folder("TAPER_DATA").unwrap_or_else(|| cache.join("taper"));
    data.join("moby-dick/data.txt")
}

/// The losses in both types, as a row of the page.
fn compare(
    name: &str,
    steps: usize,
    train: &dyn Fn(u64, Option<DType>, usize) -> Result<f64>,
) -> Result<Vec<String>> {
    let mut losses = [Vec::new(), Vec::new()];
    for seed in SEEDS {
        for (losses, dtype) in losses.iter_mut().zip([None, Some(DType::BF16)]) {
            losses.push(train(seed, dtype, steps)?);
            eprintln!("{name}, seed {seed}, {dtype:?}: {:?}", losses.last());
        }
    }
    let [single, half] = losses;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let middle = mean(&single);
    let squares: f64 = single.iter().map(|x| (x - middle).powi(2)).sum();
    let deviation = (squares / (single.len() - 1) as f64).sqrt();
    Ok(vec![
        name.to_owned(),
        format!("{middle:.4}"),
        format!("{deviation:.4}"),
        format!("{:.4}", mean(&half)),
        format!("{:+.2}", (mean(&half) - middle) / deviation),
    ])
}

fn lenet(seed: u64, dtype: Option<DType>, steps: usize) -> Result<f64> {
    let (train, _) = embedded()?;
    let net = LeNet::config().init_seeded(&Device::Cpu, seed)?;
    let opt = Adam::new(net.parameters(), 1e-3)?;
    let loader = DataLoader::new(&train, 64)?
        .shuffle(true)
        .seed(seed)
        .drop_last(true);
    let batches = std::iter::repeat_with(|| loader.iter()).flatten();
    run(opt, steps, batches, |(x, y)| {
        in_type(dtype, || cross_entropy(net.forward(&x)?, &y))
    })
}

fn encoder(text: &Text, seed: u64, dtype: Option<DType>, steps: usize) -> Result<f64> {
    let net = Encoder::config().init_seeded(&Device::Cpu, seed)?;
    let opt = AdamW::new(net.parameters(), 1e-3)?;
    let mask = (0..LENGTH * LENGTH).map(|i| match i % LENGTH > i / LENGTH {
        true => f32::NEG_INFINITY,
        false => 0.,
    });
    let mask = Tensor::from_vec(mask.collect::<Vec<_>>(), (LENGTH, LENGTH), &Device::Cpu)?;
    let mut random = Generator::new(seed);
    let batches = std::iter::repeat_with(|| text.batch(&mut random));
    run(opt, steps, batches, |(x, y)| {
        in_type(dtype, || {
            let scores = net.forward(&x, &mask)?;
            cross_entropy(scores.reshape([BATCH * LENGTH, CHARACTERS])?, &y)
        })
    })
}

fn in_type(dtype: Option<DType>, loss: impl FnOnce() -> Result<Tensor>) -> Result<Tensor> {
    match dtype {
        Some(dtype) => autocast(dtype, loss),
        None => loss(),
    }
}

/// Trains; the mean loss of the last steps.
fn run(
    mut opt: impl Optimizer,
    steps: usize,
    batches: impl Iterator<Item = Result<(Tensor, Tensor)>>,
    loss: impl Fn((Tensor, Tensor)) -> Result<Tensor>,
) -> Result<f64> {
    let mut losses = Vec::new();
    for batch in batches.take(steps) {
        let loss = loss(batch?)?;
        opt.zero_grad(true)?;
        loss.backward()?;
        opt.step()?;
        losses.push(loss.item()?);
    }
    let last = &losses[losses.len().saturating_sub(LAST)..];
    Ok(last.iter().sum::<f64>() / last.len() as f64)
}

/// A text as numbers of characters.
struct Text(Vec<i64>);

impl Text {
    fn new(text: &str) -> std::result::Result<Self, String> {
        let mut characters: Vec<char> = text.chars().collect();
        characters.sort_unstable();
        characters.dedup();
        if characters.len() > CHARACTERS {
            return Err(format!("{} different characters", characters.len()));
        }
        let number = |c| characters.binary_search(&c).map_or(0, |i| i as i64);
        Ok(Text(text.chars().map(number).collect()))
    }

    /// Stretches from random places, and the characters that follow each of theirs.
    fn batch(&self, random: &mut Generator) -> Result<(Tensor, Tensor)> {
        let places = (self.0.len() - LENGTH - 1) as u64;
        let starts: Vec<_> = (0..BATCH).map(|_| random.below(places) as usize).collect();
        let from = |shift: usize| -> Vec<i64> {
            let stretch = |&start: &usize| &self.0[start + shift..][..LENGTH];
            starts.iter().flat_map(stretch).copied().collect()
        };
        let x = Tensor::from_vec(from(0), (BATCH, LENGTH), &Device::Cpu)?;
        let y = Tensor::from_vec(from(1), BATCH * LENGTH, &Device::Cpu)?;
        Ok((x, y))
    }
}
