//! Trains LeNet on images: on the embedded cut of Fashion-MNIST, or with `--data DIR` on full MNIST or Fashion-MNIST.
//!
//! `cargo run --release --example lenet [-- --data DIR --seed N --epochs N --out FILE]`

use taper::data::{DataLoader, Dataset, Mnist, FASHION_MNIST_CLASSES};
use taper::optim::lr_scheduler::{CosineAnnealingLr, LrScheduler};
use taper::prelude::*;
use taper::Result;
use taper_examples::{embedded, evaluate, from_directory, train_epoch, Arguments, LeNet};

fn main() -> Result<()> {
    let args = Arguments::from_command_line("lenet");
    let device = Device::Cpu;
    let (train, test) = match &args.data {
        Some(dir) => from_directory(dir)?,
        None => embedded()?,
    };
    taper::manual_seed(args.seed);
    let net = LeNet::config().init_seeded(&device, args.seed)?;
    println!("{net}\n{}", net.summary()?);
    println!("{} training and {} test images", train.len(), test.len());

    let epochs = args.epochs_or(if args.data.is_some() { 3 } else { 10 });
    let loader = DataLoader::new(&train, 64)?
        .shuffle(true)
        .seed(args.seed)
        .drop_last(true);
    let test_loader = DataLoader::new(&test, 500)?;
    let mut optimizer = Adam::new(net.parameters(), AdamOptions::default().lr(2e-3))?;
    let mut schedule = CosineAnnealingLr::new(&mut optimizer, epochs)?;
    for epoch in 1..=epochs {
        let trained = train_epoch(
            &net,
            &loader,
            &mut optimizer,
            &format!("epoch {epoch}/{epochs}"),
        )?;
        schedule.step(&mut optimizer)?;
        let tested = evaluate(&net, &test_loader)?;
        println!(
            "epoch {epoch:2}  loss {:.4}  accuracy {:.4}  test loss {:.4}  test accuracy {:.4}",
            trained.loss, trained.accuracy, tested.loss, tested.accuracy
        );
    }

    let path = args.out_or("lenet.safetensors");
    net.save(&path)?;
    let again = LeNet::init(&device)?;
    again.load(&path)?;
    println!(
        "saved to {} and loaded again; ten predictions:",
        path.display()
    );
    show_predictions(&again, &test, args.fashion())?;
    let score = evaluate(&again, &test_loader)?;
    println!("test accuracy: {:.4}", score.accuracy);
    Ok(())
}

/// Prints what the network says of the first ten test images, and what they are.
fn show_predictions(net: &LeNet, test: &Mnist, fashion: bool) -> Result<()> {
    let name = |class: i64| match FASHION_MNIST_CLASSES.get(class as usize) {
        Some(name) if fashion => (*name).to_owned(),
        _ => class.to_string(),
    };
    net.eval();
    for i in 0..test.len().min(10) {
        let (image, label) = test.get(i)?;
        let logits = no_grad(|| net.forward(image.unsqueeze(0)?))?;
        let class = logits.argmax(1)?.to_vec::<i64>()?[0];
        let mark = if class == label { ' ' } else { '✗' };
        println!("  {mark} {:12} is {}", name(class), name(label));
    }
    Ok(())
}
