//! Means of weights against PyTorch; the cases are made by `tests/parity/averaging.py`.

use taper::optim::{update_bn, AveragedModel, AveragedOptions, Averaging};
use taper::prelude::*;
use taper::testing::{Case, Parity};
use taper::Result;

#[test]
fn averaging() -> Result<()> {
    Parity::open("averaging")?.run(|op, case| match op {
        "averaged" => averaged(case),
        _ => case.unknown(),
    })
}

fn averaged(case: &Case) -> Result<Vec<Tensor>> {
    let momentum = Some(case.arg::<f64>("momentum")?).filter(|momentum| *momentum >= 0.);
    let x = case.input(0)?;
    let steps = x.dim(0)? as i64;
    let mut net = Sequential::config()
        .push(Linear::config(4))
        .push(BatchNorm1d::config().momentum(momentum))
        .input([1, 3])
        .init(&Device::Cpu)?;
    net.to_dtype(x.dtype())?;
    let use_buffers = case.arg::<bool>("use_buffers")?;
    let options = AveragedOptions::from(average(case)?).use_buffers(use_buffers);
    let mean = AveragedModel::new(&net, options)?;
    for step in 0..steps {
        for (i, param) in net.parameters().into_iter().enumerate() {
            param.set(case.input(i + 1)?.select(0, step)?)?;
        }
        net.forward(&x.select(0, step)?)?;
        mean.update_parameters(&net)?;
    }
    let state = mean.module().state_dict().copied()?;
    let mut outputs: Vec<Tensor> = state.iter().map(|(_, x)| x.clone()).collect();

    mean.eval();
    update_bn((0..steps).map(|step| x.select(0, step)), &mean)?;
    outputs.extend(buffers(&mean)?);
    mean.train();
    mean.forward(&x.select(0, 0)?)?;
    outputs.extend(buffers(&mean)?);
    mean.eval();
    outputs.push(mean.forward(&x.select(0, 0)?)?.detach());
    outputs.push(mean.get_buffer("n_averaged")?.detach());
    Ok(outputs)
}

/// Copies: the buffers go on changing.
fn buffers(mean: &AveragedModel<Sequential>) -> Result<Vec<Tensor>> {
    let buffers = mean.module().buffers().into_iter();
    buffers
        .map(|buffer| Ok(buffer.as_candle().copy()?.into()))
        .collect()
}

fn average(case: &Case) -> Result<Averaging> {
    let word = case.arg::<String>("averaging")?;
    Ok(match word.split('_').collect::<Vec<_>>()[..] {
        ["equal", ..] => Averaging::Equal,
        ["ema", "0.0"] => Averaging::ema(0.),
        ["ema", "0.9", ..] => Averaging::ema(0.9),
        ["ema", "1.0"] => Averaging::ema(1.),
        ["own"] => Averaging::from_fn(|mean, weight, n| mean.maximum(weight)?.div(n as f64)),
        _ => return case.unknown(),
    })
}
