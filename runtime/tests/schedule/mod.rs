//! Schedulers from the specs of `tests/parity/lr_schedulers_all.py`.

use serde_json::Value;
use taper::optim::lr_scheduler::*;
use taper::optim::{FromSetting, Optimizer, Setting, Settings};
use taper::{Error, Result};

/// A scheduler, whatever its steps take.
pub(crate) enum Any {
    Plain(Box<dyn LrScheduler>),
    Plateau(ReduceLrOnPlateau),
    /// Stepped to an epoch.
    Restarts(CosineAnnealingWarmRestarts),
}

impl Any {
    pub(crate) fn step(&mut self, opt: &mut dyn Optimizer, extra: Option<f64>) -> Result<()> {
        match (self, extra) {
            (Any::Plateau(scheduler), Some(metric)) => scheduler.step(opt, metric),
            (Any::Restarts(scheduler), Some(epoch)) => scheduler.step_to(opt, epoch),
            (Any::Restarts(scheduler), None) => scheduler.step(opt),
            (Any::Plain(scheduler), None) => scheduler.step(opt),
            (Any::Plain(scheduler), Some(epoch)) => scheduler.set_epoch(opt, epoch as i64),
            (Any::Plateau(_), None) => Err(Error::op("parity", "a metric is missing")),
        }
    }

    pub(crate) fn last_lr(&self) -> &[f64] {
        match self {
            Any::Plain(scheduler) => scheduler.last_lr(),
            Any::Plateau(scheduler) => scheduler.last_lr(),
            Any::Restarts(scheduler) => scheduler.last_lr(),
        }
    }

    pub(crate) fn load(&mut self, state: &Settings) -> Result<()> {
        match self {
            Any::Plain(scheduler) => scheduler.load_state_dict(state),
            Any::Plateau(scheduler) => scheduler.load_state_dict(state),
            Any::Restarts(scheduler) => scheduler.load_state_dict(state),
        }
    }
}

/// The scheduler that a spec describes.
pub(crate) fn build(opt: &mut dyn Optimizer, spec: &Value) -> Result<Any> {
    let spec = Spec(spec);
    Ok(match spec.text("kind") {
        Some("ReduceLROnPlateau") => Any::Plateau(plateau(opt, spec)?),
        Some("CosineAnnealingWarmRestarts") => Any::Restarts(restarts(opt, spec)?),
        _ => Any::Plain(plain(opt, spec)?),
    })
}

/// A function of the epoch.
type Factor = Box<dyn Fn(usize) -> f64 + Send + Sync>;

#[derive(Clone, Copy)]
struct Spec<'a>(&'a Value);

impl<'a> Spec<'a> {
    fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }

    fn text(self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str()
    }

    /// The number, or the default.
    fn number(self, name: &str, default: f64) -> f64 {
        self.get(name).and_then(Value::as_f64).unwrap_or(default)
    }

    fn count(self, name: &str, default: usize) -> usize {
        let count = self.get(name).and_then(Value::as_u64);
        count.map_or(default, |count| count as usize)
    }

    fn flag(self, name: &str, default: bool) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or(default)
    }

    fn last_epoch(self) -> i64 {
        self.get("last_epoch").and_then(Value::as_i64).unwrap_or(-1)
    }

    fn word<T: FromSetting>(self, name: &str, default: T) -> Result<T> {
        match self.text(name) {
            Some(word) => T::read("parity", "word", &Setting::Text(word.into())),
            None => Ok(default),
        }
    }

    fn per_group(self, name: &str, default: f64) -> PerGroup {
        let list = self.get(name).and_then(Value::as_array);
        match list {
            Some(list) => list
                .iter()
                .filter_map(Value::as_f64)
                .collect::<Vec<_>>()
                .into(),
            None => self.number(name, default).into(),
        }
    }

    fn counts(self, name: &str) -> Vec<usize> {
        let list = self
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        list.filter_map(|count| Some(count.as_u64()? as usize))
            .collect()
    }

    fn functions(self) -> Result<Vec<Factor>> {
        let names = match self.get("lr_lambda") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(name)) => vec![name.as_str()],
            _ => vec![],
        };
        let own = |name| {
            let function = function(name)?;
            Ok(Box::new(move |epoch: usize| function(epoch as f64)) as Box<_>)
        };
        names.into_iter().map(own).collect()
    }

    fn parts(self, opt: &mut dyn Optimizer) -> Result<Vec<Box<dyn LrScheduler>>> {
        let parts = self.get("schedulers").and_then(Value::as_array);
        let parts = parts.into_iter().flatten();
        parts
            .map(|part| match build(opt, part)? {
                Any::Plain(scheduler) => Ok(scheduler),
                Any::Restarts(scheduler) => Ok(Box::new(scheduler) as Box<_>),
                Any::Plateau(_) => Err(Error::op("parity", "a plateau can't be a part")),
            })
            .collect()
    }
}

