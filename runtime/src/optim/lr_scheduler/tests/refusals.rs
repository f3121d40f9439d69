//! What is refused, and how.

// What `hyperparameters!` declares is public.
#![allow(unreachable_pub)]

use candle_core::Tensor as Data;

use super::*;
use crate::optim::options::hyperparameters;
use crate::optim::{FirstOrder, Moment, Real, Setting, UpdateRule};

/// The messages of what is refused by constructors of an optimizer of two groups.
fn refused<T>(make: impl FnOnce(&mut Sgd) -> Result<T>) -> Result<String> {
    let mut opt = optimizer(0.1)?;
    let text = message(make(&mut opt));
    assert!(!text.is_empty());
    let rates = [opt.param_groups()[0].lr, opt.param_groups()[1].lr];
    assert_eq!(rates, [0.1, 0.01], "{text}");
    Ok(text)
}

macro_rules! refusals {
    ($($name:ident: { $($make:expr => $text:literal,)* })*) => {$(
        #[test]
        fn $name() -> Result<()> {
            $(assert_eq!(refused($make)?, $text);)*
            Ok(())
        }
    )*};
}

refusals! {
    simple: {
        |o| StepLr::new(o, 0) => "StepLr: `step_size` is 0, but expected at least 1",
        |o| StepLr::new_with(o, 1, StepLrOptions::default().gamma(f64::NAN)) =>
            "StepLr: `gamma` is NaN, but expected a finite number",
        |o| MultiStepLr::new(o, &[3, 2]) =>
            "MultiStepLr: `milestones` is [3, 2], but expected epochs in increasing order",
        |o| MultiStepLr::new_with(o, &[3], MultiStepLrOptions::default().gamma(f64::INFINITY)) =>
            "MultiStepLr: `gamma` is inf, but expected a finite number",
        |o| ConstantLr::new_with(o, ConstantLrOptions::default().factor(1.1)) =>
            "ConstantLr: `factor` is 1.1, but expected a number in [0, 1]",
        |o| ConstantLr::new_with(o, ConstantLrOptions::default().factor(-0.1)) =>
            "ConstantLr: `factor` is -0.1, but expected a number in [0, 1]",
        |o| LinearLr::new_with(o, LinearLrOptions::default().start_factor(0.)) =>
            "LinearLr: `start_factor` is 0.0, but expected a number in (0, 1]",
        |o| LinearLr::new_with(o, LinearLrOptions::default().end_factor(f64::NAN)) =>
            "LinearLr: `end_factor` is NaN, but expected a number in [0, 1]",
        |o| ExponentialLr::new(o, f64::NAN) => "ExponentialLr: `gamma` is NaN, but expected a finite number",
        |o| PolynomialLr::new_with(o, PolynomialLrOptions::default().power(-1.)) =>
            "PolynomialLr: `power` is -1.0, but expected a number ≥ 0",
        |o| MultiplicativeLr::new_with(o, vec![], MultiplicativeLrOptions::default()) =>
            "MultiplicativeLr: `lr_lambdas` is \"0 functions\", but expected one, or one for each of 2 groups",
    }
    cosines: {
        |o| CosineAnnealingLr::new(o, 0) => "CosineAnnealingLr: `t_max` is 0, but expected at least 1",
        |o| CosineAnnealingLr::new_with(o, 3, CosineAnnealingLrOptions::default().eta_min(f64::NAN)) =>
            "CosineAnnealingLr: `eta_min` is NaN, but expected a finite number",
        |o| CosineAnnealingWarmRestarts::new(o, 0) =>
            "CosineAnnealingWarmRestarts: `t_0` is 0, but expected at least 1",
        |o| CosineAnnealingWarmRestarts::new_with(o, 1, CosineAnnealingWarmRestartsOptions::default().t_mult(0usize)) =>
            "CosineAnnealingWarmRestarts: `t_mult` is 0, but expected at least 1",
        |o| CosineAnnealingWarmRestarts::new(o, 5)?.step_to(o, -0.5) =>
            "CosineAnnealingWarmRestarts: `epoch` is -0.5, but expected a number ≥ 0",
        |o| CosineAnnealingWarmRestarts::new(o, 5)?.step_to(o, f64::NAN) =>
            "CosineAnnealingWarmRestarts: `epoch` is NaN, but expected a number ≥ 0",
    }
    cycles: {
        |o| CyclicLr::new(o, [0.1], 0.2) =>
            "CyclicLr: `base_lr` is [0.1], but expected one number, or one for each of 2 groups",
        |o| CyclicLr::new(o, 0.1, f64::INFINITY) => "CyclicLr: `max_lr` is inf, but expected a finite number",
        |o| CyclicLr::new_with(o, 0.1, 0.2, CyclicLrOptions::default().step_size_up(0usize)) =>
            "CyclicLr: `step_size_up` is 0, but expected at least 1",
        |o| CyclicLr::new_with(o, 0.1, 0.2, CyclicLrOptions::default().gamma(f64::NAN)) =>
            "CyclicLr: `gamma` is NaN, but expected a finite number",
        |o| CyclicLr::new_with(o, 0.1, 0.2, CyclicLrOptions::default().base_momentum([0.1, 0.2, 0.3])) =>
            "CyclicLr: `base_momentum` is [0.1, 0.2, 0.3], but expected one number, or one for each of 2 groups",
        |o| OneCycleLr::new(o, 0.1, 0) => "OneCycleLr: `total_steps` is 0, but expected at least 1",
        |o| OneCycleLr::new_with(o, 0.1, 9, OneCycleLrOptions::default().pct_start(1.5)) =>
            "OneCycleLr: `pct_start` is 1.5, but expected a number in [0, 1]",
        |o| OneCycleLr::new_with(o, 0.1, 9, OneCycleLrOptions::default().div_factor(0.)) =>
            "OneCycleLr: `div_factor` is 0.0, but expected a number > 0",
        |o| OneCycleLr::new_with(o, 0.1, 9, OneCycleLrOptions::default().final_div_factor(f64::NAN)) =>
            "OneCycleLr: `final_div_factor` is NaN, but expected a number > 0",
        |o| OneCycleLr::with_epochs(o, 0.1, 0, 9, OneCycleLrOptions::default()) =>
            "OneCycleLr: `epochs` is 0, but expected at least 1",
        |o| OneCycleLr::with_epochs(o, 0.1, 9, 0, OneCycleLrOptions::default()) =>
            "OneCycleLr: `steps_per_epoch` is 0, but expected at least 1",
        |o| OneCycleLr::new(o, [0.1; 3], 9) =>
            "OneCycleLr: `max_lr` is [0.1, 0.1, 0.1], but expected one number, or one for each of 2 groups",
        |o| SwaLr::new(o, [0.1; 3]) =>
            "SwaLr: `swa_lr` is [0.1, 0.1, 0.1], but expected one number, or one for each of 2 groups",
    }
    plateaus: {
        |o| ReduceLrOnPlateau::new_with(o, ReduceLrOnPlateauOptions::default().factor(1.)) =>
            "ReduceLrOnPlateau: `factor` is 1.0, but expected a number in [0, 1)",
        |o| ReduceLrOnPlateau::new_with(o, ReduceLrOnPlateauOptions::default().threshold(f64::NAN)) =>
            "ReduceLrOnPlateau: `threshold` is NaN, but expected a finite number",
        |o| ReduceLrOnPlateau::new_with(o, ReduceLrOnPlateauOptions::default().eps(f64::NAN)) =>
            "ReduceLrOnPlateau: `eps` is NaN, but expected a finite number",
        |o| ReduceLrOnPlateau::new_with(o, ReduceLrOnPlateauOptions::default().min_lr([0.1])) =>
            "ReduceLrOnPlateau: `min_lr` is [0.1], but expected one number, or one for each of 2 groups",
    }
    compositions: {
        |o| SequentialLr::new(o, vec![], &[]) =>
            "SequentialLr: `schedulers` is 0, but expected at least one scheduler",
        |o| ChainedScheduler::new(o, vec![]) =>
            "ChainedScheduler: `schedulers` is 0, but expected at least one scheduler",
        |o| { let parts = three(o)?; SequentialLr::new(o, parts, &[5]) } =>
            "SequentialLr: `milestones` is [5], but expected 2 for 3 schedulers",
        |o| { let parts = three(o)?; SequentialLr::new(o, parts, &[5, 4]) } =>
            "SequentialLr: `milestones` is [5, 4], but expected epochs in increasing order",
        |o| { let parts = three(o)?; SequentialLr::new_with(o, parts, &[5, 6], SequentialLrOptions::default().last_epoch(-2)) } =>
            "SequentialLr: `last_epoch` is -2, but expected -1 or more",
    }
    beginnings: {
        |o| ExponentialLr::new_with(o, 0.9, ExponentialLrOptions::default().last_epoch(3)) =>
            "ExponentialLr: `last_epoch` is 3, but expected -1 for an optimizer whose groups have no `initial_lr`: load its \
             state first",
        |o| SwaLr::new_with(o, 0.9, SwaLrOptions::default().last_epoch(-2)) =>
            "SwaLr: `last_epoch` is -2, but expected -1 or more",
        |o| {
            ExponentialLr::new(o, 0.9)?;
            OneCycleLr::new_with(o, 0.9, 9, OneCycleLrOptions::default().last_epoch(3))
        } => "OneCycleLr: parameter group 0 has no `max_lr`\n  help: load the optimizer's state first, or start with last_epoch −1",
        |o| LambdaLr::new(o, |_| 1.)?.set_epoch(o, -1) => "LambdaLr: `epoch` is -1, but expected 0 or more",
        |o| Optimizer::param_groups_mut(o)[0].keep("lr", 1.) =>
            "parameter group: `name` is \"lr\", but expected one of max_lr, min_lr, base_momentum, max_momentum, swa_lr",
    }
}

