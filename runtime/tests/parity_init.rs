//! Initialisers against PyTorch; the cases are made by `tests/parity/init.py`.

use taper::init::{calculate_gain, Fans, Init, KaimingOptions};
use taper::testing::{Case, Parity};
use taper::{DType, Device, Generator, Result, Tensor};

#[test]
fn init() -> Result<()> {
    Parity::open("init")?.run(|op, case| match op {
        "fans" => {
            let Fans { fan_in, fan_out } = Fans::of(&case.list("shape")?)?;
            numbers(&[fan_in as f64, fan_out as f64])
        }
        "gain" => {
            let word = case.arg::<String>("nonlinearity")?;
            numbers(&[calculate_gain(word.as_str(), case.option::<f64>("param")?)?])
        }
        "xavier_uniform" => parameters(case, Init::xavier_uniform(case.arg("gain")?)),
        "xavier_normal" => parameters(case, Init::xavier_normal(case.arg("gain")?)),
        "kaiming_uniform" => parameters(case, Init::kaiming_uniform(kaiming(case)?)),
        "kaiming_normal" => parameters(case, Init::kaiming_normal(kaiming(case)?)),
        "eye" => values(case, Init::eye()),
        "dirac" => values(case, Init::dirac(case.arg("groups")?)),
        _ => case.unknown(),
    })
}

fn numbers(values: &[f64]) -> Result<Tensor> {
    Tensor::new(values, &Device::Cpu)
}

fn kaiming(case: &Case) -> Result<KaimingOptions> {
    let (mode, nonlinearity) = (
        case.arg::<String>("mode")?,
        case.arg::<String>("nonlinearity")?,
    );
    let options = KaimingOptions::default().a(case.arg::<f64>("a")?);
    Ok(options
        .mode(mode.as_str())
        .nonlinearity(nonlinearity.as_str()))
}

/// The distribution that is drawn from.
fn parameters(case: &Case, init: Init) -> Result<Tensor> {
    match init.resolved(&case.list("shape")?)? {
        Init::Uniform { low, high } => numbers(&[low, high]),
        Init::Normal { mean, std } => numbers(&[mean, std]),
        _ => case.unknown(),
    }
}

fn values(case: &Case, init: Init) -> Result<Tensor> {
    let mut generator = Generator::new(0);
    init.tensor(
        &case.list("shape")?,
        DType::F32,
        &Device::Cpu,
        &mut generator,
    )
}
