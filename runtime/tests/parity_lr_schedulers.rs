//! Sequences of learning rates against PyTorch; the cases are made by `tests/parity/lr_schedulers.py`.

use taper::optim::lr_scheduler::{
    CosineAnnealingLr, CosineAnnealingLrOptions, LambdaLr, LambdaLrOptions, LrScheduler,
};
use taper::optim::Sgd;
use taper::testing::{Case, Parity};
use taper::{DType, Device, Error, Param, Result, Tensor};

#[test]
fn lr_schedulers() -> Result<()> {
    Parity::open("lr_schedulers")?.run(|op, case| match op {
        "cosine_annealing" => sequence(case, |opt| {
            let eta_min: f64 = case.option("eta_min")?.unwrap_or_default();
            let options = CosineAnnealingLrOptions::default().eta_min(eta_min);
            Ok(Box::new(CosineAnnealingLr::new_with(
                opt,
                case.arg("T_max")?,
                options,
            )?))
        }),
        "lambda" => sequence(case, |opt| {
            let names: String = case.arg("function")?;
            let functions = names.split('-').map(function).collect::<Result<_>>()?;
            let options = LambdaLrOptions::default();
            Ok(Box::new(LambdaLr::new_with(opt, functions, options)?))
        }),
        _ => case.unknown(),
    })
}

fn function(name: &str) -> Result<Box<dyn Fn(usize) -> f64 + Send + Sync>> {
    match name {
        "power" => Ok(Box::new(|epoch| 0.95f64.powi(epoch as i32))),
        "stairs" => Ok(Box::new(|epoch| 0.1f64.powi(epoch as i32 / 30))),
        _ => Err(Error::op("parity", name)),
    }
}

fn sequence(
    case: &Case,
    make: impl Fn(&mut Sgd) -> Result<Box<dyn LrScheduler>>,
) -> Result<Tensor> {
    let param = || Param::new(Tensor::zeros(1, DType::F32, &Device::Cpu)?);
    let base = case.input(0)?.to_vec::<f64>()?;
    let mut opt = Sgd::new([param()?], base[0])?;
    for &lr in &base[1..] {
        opt.add_param_group([param()?], |o| o.lr(lr))?;
    }
    let mut scheduler = make(&mut opt)?;
    let halve_at: Option<usize> = case.option("halve_at")?;
    let (mut rates, epochs) = (scheduler.last_lr().to_vec(), 300);
    for epoch in 0..epochs {
        if halve_at == Some(epoch) {
            opt.param_groups_mut()
                .iter_mut()
                .for_each(|group| group.lr *= 0.5);
        }
        scheduler.step(&mut opt)?;
        rates.extend(opt.param_groups().iter().map(|group| group.lr));
    }
    Tensor::from_vec(rates, [epochs + 1, base.len()], &Device::Cpu)
}
