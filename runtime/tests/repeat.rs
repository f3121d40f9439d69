//! One seed repeats a training run to the bit: initial weights, the order of the data, dropout, and whatever the thread count.

use std::sync::Mutex;

use taper::data::TensorDataset;
use taper::prelude::*;
use taper::Result;

/// LeNet with dropout, for 12×12 images.
#[model([B, 1, 12, 12] -> [B, 10])]
struct Net {
    features: sequential!(
        Conv2d(6, 3, padding = 2),
        ReLU,
        MaxPool2d(2),
        Conv2d(16, 3),
        BatchNorm2d,
        ReLU,
        MaxPool2d(2)
    ),
    #[layer(60)]
    fc1: Linear,
    bn1: BatchNorm1d,
    #[layer(0.5)]
    drop: Dropout,
    #[layer(10)]
    fc2: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self.features(x).flatten(1);
        self.fc2(self.drop(self.bn1(self.fc1(x)).relu()))
    }
}

/// Images with labels, the same at every call.
fn data() -> Result<TensorDataset<(Tensor, Tensor)>> {
    let pixels = (0..100 * 144)
        .map(|i| (i * i % 251) as f32 / 251.)
        .collect();
    let images = Tensor::from_vec(pixels, (100, 1, 12, 12), &Device::Cpu)?;
    let labels = (0..100).map(|i| i * 7 % 10).collect::<Vec<i64>>();
    TensorDataset::new((images, Tensor::from_vec(labels, 100, &Device::Cpu)?))
}

/// The bits of every loss, and of every weight and statistic at the end.
struct Run {
    losses: Vec<u64>,
    state: Vec<(String, Vec<u64>)>,
}

/// What differs between two runs of one network.
fn differences<'r>(a: &'r Run, b: &Run) -> Vec<&'r str> {
    let pairs = a.state.iter().zip(&b.state).filter(|(a, b)| a != b);
    let mut found: Vec<_> = pairs.map(|((name, _), _)| name.as_str()).collect();
    if a.losses != b.losses {
        found.push("losses");
    }
    found
}

/// The generator that `manual_seed` sets is the process's: one run at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn train(seed: u64, optimizer: fn(&Net) -> Result<Box<dyn Optimizer>>) -> Result<Run> {
    let _turn = ONE_AT_A_TIME.lock();
    taper::manual_seed(seed);
    let net = Net::config().init_seeded(&Device::Cpu, seed)?;
    let mut optimizer = optimizer(&net)?;
    let loader = DataLoader::new(data()?, 32)?.shuffle(true).seed(seed);
    let mut losses = Vec::new();
    for _ in 0..2 {
        for batch in &loader {
            let (images, labels) = batch?;
            let loss = cross_entropy(net.forward(images)?, labels)?;
            losses.push(check_finite(&loss, losses.len())?.to_bits());
            optimizer.zero_grad(true)?;
            loss.backward()?;
            optimizer.step()?;
        }
    }
    let bits = |tensor: &Tensor| -> Result<Vec<u64>> {
        Ok(tensor
            .to_vec::<f64>()?
            .into_iter()
            .map(f64::to_bits)
            .collect())
    };
    let state = net.state_dict();
    let state = state
        .iter()
        .map(|(name, tensor)| Ok((name.to_owned(), bits(tensor)?)));
    Ok(Run {
        losses,
        state: state.collect::<Result<_>>()?,
    })
}

fn adam(net: &Net) -> Result<Box<dyn Optimizer>> {
    Ok(Box::new(Adam::new(net.parameters(), 2e-3)?))
}

fn sgd(net: &Net) -> Result<Box<dyn Optimizer>> {
    let options = SgdOptions::default().lr(0.05).momentum(0.9);
    Ok(Box::new(Sgd::new(net.parameters(), options)?))
}

/// A run in a pool of its own.
fn with_threads(
    threads: usize,
    seed: u64,
    optimizer: fn(&Net) -> Result<Box<dyn Optimizer>>,
) -> Result<Run> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("a pool of threads")
        .install(|| train(seed, optimizer))
}

#[test]
fn a_seed_repeats_a_run_to_the_bit() -> Result<()> {
    for optimizer in [adam, sgd] {
        let (first, again) = (train(3, optimizer)?, train(3, optimizer)?);
        assert_eq!(first.losses.len(), 8);
        assert!(first.losses.windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!(differences(&first, &again), [""; 0]);
    }
    Ok(())
}

#[test]
fn whatever_the_number_of_threads() -> Result<()> {
    for optimizer in [adam, sgd] {
        let one = with_threads(1, 3, optimizer)?;
        for threads in [2, 3] {
            let other = with_threads(threads, 3, optimizer)?;
            assert_eq!(differences(&one, &other), [""; 0], "{threads} threads");
        }
    }
    Ok(())
}

#[test]
fn another_seed_is_another_run() -> Result<()> {
    let (first, other) = (train(3, adam)?, train(4, adam)?);
    let mut same: Vec<_> = first.state.iter().map(|(name, _)| name.as_str()).collect();
    let different = differences(&first, &other);
    same.retain(|name| !different.contains(name));
    // All but how many batches there were.
    assert_eq!(same.len(), 2);
    assert!(same
        .iter()
        .all(|name| name.ends_with("num_batches_tracked")));
    assert!(first.losses.iter().zip(&other.losses).all(|(a, b)| a != b));
    Ok(())
}