fn function(name: &str) -> Result<fn(f64) -> f64> {
    Ok(match name {
        "power" => |x| 0.95f64.powf(x),
        "slow" => |_| 0.999,
        "fading" => |x| 1. - 1. / (x + 2.),
        "inverse" => |x| 1. / (1. + x / 10.),
        "wave" => |x| 0.5 + 0.5 * x.cos(),
        _ => return Err(Error::op("parity", name)),
    })
}

fn plain(opt: &mut dyn Optimizer, spec: Spec) -> Result<Box<dyn LrScheduler>> {
    let last_epoch = spec.last_epoch();
    Ok(match spec.text("kind").unwrap_or_default() {
        "LambdaLR" => {
            let options = LambdaLrOptions::default().last_epoch(last_epoch);
            Box::new(LambdaLr::new_with(opt, spec.functions()?, options)?)
        }
        "MultiplicativeLR" => {
            let options = MultiplicativeLrOptions::default().last_epoch(last_epoch);
            Box::new(MultiplicativeLr::new_with(opt, spec.functions()?, options)?)
        }
        "StepLR" => {
            let options = StepLrOptions::default().gamma(spec.number("gamma", 0.1));
            let options = options.last_epoch(last_epoch);
            Box::new(StepLr::new_with(opt, spec.count("step_size", 0), options)?)
        }
        "MultiStepLR" => {
            let options = MultiStepLrOptions::default().gamma(spec.number("gamma", 0.1));
            let options = options.last_epoch(last_epoch);
            let milestones = spec.counts("milestones");
            Box::new(MultiStepLr::new_with(opt, &milestones, options)?)
        }
        "ConstantLR" => {
            let options = ConstantLrOptions::default()
                .factor(spec.number("factor", 1. / 3.))
                .total_iters(spec.count("total_iters", 5))
                .last_epoch(last_epoch);
            Box::new(ConstantLr::new_with(opt, options)?)
        }
        "LinearLR" => {
            let options = LinearLrOptions::default()
                .start_factor(spec.number("start_factor", 1. / 3.))
                .end_factor(spec.number("end_factor", 1.))
                .total_iters(spec.count("total_iters", 5))
                .last_epoch(last_epoch);
            Box::new(LinearLr::new_with(opt, options)?)
        }
        "ExponentialLR" => {
            let options = ExponentialLrOptions::default().last_epoch(last_epoch);
            Box::new(ExponentialLr::new_with(
                opt,
                spec.number("gamma", 0.),
                options,
            )?)
        }
        "PolynomialLR" => {
            let options = PolynomialLrOptions::default()
                .total_iters(spec.count("total_iters", 5))
                .power(spec.number("power", 1.))
                .last_epoch(last_epoch);
            Box::new(PolynomialLr::new_with(opt, options)?)
        }
        "CosineAnnealingLR" => {
            let options = CosineAnnealingLrOptions::default()
                .eta_min(spec.number("eta_min", 0.))
                .last_epoch(last_epoch);
            Box::new(CosineAnnealingLr::new_with(
                opt,
                spec.count("T_max", 0),
                options,
            )?)
        }
        "CyclicLR" => Box::new(cyclic(opt, spec)?),
        "OneCycleLR" => Box::new(one_cycle(opt, spec)?),
        "SWALR" => {
            let options = SwaLrOptions::default()
                .anneal_epochs(spec.count("anneal_epochs", 10))
                .anneal_strategy(spec.word("anneal_strategy", AnnealStrategy::Cos)?)
                .last_epoch(last_epoch);
            Box::new(SwaLr::new_with(opt, spec.per_group("swa_lr", 0.), options)?)
        }
        "SequentialLR" => {
            let parts = spec.parts(opt)?;
            let options = SequentialLrOptions::default().last_epoch(last_epoch);
            let milestones = spec.counts("milestones");
            Box::new(SequentialLr::new_with(opt, parts, &milestones, options)?)
        }
        "ChainedScheduler" => {
            let parts = spec.parts(opt)?;
            Box::new(ChainedScheduler::new(opt, parts)?)
        }
        other => return Err(Error::op("parity", other)),
    })
}

