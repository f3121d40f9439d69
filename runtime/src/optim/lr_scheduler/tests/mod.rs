//! The schedulers' behaviour beyond PyTorch's sequences.

mod composition;
mod refusals;
mod saved;
mod warning;

use super::*;
use crate::optim::{Adam, Sgd, SgdOptions};
use crate::tensor::{Param, Tensor};
use crate::Device;

fn param() -> Result<Param> {
    Param::new(Tensor::new(&[1f32], &Device::Cpu)?)
}

/// Of two groups, with a momentum.
fn optimizer(lr: f64) -> Result<Sgd> {
    let mut opt = Sgd::new([param()?], SgdOptions::default().lr(lr).momentum(0.9))?;
    opt.add_param_group([param()?], |o| o.lr(lr / 10.))?;
    Ok(opt)
}

fn message<T>(result: Result<T>) -> String {
    result.err().map(|e| e.to_string()).unwrap_or_default()
}

type Make = fn(&mut dyn Optimizer) -> Result<Box<dyn LrScheduler>>;

/// Every scheduler twice, with different settings.
const ALL: [(Make, Make); 15] = [
    (
        |o| Ok(Box::new(LambdaLr::new(o, |t| 0.9f64.powi(t as i32))?)),
        |o| Ok(Box::new(LambdaLr::new(o, |t| 0.9f64.powi(t as i32))?)),
    ),
    (
        |o| Ok(Box::new(MultiplicativeLr::new(o, |_| 0.9)?)),
        |o| Ok(Box::new(MultiplicativeLr::new(o, |_| 0.9)?)),
    ),
    (
        |o| {
            Ok(Box::new(StepLr::new_with(
                o,
                3,
                StepLrOptions::default().gamma(0.5),
            )?))
        },
        |o| Ok(Box::new(StepLr::new(o, 5)?)),
    ),
    (
        |o| Ok(Box::new(MultiStepLr::new(o, &[2, 6, 6, 11])?)),
        |o| Ok(Box::new(MultiStepLr::new(o, &[])?)),
    ),
    (
        |o| {
            let options = ConstantLrOptions::default().factor(0.5).total_iters(9usize);
            Ok(Box::new(ConstantLr::new_with(o, options)?))
        },
        |o| Ok(Box::new(ConstantLr::new(o)?)),
    ),
    (
        |o| {
            let options = LinearLrOptions::default().start_factor(0.1);
            let options = options.end_factor(0.7).total_iters(12usize);
            Ok(Box::new(LinearLr::new_with(o, options)?))
        },
        |o| Ok(Box::new(LinearLr::new(o)?)),
    ),
    (
        |o| Ok(Box::new(ExponentialLr::new(o, 0.9)?)),
        |o| Ok(Box::new(ExponentialLr::new(o, 0.1)?)),
    ),
    (
        |o| {
            let options = PolynomialLrOptions::default()
                .total_iters(15usize)
                .power(2.);
            Ok(Box::new(PolynomialLr::new_with(o, options)?))
        },
        |o| Ok(Box::new(PolynomialLr::new(o)?)),
    ),
    (
        |o| Ok(Box::new(CosineAnnealingLr::new(o, 7)?)),
        |o| Ok(Box::new(CosineAnnealingLr::new(o, 100)?)),
    ),
    (
        |o| {
            let options = CosineAnnealingWarmRestartsOptions::default().t_mult(2usize);
            Ok(Box::new(CosineAnnealingWarmRestarts::new_with(
                o, 3, options,
            )?))
        },
        |o| Ok(Box::new(CosineAnnealingWarmRestarts::new(o, 8)?)),
    ),
    (
        |o| {
            let options = CyclicLrOptions::default().step_size_up(3usize);
            let options = options
                .mode(CyclicMode::Triangular2)
                .base_momentum([0.5, 0.6]);
            Ok(Box::new(CyclicLr::new_with(o, [0.01, 0.1], 0.3, options)?))
        },
        |o| Ok(Box::new(CyclicLr::new(o, 0.1, 0.2)?)),
    ),
    (
        |o| {
            let options = OneCycleLrOptions::default().three_phase(true);
            let options = options.anneal_strategy(AnnealStrategy::Linear);
            Ok(Box::new(OneCycleLr::new_with(o, [0.1, 0.2], 40, options)?))
        },
        |o| Ok(Box::new(OneCycleLr::new(o, 0.7, 11)?)),
    ),
    (
        |o| {
            let options = SwaLrOptions::default().anneal_epochs(9usize);
            Ok(Box::new(SwaLr::new_with(o, 0.03, options)?))
        },
        |o| {
            let options = SwaLrOptions::default().anneal_strategy(AnnealStrategy::Linear);
            Ok(Box::new(SwaLr::new_with(o, [0.03, 0.04], options)?))
        },
    ),
    (
        |o| {
            let first = Box::new(LinearLr::new(o)?);
            let second = Box::new(ExponentialLr::new(o, 0.9)?);
            Ok(Box::new(SequentialLr::new(o, vec![first, second], &[8])?))
        },
        |o| {
            let first = Box::new(LinearLr::new(o)?);
            let second = Box::new(ExponentialLr::new(o, 0.1)?);
            Ok(Box::new(SequentialLr::new(o, vec![first, second], &[2])?))
        },
    ),
    (
        |o| {
            let first = Box::new(StepLr::new(o, 6)?);
            let second = Box::new(ExponentialLr::new(o, 0.9)?);
            Ok(Box::new(ChainedScheduler::new(o, vec![first, second])?))
        },
        |o| {
            let first = Box::new(StepLr::new(o, 2)?);
            let second = Box::new(ExponentialLr::new(o, 0.1)?);
            Ok(Box::new(ChainedScheduler::new(o, vec![first, second])?))
        },
    ),
];

