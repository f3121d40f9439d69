//! LeNet in half types on the embedded cut of Fashion-MNIST: the loss falls, and the parameters' f32 masters are what moves.

use std::sync::LazyLock;

use taper::amp::{autocast, GradScaler, GradScalerOptions};
use taper::data::{DataLoader, Mnist};
use taper::prelude::*;
use taper::Result;

#[model([B, 1, 28, 28] -> [B, 10])]
struct LeNet {
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
    #[layer(10)]
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

const STEPS: usize = 40;
const BATCH: usize = 16;

/// Images and labels, a batch for every step.
fn batches() -> Result<Vec<(Tensor, Tensor)>> {
    macro_rules! embedded {
        ($name:literal) => {
            include_bytes!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../examples/data/fashion-mnist/",
                $name
            ))
        };
    }
    let data = Mnist::from_bytes(
        embedded!("train-images-idx3-ubyte.gz"),
        embedded!("train-labels-idx1-ubyte.gz"),
    )?;
    DataLoader::new(data, BATCH)?.iter().take(STEPS).collect()
}

/// The mean losses of the first and the last five of the steps.
fn ends(losses: &[f64]) -> (f64, f64) {
    let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
    (mean(&losses[..5]), mean(&losses[losses.len() - 5..]))
}

/// The losses of a model whose parameters, buffers and activations are all of this type.
fn losses(net: &LeNet, dtype: DType, opt: &mut Adam) -> Result<Vec<f64>> {
    let mut losses = Vec::new();
    for (images, labels) in batches()? {
        let scores = net.forward(images.to_dtype(dtype)?)?;
        assert_eq!(scores.dtype(), dtype);
        let loss = cross_entropy(&scores, &labels)?;
        losses.push(loss.item()?);
        opt.zero_grad(true)?;
        loss.backward()?;
        opt.step()?;
    }
    Ok(losses)
}

/// The ends of f32's losses, from the same weights.
fn exact() -> (f64, f64) {
    static ENDS: LazyLock<(f64, f64)> = LazyLock::new(|| {
        let run = || -> Result<_> {
            let net = LeNet::config().init_seeded(&Device::Cpu, 0)?;
            let mut opt = Adam::new(net.parameters(), 2e-3)?;
            Ok(ends(&losses(&net, DType::F32, &mut opt)?))
        };
        run().expect("f32 trains")
    });
    *ENDS
}

fn trains(dtype: DType) -> Result<()> {
    let mut half = LeNet::config().init_seeded(&Device::Cpu, 0)?;
    match dtype {
        DType::BF16 => half.bfloat16()?,
        _ => half.half()?,
    }
    let mut opt = Adam::new(half.parameters(), 2e-3)?;
    let (first, last) = ends(&losses(&half, dtype, &mut opt)?);
    let (first_exact, last_exact) = exact();
    assert!(last < 0.6 * first, "{first} {last}");
    assert!((first - first_exact).abs() < 0.05, "{first} {first_exact}");
    assert!((last - last_exact).abs() < 0.1, "{last} {last_exact}");

    let state = opt.state_dict()?.state;
    for (i, param) in half.parameters().iter().enumerate() {
        let master = &state[&i]["master_param"];
        assert_eq!((param.dtype(), master.dtype()), (dtype, DType::F32));
        let rounded = master.to_dtype(dtype)?.to_vec::<f32>()?;
        assert_eq!(param.to_vec::<f32>()?, rounded, "{:?}", param.name());
    }
    Ok(())
}

#[test]
fn a_bfloat16_model_trains() -> Result<()> {
    trains(DType::BF16)
}

#[test]
fn a_half_model_trains() -> Result<()> {
    trains(DType::F16)
}

/// f32 parameters under f16's autocast, with a scaler; one batch overflows on the way.
#[test]
fn f16_with_a_scaler_trains_and_survives_an_overflow() -> Result<()> {
    let net = LeNet::config().init_seeded(&Device::Cpu, 0)?;
    let mut opt = Adam::new(net.parameters(), 2e-3)?;
    let mut scaler = GradScaler::new(GradScalerOptions::default())?;
    let (mut losses, mut skipped) = (Vec::new(), Vec::new());
    for (step, (images, labels)) in batches()?.into_iter().enumerate() {
        let scale = if step == 20 { f64::MAX } else { 1. };
        let loss = autocast(DType::F16, || cross_entropy(net.forward(&images)?, &labels))?;
        losses.push(loss.item()?);
        opt.zero_grad(true)?;
        scaler.scale(loss.mul(scale)?)?.backward()?;
        if !scaler.step(&mut opt)? {
            assert!(scaler.overflowed());
            skipped.push(step);
        }
        scaler.update()?;
    }
    let (first, last) = ends(&losses);
    assert!(last < 0.6 * first, "{first} {last}");
    assert!(skipped.contains(&20), "{skipped:?}");
    assert!(
        skipped.iter().all(|&step| step < 5 || step == 20),
        "{skipped:?}"
    );
    assert!(scaler.get_scale() < 65536.);
    for param in net.parameters() {
        assert!(param.to_vec::<f32>()?.iter().all(|x| x.is_finite()));
    }
    Ok(())
}