fn restarts(opt: &mut dyn Optimizer, spec: Spec) -> Result<CosineAnnealingWarmRestarts> {
    let options = CosineAnnealingWarmRestartsOptions::default()
        .t_mult(spec.count("T_mult", 1))
        .eta_min(spec.number("eta_min", 0.))
        .last_epoch(spec.last_epoch());
    CosineAnnealingWarmRestarts::new_with(opt, spec.count("T_0", 0), options)
}

fn cyclic(opt: &mut dyn Optimizer, spec: Spec) -> Result<CyclicLr> {
    let down = spec
        .get("step_size_down")
        .map(|_| spec.count("step_size_down", 0));
    let options = CyclicLrOptions::default()
        .step_size_up(spec.count("step_size_up", 2000))
        .step_size_down(down)
        .mode(spec.word("mode", CyclicMode::Triangular)?)
        .gamma(spec.number("gamma", 1.))
        .scale_mode(spec.word("scale_mode", ScaleMode::Cycle)?)
        .cycle_momentum(spec.flag("cycle_momentum", true))
        .base_momentum(spec.per_group("base_momentum", 0.8))
        .max_momentum(spec.per_group("max_momentum", 0.9))
        .last_epoch(spec.last_epoch());
    let (base_lr, max_lr) = (spec.per_group("base_lr", 0.), spec.per_group("max_lr", 0.));
    match spec.text("scale_fn") {
        Some(name) => CyclicLr::with_scale_fn(opt, base_lr, max_lr, function(name)?, options),
        None => CyclicLr::new_with(opt, base_lr, max_lr, options),
    }
}

fn one_cycle(opt: &mut dyn Optimizer, spec: Spec) -> Result<OneCycleLr> {
    let options = OneCycleLrOptions::default()
        .pct_start(spec.number("pct_start", 0.3))
        .anneal_strategy(spec.word("anneal_strategy", AnnealStrategy::Cos)?)
        .cycle_momentum(spec.flag("cycle_momentum", true))
        .base_momentum(spec.per_group("base_momentum", 0.85))
        .max_momentum(spec.per_group("max_momentum", 0.95))
        .div_factor(spec.number("div_factor", 25.))
        .final_div_factor(spec.number("final_div_factor", 1e4))
        .three_phase(spec.flag("three_phase", false))
        .last_epoch(spec.last_epoch());
    let max_lr = spec.per_group("max_lr", 0.);
    if spec.get("epochs").is_some() {
        let (epochs, steps) = (spec.count("epochs", 0), spec.count("steps_per_epoch", 0));
        return OneCycleLr::with_epochs(opt, max_lr, epochs, steps, options);
    }
    OneCycleLr::new_with(opt, max_lr, spec.count("total_steps", 0), options)
}

fn plateau(opt: &mut dyn Optimizer, spec: Spec) -> Result<ReduceLrOnPlateau> {
    let options = ReduceLrOnPlateauOptions::default()
        .mode(spec.word("mode", PlateauMode::Min)?)
        .factor(spec.number("factor", 0.1))
        .patience(spec.count("patience", 10))
        .threshold(spec.number("threshold", 1e-4))
        .threshold_mode(spec.word("threshold_mode", ThresholdMode::Rel)?)
        .cooldown(spec.count("cooldown", 0))
        .min_lr(spec.per_group("min_lr", 0.))
        .eps(spec.number("eps", 1e-8));
    ReduceLrOnPlateau::new_with(opt, options)
}
