//! One cycle of the rate for the whole training.

use std::f64::consts::PI;

use super::momentum::Bounds;
use super::per_group::PerGroup;
use super::phases::{Phase, Phases};
use super::rates::{read, scheduler, share, At, Formula, Rates};
use super::words::AnnealStrategy;
use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::optim::{Optimizer, Setting, Settings};

/// Up to `max_lr` and down to nearly nothing in one cycle, and the momentum the other way round
/// (`torch.optim.lr_scheduler.OneCycleLR`); to be stepped after every batch.
///
/// The rate goes from `max_lr / div_factor` to `max_lr` in the first `pct_start` of the steps, then down to
/// `max_lr / div_factor / final_div_factor`; with `three_phase` first back to where it started, in as many steps. The momentum,
/// which is the optimizer's `momentum` or the first of its `betas`, goes from `max_momentum` to `base_momentum` and back. The
/// groups' rates are overwritten, and other schedulers' changes with them; the bounds are kept in the groups, as `max_lr`,
/// `min_lr`, `max_momentum` and `base_momentum`.
///
/// A phase without length counts as finished; PyTorch divides by zero there.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{LrScheduler, OneCycleLr, OneCycleLrOptions};
/// use taper::optim::{Adam, AdamOptions};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Adam::new([&w], AdamOptions::default())?;
/// let options = OneCycleLrOptions::default().pct_start(0.5);
/// let mut scheduler = OneCycleLr::new_with(&mut opt, 0.1, 10, options)?;
/// for _ in 0..4 {
///     scheduler.step(&mut opt)?;
/// }
/// let group = &opt.param_groups()[0];
/// assert!((group.lr - 0.1).abs() < 1e-12 && (group.betas.0 - 0.85).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OneCycleLr {
    formula: OneCycle,
    rates: Rates,
}

options! {
    /// The optional arguments of [`OneCycleLr`].
    ///
    /// ```
    /// use taper::optim::lr_scheduler::OneCycleLrOptions;
    /// assert_eq!(OneCycleLrOptions::default().div_factor, 25.);
    /// ```
    OneCycleLrOptions {
        /// The share of the steps in which the rate rises, in [0, 1]. Default: 0.3.
        pct_start: f64 = 0.3,
        /// The curve of each phase. Default: [`Cos`](AnnealStrategy::Cos).
        anneal_strategy: AnnealStrategy = AnnealStrategy::Cos,
        /// Whether the momentum is cycled too. Default: true.
        cycle_momentum: bool = true,
        /// The momentum at `max_lr`, for all groups or each. Default: 0.85.
        base_momentum: PerGroup = PerGroup::All(0.85),
        /// The momentum at the beginning and the end, for all groups or each. Default: 0.95.
        max_momentum: PerGroup = PerGroup::All(0.95),
        /// What `max_lr` is divided by for the first rate, > 0. Default: 25.
        div_factor: f64 = 25.,
        /// What the first rate is divided by for the last, > 0. Default: 1e4.
        final_div_factor: f64 = 1e4,
        /// Whether the rate first goes back to where it started. Default: false.
        three_phase: bool = false,
        /// The step to go on after; the optimizer's state must have been loaded then. Default: −1, from the beginning.
        last_epoch: i64 = -1,
    }
}

const NAME: &str = "OneCycleLr";

impl OneCycleLr {
    /// A cycle of `total_steps` steps, up to `max_lr`: one number for all groups, or a list.
    ///
    /// # Errors
    /// If a list is not of one number for each group, a number not finite, `total_steps` is 0, or the optimizer has no momentum.
    pub fn new(
        optimizer: &mut dyn Optimizer,
        max_lr: impl Into<PerGroup>,
        total_steps: usize,
    ) -> Result<Self> {
        Self::new_with(optimizer, max_lr, total_steps, OneCycleLrOptions::default())
    }

    /// [`new`](Self::new) with options.
    ///
    /// # Errors
    /// If a list is not of one number for each group, a number not finite or out of its range, `cycle_momentum` is set for an
    /// optimizer without momentum, or `last_epoch` given without the values that are kept in the groups.
    pub fn new_with(
        optimizer: &mut dyn Optimizer,
        max_lr: impl Into<PerGroup>,
        total_steps: usize,
        options: OneCycleLrOptions,
    ) -> Result<Self> {
        let groups = optimizer.param_groups().len();
        let max_lrs = max_lr.into().each(NAME, "max_lr", groups)?;
        let OneCycleLrOptions {
            div_factor,
            final_div_factor,
            last_epoch,
            ..
        } = options;
        divisor("div_factor", div_factor)?;
        divisor("final_div_factor", final_div_factor)?;
        let (base, max) = (&options.base_momentum, &options.max_momentum);
        let bounds = || Bounds::new(NAME, optimizer, base, max);
        let bounds = options.cycle_momentum.then(bounds).transpose()?;
        let formula = OneCycle::new(total_steps, &bounds, &options)?;
        if last_epoch == -1 {
            let groups = optimizer.param_groups_mut().into_iter();
            for (group, &max_lr) in groups.zip(&max_lrs) {
                let initial_lr = max_lr / div_factor;
                group.set_initial_lr(initial_lr);
                group.keep("max_lr", max_lr)?;
                group.keep("min_lr", initial_lr / final_div_factor)?;
            }
            if let Some(bounds) = &bounds {
                bounds.keep(optimizer)?;
            }
        }
        let rates = Rates::start(optimizer, last_epoch, &formula)?;
        Ok(OneCycleLr { formula, rates })
    }