fn three(opt: &mut Sgd) -> Result<Vec<Box<dyn LrScheduler>>> {
    Ok(vec![
        Box::new(ExponentialLr::new(opt, 0.9)?),
        Box::new(StepLr::new(opt, 2)?),
        Box::new(StepLr::new(opt, 3)?),
    ])
}

#[test]
fn momentum_that_is_not_there() -> Result<()> {
    let mut opt: FirstOrder<Bare> = FirstOrder::new([param()?], 0.1)?;
    assert_eq!(
        message(CyclicLr::new(&mut opt, 0.1, 0.2)),
        "CyclicLr: `cycle_momentum` is true, but expected false for an optimizer that has neither `momentum` nor `betas`"
    );
    assert_eq!(
        message(OneCycleLr::new(&mut opt, 0.1, 9)),
        "OneCycleLr: `cycle_momentum` is true, but expected false for an optimizer that has neither `momentum` nor `betas`"
    );
    let options = CyclicLrOptions::default().cycle_momentum(false);
    CyclicLr::new_with(&mut opt, 0.1, 0.2, options)?;
    Ok(())
}

#[test]
fn a_cycle_has_an_end() -> Result<()> {
    let mut opt = optimizer(0.1)?;
    let mut scheduler = OneCycleLr::new(&mut opt, 0.1, 3)?;
    // PyTorch allows one step more than there are rates.
    for _ in 0..3 {
        scheduler.step(&mut opt)?;
    }
    let before = (scheduler.state_dict(), opt.param_groups()[0].lr);
    for _ in 0..2 {
        assert_eq!(
            message(scheduler.step(&mut opt)),
            "OneCycleLr::step: step 4 of a schedule of 3 steps\n  help: make the scheduler with the total number of steps: \
             epochs times batches per epoch"
        );
    }
    assert_eq!((scheduler.state_dict(), opt.param_groups()[0].lr), before);
    Ok(())
}