#[test]
fn an_adam_like_optimizer_keeps_its_second_beta() -> Result<()> {
    let mut opt = Adam::new([param()?], 0.1)?;
    let mut scheduler = OneCycleLr::new(&mut opt, 0.1, 10)?;
    assert_eq!(opt.param_groups()[0].betas, (0.95, 0.999));
    scheduler.step(&mut opt)?;
    let (beta1, beta2) = opt.param_groups()[0].betas;
    assert!(beta1 < 0.95 && beta2 == 0.999);
    Ok(())
}

#[test]
fn the_rate_falls_back_from_a_factor_of_0() -> Result<()> {
    let mut opt = optimizer(0.1)?;
    let options = ConstantLrOptions::default().factor(0.).total_iters(2usize);
    let mut scheduler = ConstantLr::new_with(&mut opt, options)?;
    let mut rates = vec![scheduler.last_lr()[0]];
    for _ in 0..3 {
        scheduler.step(&mut opt)?;
        rates.push(scheduler.last_lr()[0]);
    }
    assert_eq!(rates, [0., 0., 0.1, 0.1]);
    Ok(())
}

#[test]
fn a_phase_without_length_is_passed() -> Result<()> {
    let mut opt = optimizer(0.1)?;
    let options = OneCycleLrOptions::default().pct_start(0.1);
    let mut scheduler = OneCycleLr::new_with(&mut opt, 0.5, 10, options)?;
    assert_eq!(scheduler.last_lr(), [0.5, 0.5]);
    scheduler.step(&mut opt)?;
    assert!(scheduler.last_lr()[0] < 0.5);
    Ok(())
}

#[test]
fn nan_is_no_improvement() -> Result<()> {
    let mut opt = optimizer(0.1)?;
    let options = ReduceLrOnPlateauOptions::default().patience(2usize);
    let mut scheduler = ReduceLrOnPlateau::new_with(&mut opt, options)?;
    scheduler.step(&mut opt, f64::NAN)?;
    scheduler.step(&mut opt, 1.)?;
    assert_eq!((scheduler.best(), scheduler.num_bad_epochs()), (1., 0));
    for _ in 0..3 {
        scheduler.step(&mut opt, f64::NAN)?;
    }
    assert_eq!(scheduler.best(), 1.);
    assert!((scheduler.last_lr()[0] - 0.01).abs() < 1e-15);
    Ok(())
}

#[test]
fn a_plateau_follows_groups_that_are_added() -> Result<()> {
    let mut opt = optimizer(0.1)?;
    let options = ReduceLrOnPlateauOptions::default()
        .patience(0usize)
        .factor(0.5);
    let mut one = ReduceLrOnPlateau::new_with(&mut opt, options.clone().min_lr(0.04))?;
    let mut each = ReduceLrOnPlateau::new_with(&mut opt, options.min_lr([0.04, 0.]))?;
    opt.add_param_group([param()?], |o| o.lr(1.))?;
    for metric in [1., 1.] {
        one.step(&mut opt, metric)?;
    }
    assert_eq!(one.last_lr(), [0.05, 0.01, 0.5]);
    each.step(&mut opt, 1.)?;
    assert_eq!(
        message(each.step(&mut opt, 1.)),
        "ReduceLrOnPlateau::step: the optimizer has 3 parameter groups, but `min_lr` was given for 2\n  help: make the \
         scheduler after the last `add_param_group`, or give one `min_lr` for all groups"
    );
    assert_eq!((each.last_epoch(), opt.param_groups()[2].lr), (1, 0.5));
    Ok(())
}
