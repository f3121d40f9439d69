//! Fine-tuning: LeNet learns five classes of Fashion-MNIST; its backbone then learns the other five, first frozen by a
//! mask with only a new head in training, then as a whole.
//!
//! `cargo run --release --example finetune [-- --data DIR --seed N --epochs N --out FILE]`

use taper::data::{DataLoader, Dataset, Labelled, Mnist, Subset};
use taper::module::{LoadOptions, StateDict};
use taper::prelude::*;
use taper::Result;
use taper_examples::{embedded, evaluate, from_directory, train_epoch, Arguments, LeNet};

fn main() -> Result<()> {
    let args = Arguments::from_command_line("finetune");
    let (train, test) = match &args.data {
        Some(dir) => from_directory(dir)?,
        None => embedded()?,
    };
    let epochs = args.epochs_or(3);
    taper::manual_seed(args.seed);

    println!("1. five classes from scratch");
    let first = LeNet::config()
        .classes(5)
        .init_seeded(&Device::Cpu, args.seed)?;
    report(&first);
    fit(
        &first,
        &classes(&train, 0..5)?,
        &classes(&test, 0..5)?,
        1e-3,
        epochs,
        args.seed,
    )?;

    println!("2. the other five classes: all but the head is loaded, and frozen");
    let net = LeNet::config()
        .classes(5)
        .init_seeded(&Device::Cpu, args.seed + 1)?;
    let loaded =
        net.load_state_dict_with(&first.state_dict(), LoadOptions::default().except("fc3.*"))?;
    println!("   {loaded}");
    net.train_only(&LeNet::HEAD)?;
    report(&net);
    let before = net.state_dict().copied()?;
    fit(
        &net,
        &classes(&train, 5..10)?,
        &classes(&test, 5..10)?,
        1e-3,
        epochs,
        args.seed,
    )?;
    println!(
        "   frozen weights bit-identical: {}",
        unchanged(&before, &net.state_dict())?
    );

    println!("3. everything, at a lower rate");
    net.unfreeze(&LeNet::BACKBONE)?;
    report(&net);
    let score = fit(
        &net,
        &classes(&train, 5..10)?,
        &classes(&test, 5..10)?,
        2e-4,
        epochs,
        args.seed,
    )?;
    let path = args.out_or("finetune.safetensors");
    net.save(&path)?;
    println!("   saved to {}", path.display());
    println!("test accuracy: {score:.4}");
    Ok(())
}

/// The samples of some classes, labelled from 0.
fn classes(
    data: &Mnist,
    range: std::ops::Range<i64>,
) -> Result<impl Dataset<Item = (Tensor, i64)> + '_> {
    let mut indices = Vec::new();
    for i in 0..data.len() {
        if range.contains(&data.label(i)?) {
            indices.push(i);
        }
    }
    let start = range.start;
    Ok(Subset::new(data, indices)?.target_transform(move |label| Ok(label - start)))
}

/// Trains what isn't frozen; the accuracy on the test set.
fn fit<D>(net: &LeNet, train: &D, test: &D, lr: f64, epochs: usize, seed: u64) -> Result<f64>
where
    D: Dataset<Item = (Tensor, i64)>,
{
    let loader = DataLoader::new(train, 64)?
        .shuffle(true)
        .seed(seed)
        .drop_last(true);
    let test_loader = DataLoader::new(test, 500)?;
    let mut optimizer = Adam::new(net.trainable_parameters(), AdamOptions::default().lr(lr))?;
    let mut accuracy = 0.0;
    for epoch in 1..=epochs {
        let trained = train_epoch(
            net,
            &loader,
            &mut optimizer,
            &format!("epoch {epoch}/{epochs}"),
        )?;
        accuracy = evaluate(net, &test_loader)?.accuracy;
        println!(
            "   epoch {epoch}  loss {:.4}  test accuracy {accuracy:.4}",
            trained.loss
        );
    }
    Ok(accuracy)
}

/// Prints which parameters are trained.
fn report(net: &LeNet) {
    let names: Vec<String> = net
        .named_parameters()
        .into_iter()
        .filter(|(_, p)| p.trainable())
        .map(|(name, _)| name)
        .collect();
    println!(
        "   trainable: {} of {} parameters ({})",
        net.num_trainable_parameters(),
        net.num_parameters(),
        names.join(", ")
    );
}

/// Whether all but the head is what it was, to the bit; BatchNorm's statistics included.
fn unchanged(before: &StateDict, after: &StateDict) -> Result<bool> {
    for (name, old) in before.iter().filter(|(name, _)| !LeNet::HEAD.selects(name)) {
        let new = after.get(name).map(|t| t.to_vec::<f64>()).transpose()?;
        if new != Some(old.to_vec::<f64>()?) {
            return Ok(false);
        }
    }
    Ok(true)
}