#[test]
fn a_group_added_later() -> Result<()> {
    for (make, _) in ALL {
        let mut opt = optimizer(0.1)?;
        let mut scheduler = make(&mut opt)?;
        opt.add_param_group([param()?], |o| o)?;
        assert_eq!(
            message(scheduler.step(&mut opt)),
            "LrScheduler::step: the optimizer has 3 parameter groups, but had 2 when the scheduler was made\n  help: make the \
             scheduler after the last `add_param_group`"
        );
    }
    Ok(())
}

#[test]
fn states_that_are_damaged() -> Result<()> {
    let mut opt = optimizer(0.1)?;
    let mut check = |make: Make, name: &str, value: Setting, text: &str| -> Result<()> {
        let mut scheduler = make(&mut opt)?;
        let mut state = scheduler.state_dict();
        state.insert(name.into(), value);
        assert_eq!(message(scheduler.load_state_dict(&state)), text);
        Ok(())
    };
    let cosine: Make = |o| Ok(Box::new(CosineAnnealingLr::new(o, 10)?));
    check(
        cosine,
        "T_max",
        Setting::None,
        "CosineAnnealingLr: `T_max` is None, but expected a whole number",
    )?;
    check(
        cosine,
        "T_max",
        (-1i64).into(),
        "CosineAnnealingLr: `T_max` is -1, but expected 0 or more",
    )?;
    check(
        cosine,
        "base_lrs",
        vec![0.1].into(),
        "CosineAnnealingLr: `base_lrs` is [0.1], but expected one number for each of 2 groups",
    )?;
    check(
        |o| Ok(Box::new(OneCycleLr::new(o, 0.1, 10)?)),
        "_anneal_func_type",
        Setting::Text("sine".into()),
        "OneCycleLr: `_anneal_func_type` is Text(\"sine\"), but expected \"cos\" or \"linear\"",
    )?;
    check(
        |o| Ok(Box::new(MultiStepLr::new(o, &[3])?)),
        "milestones",
        vec![3.].into(),
        "MultiStepLr: `milestones` is List([Float(3.0)]), but expected the number of times each epoch was given",
    )?;
    check(
        |o| Ok(Box::new(CosineAnnealingWarmRestarts::new(o, 3)?)),
        "T_i",
        0i64.into(),
        "CosineAnnealingWarmRestarts: `T_i` is 0, but expected at least 1",
    )
}

hyperparameters! {
    /// Those of gradient descent without momentum.
    pub struct Bare {
        /// The learning rate.
        lr: f64 = 0.1,
    }
}

impl UpdateRule for Bare {
    const NAME: &'static str = "Bare";
    const COUNTS_STEPS: bool = false;
    const SLOTS: &'static [&'static str] = &[];

    fn validate(&self) -> Result<()> {
        Ok(())
    }

    fn slots(&self) -> &'static [&'static str] {
        &[]
    }

    fn tensors(&self, _: Moment, param: &Data, grad: &Data, _: &mut [Data]) -> Result<Data> {
        Ok((param - (grad * self.lr)?)?)
    }

    fn slices<T: Real>(&self, _: Moment, param: &mut [T], grad: &[T], _: &mut [&mut [T]]) {
        for (p, &g) in param.iter_mut().zip(grad) {
            *p -= T::from_f64(self.lr) * g;
        }
    }
}