    /// [`new_with`](Self::new_with) for `epochs` of `steps_per_epoch` steps each.
    ///
    /// # Errors
    /// As [`new_with`](Self::new_with); and if one of the two is 0.
    ///
    /// ```
    /// # use taper::optim::lr_scheduler::{OneCycleLr, OneCycleLrOptions};
    /// # use taper::optim::{Sgd, SgdOptions};
    /// # use taper::{Device, Param, Tensor};
    /// # let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
    /// # let batches = 100;
    /// let mut opt = Sgd::new([&w], SgdOptions::default().momentum(0.9))?;
    /// let scheduler = OneCycleLr::with_epochs(&mut opt, 0.1, 5, batches, OneCycleLrOptions::default())?;
    /// assert_eq!(scheduler.total_steps(), 500);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn with_epochs(
        optimizer: &mut dyn Optimizer,
        max_lr: impl Into<PerGroup>,
        epochs: usize,
        steps_per_epoch: usize,
        options: OneCycleLrOptions,
    ) -> Result<Self> {
        for (name, value) in [("epochs", epochs), ("steps_per_epoch", steps_per_epoch)] {
            if value == 0 {
                return Err(Error::argument(NAME, name, value, "at least 1"));
            }
        }
        let total_steps = epochs.saturating_mul(steps_per_epoch);
        Self::new_with(optimizer, max_lr, total_steps, options)
    }

    /// The number of steps of the cycle.
    pub fn total_steps(&self) -> usize {
        usize::try_from(self.formula.total_steps).unwrap_or_default()
    }
}

fn divisor(name: &'static str, value: f64) -> Result<()> {
    if value > 0. && value.is_finite() {
        return Ok(());
    }
    Err(Error::argument(NAME, name, value, "a number > 0"))
}

#[derive(Clone, Debug)]
struct OneCycle {
    total_steps: i64,
    phases: Phases,
    anneal_strategy: AnnealStrategy,
    cycle_momentum: bool,
    use_beta1: bool,
}

impl OneCycle {
    fn new(
        total_steps: usize,
        bounds: &Option<Bounds>,
        options: &OneCycleLrOptions,
    ) -> Result<Self> {
        share(NAME, "pct_start", options.pct_start)?;
        let total_steps = match i64::try_from(total_steps) {
            Ok(total_steps) if total_steps > 0 => total_steps,
            _ => {
                return Err(Error::argument(
                    NAME,
                    "total_steps",
                    total_steps,
                    "at least 1",
                ))
            }
        };
        Ok(OneCycle {
            total_steps,
            phases: Phases::new(total_steps, options.pct_start, options.three_phase),
            anneal_strategy: options.anneal_strategy,
            cycle_momentum: bounds.is_some(),
            use_beta1: bounds.as_ref().is_some_and(|bounds| bounds.use_beta1),
        })
    }

    /// The phase that a step is in, and which share of it has passed.
    fn phase(&self, step: i64) -> Result<(&Phase, f64)> {
        if step > self.total_steps {
            let message = format!("step {step} of a schedule of {} steps", self.total_steps);
            return Err(Error::op("OneCycleLr::step", message).help(
                "make the scheduler with the total number of steps: epochs times batches per epoch",
            ));
        }
        Ok(self.phases.at(step as f64))
    }

    fn anneal(&self, start: f64, end: f64, pct: f64) -> f64 {
        match self.anneal_strategy {
            AnnealStrategy::Cos => end + (start - end) / 2. * ((PI * pct).cos() + 1.),
            AnnealStrategy::Linear => (end - start) * pct + start,
        }
    }
}

impl Formula for OneCycle {
    const NAME: &'static str = NAME;

    fn lr(&self, at: &At) -> Result<f64> {
        let (phase, pct) = self.phase(at.epoch)?;
        let (start, end) = (at.kept(NAME, phase.start_lr)?, at.kept(NAME, phase.end_lr)?);
        Ok(self.anneal(start, end, pct))
    }

    fn momentum(&self, at: &At) -> Result<Option<f64>> {
        if !self.cycle_momentum {
            return Ok(None);
        }
        let (phase, pct) = self.phase(at.epoch)?;
        let start = at.kept(NAME, phase.start_momentum)?;
        let end = at.kept(NAME, phase.end_momentum)?;
        Ok(Some(self.anneal(start, end, pct)))
    }

    fn save(&self) -> Vec<(&'static str, Setting)> {
        let mut state = vec![
            ("total_steps", self.total_steps.into()),
            ("_schedule_phases", self.phases.save()),
            ("_anneal_func_type", self.anneal_strategy.into()),
            ("cycle_momentum", self.cycle_momentum.into()),
        ];
        if self.cycle_momentum {
            state.push(("use_beta1", self.use_beta1.into()));
        }
        state
    }

    fn load(&self, state: &Settings) -> Result<Self> {
        let total_steps: i64 = read(NAME, state, "total_steps")?;
        let phases = state.get("_schedule_phases").unwrap_or(&Setting::None);
        let cycle_momentum = read(NAME, state, "cycle_momentum")?;
        Ok(OneCycle {
            total_steps,
            phases: Phases::load(phases)?,
            anneal_strategy: read(NAME, state, "_anneal_func_type")?,
            cycle_momentum,
            use_beta1: cycle_momentum && read(NAME, state, "use_beta1")?,
        })
    }
}

scheduler!(OneCycleLr);
