//! Rates up and down between two bounds.

use std::fmt;
use std::sync::Arc;

use super::momentum::Bounds;
use super::per_group::PerGroup;
use super::rates::{finite, read, read_rates, scheduler, At, Formula, Rates};
use super::words::words;
use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::optim::{Optimizer, Setting, Settings};

/// Between `base_lr` and `max_lr` in straight lines, and the momentum the other way round
/// (`torch.optim.lr_scheduler.CyclicLR`); to be stepped after every batch.
///
/// In step t, with up = `step_size_up` and down = `step_size_down`:
///
/// ```text
/// c = 1 + ⌊t / (up + down)⌋                           the cycle, from 1
/// h = rises from 0 to 1 in `up` steps, falls to 0 in `down` steps
/// lr = base_lr + (max_lr − base_lr) · h · s
/// momentum = max_momentum − (max_momentum − base_momentum) · h · s
/// ```
///
/// with the scale s of the [`CyclicMode`], or of an [own function](Self::with_scale_fn). The momentum is the optimizer's
/// `momentum`, or the first of its `betas`. The groups' rates are overwritten, and other schedulers' changes with them.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{CyclicLr, CyclicLrOptions, LrScheduler};
/// use taper::optim::{Sgd, SgdOptions};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], SgdOptions::default().lr(0.1).momentum(0.9))?;
/// let options = CyclicLrOptions::default().step_size_up(4usize);
/// let mut scheduler = CyclicLr::new_with(&mut opt, 0.01, 0.1, options)?;
/// for _ in 0..4 {
///     scheduler.step(&mut opt)?;
/// }
/// let group = &opt.param_groups()[0];
/// assert!((group.lr - 0.1).abs() < 1e-12 && (group.momentum - 0.8).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CyclicLr {
    formula: Cycle,
    rates: Rates,
}

options! {
    /// The optional arguments of [`CyclicLr`].
    ///
    /// ```
    /// use taper::optim::lr_scheduler::CyclicLrOptions;
    /// assert_eq!(CyclicLrOptions::default().step_size_up, 2000);
    /// ```
    CyclicLrOptions {
        /// The number of steps from `base_lr` to `max_lr`, ≥ 1. Default: 2000.
        step_size_up: usize = 2000,
        /// The number of steps back. Default: none, as many.
        step_size_down: Option<usize> = None,
        /// How the height of the cycles changes. Default: [`Triangular`](CyclicMode::Triangular), not at all.
        mode: CyclicMode = CyclicMode::Triangular,
        /// The factor per step of [`ExpRange`](CyclicMode::ExpRange). Default: 1.
        gamma: f64 = 1.,
        /// What an own scale is a function of; without one, the mode says it. Default: [`Cycle`](ScaleMode::Cycle).
        scale_mode: ScaleMode = ScaleMode::Cycle,
        /// Whether the momentum is cycled too. Default: true.
        cycle_momentum: bool = true,
        /// The momentum at `max_lr`, for all groups or each. Default: 0.8.
        base_momentum: PerGroup = PerGroup::All(0.8),
        /// The momentum at `base_lr`, for all groups or each. Default: 0.9.
        max_momentum: PerGroup = PerGroup::All(0.9),
        /// The step to go on after; the groups then need an initial rate. Default: −1, from the beginning.
        last_epoch: i64 = -1,
    }
}

words! {
    /// How the height of [`CyclicLr`]'s cycles changes.
    CyclicMode, "\"triangular\", \"triangular2\" or \"exp_range\"" {
        /// Not at all: s = 1.
        Triangular = "triangular",
        /// It is halved with each cycle c: s = 1 / 2^(c − 1).
        Triangular2 = "triangular2",
        /// It is multiplied by `gamma` in each step t: s = gammaᵗ.
        ExpRange = "exp_range",
    }
}

words! {
    /// What an own scale of [`CyclicLr`] is a function of.
    ScaleMode, "\"cycle\" or \"iterations\"" {
        /// The number of the cycle, from 1.
        Cycle = "cycle",
        /// The number of the step, from 0.
        Iterations = "iterations",
    }
}

const NAME: &str = "CyclicLr";

impl CyclicLr {
    /// A scheduler with cycles of 4000 steps; the bounds are one number for all groups, or a list.
    ///
    /// # Errors
    /// If a list is not of one number for each group, a number not finite, or the optimizer has no momentum.
    pub fn new(
        optimizer: &mut dyn Optimizer,
        base_lr: impl Into<PerGroup>,
        max_lr: impl Into<PerGroup>,
    ) -> Result<Self> {
        Self::new_with(optimizer, base_lr, max_lr, CyclicLrOptions::default())
    }

    /// [`new`](Self::new) with options.
    ///
    /// # Errors
    /// If a list is not of one number for each group, a number not finite, `step_size_up` is 0, `cycle_momentum` is set for an
    /// optimizer without momentum, or `last_epoch` given without initial rates.
    pub fn new_with(
        optimizer: &mut dyn Optimizer,
        base_lr: impl Into<PerGroup>,
        max_lr: impl Into<PerGroup>,
        options: CyclicLrOptions,
    ) -> Result<Self> {
        Self::build(optimizer, base_lr.into(), max_lr.into(), None, options)
    }

    /// [`new_with`](Self::new_with) and an own scale s, in place of the mode: a function of the number of the cycle or of the
    /// step, as `scale_mode` says. It is not part of the saved state.
    ///
    /// # Errors
    /// As [`new_with`](Self::new_with).
    ///
    /// ```
    /// # use taper::optim::lr_scheduler::{CyclicLr, CyclicLrOptions, LrScheduler};
    /// # use taper::optim::{Sgd, SgdOptions};
    /// # use taper::{Device, Param, Tensor};
    /// # let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
    /// let mut opt = Sgd::new([&w], SgdOptions::default().lr(0.1).momentum(0.9))?;
    /// let options = CyclicLrOptions::default().step_size_up(1usize);
    /// let mut scheduler = CyclicLr::with_scale_fn(&mut opt, 0., 1., |cycle| 1. / cycle, options)?;
    /// for _ in 0..3 {
    ///     scheduler.step(&mut opt)?;
    /// }
    /// assert_eq!(scheduler.last_lr(), [0.5]); // the top of the second cycle
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn with_scale_fn(
        optimizer: &mut dyn Optimizer,
        base_lr: impl Into<PerGroup>,
        max_lr: impl Into<PerGroup>,
        scale_fn: impl Fn(f64) -> f64 + Send + Sync + 'static,
        options: CyclicLrOptions,
    ) -> Result<Self> {
        let scale_fn = Some(Scale(Arc::new(scale_fn)));
        Self::build(optimizer, base_lr.into(), max_lr.into(), scale_fn, options)
    }

    fn build(
        optimizer: &mut dyn Optimizer,
        base_lr: PerGroup,
        max_lr: PerGroup,
        scale_fn: Option<Scale>,
        options: CyclicLrOptions,
    ) -> Result<Self> {
        let groups = optimizer.param_groups().len();
        let base_lrs = base_lr.each(NAME, "base_lr", groups)?;
        let max_lrs = max_lr.each(NAME, "max_lr", groups)?;
        let formula = Cycle::new(optimizer, max_lrs, scale_fn, &options)?;
        if options.last_epoch == -1 {
            let groups = optimizer.param_groups_mut().into_iter();
            groups
                .zip(&base_lrs)
                .for_each(|(group, &lr)| group.set_lr(lr));
            if let Some(momentum) = &formula.momentum {
                momentum.keep(optimizer)?;
            }
        }
        // As in PyTorch, the first rates are those that an earlier scheduler started from, if there is one.
        let mut rates = Rates::start(optimizer, options.last_epoch, &formula)?;
        rates.base_lrs = base_lrs;
        Ok(CyclicLr { formula, rates })
    }
}

#[derive(Clone, Debug)]
struct Cycle {
    max_lrs: Vec<f64>,
    /// The steps of a cycle.
    total_size: f64,
    /// The share of them that goes up.
    step_ratio: f64,
    mode: CyclicMode,
    gamma: f64,
    scale_fn: Option<Scale>,
    scale_mode: ScaleMode,
    /// None if it is not cycled.
    momentum: Option<Bounds>,
}

/// An own scale.
#[derive(Clone)]
struct Scale(Arc<dyn Fn(f64) -> f64 + Send + Sync>);

impl fmt::Debug for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a function")
    }
}

impl Cycle {
    fn new(
        optimizer: &dyn Optimizer,
        max_lrs: Vec<f64>,
        scale_fn: Option<Scale>,
        options: &CyclicLrOptions,
    ) -> Result<Self> {
        let up = options.step_size_up;
        if up == 0 {
            return Err(Error::argument(NAME, "step_size_up", up, "at least 1"));
        }
        finite(NAME, "gamma", options.gamma)?;
        let (base, max) = (&options.base_momentum, &options.max_momentum);
        let bounds = || Bounds::new(NAME, optimizer, base, max);
        let total_size = up as f64 + options.step_size_down.unwrap_or(up) as f64;
        Ok(Cycle {
            max_lrs,
            total_size,
            step_ratio: up as f64 / total_size,
            mode: options.mode,
            gamma: options.gamma,
            scale_mode: match (&scale_fn, options.mode) {
                (Some(_), _) => options.scale_mode,
                (None, CyclicMode::ExpRange) => ScaleMode::Iterations,
                (None, _) => ScaleMode::Cycle,
            },
            scale_fn,
            momentum: options.cycle_momentum.then(bounds).transpose()?,
        })
    }

    /// Where step t is between the bounds: what the distance is multiplied by.
    fn height(&self, t: i64, distance: f64) -> f64 {
        let passed = t as f64 / self.total_size;
        let cycle = (1. + passed).floor();
        let x = 1. + passed - cycle;
        let height = if x <= self.step_ratio {
            x / self.step_ratio
        } else {
            (x - 1.) / (self.step_ratio - 1.)
        };
        let scale = match self.scale_mode {
            ScaleMode::Cycle => self.scale(cycle),
            ScaleMode::Iterations => self.scale(t as f64),
        };
        distance * height * scale
    }

    fn scale(&self, x: f64) -> f64 {
        match (&self.scale_fn, self.mode) {
            (Some(Scale(scale_fn)), _) => scale_fn(x),
            (None, CyclicMode::Triangular) => 1.,
            (None, CyclicMode::Triangular2) => 1. / 2f64.powf(x - 1.),
            (None, CyclicMode::ExpRange) => self.gamma.powf(x),
        }
    }
}

impl Formula for Cycle {
    const NAME: &'static str = NAME;

    fn lr(&self, at: &At) -> Result<f64> {
        let max_lr = self.max_lrs.get(at.index).copied().unwrap_or(at.base_lr);
        Ok(at.base_lr + self.height(at.epoch, max_lr - at.base_lr))
    }

    fn momentum(&self, at: &At) -> Result<Option<f64>> {
        let bounds = self.momentum.as_ref().and_then(|bounds| {
            let base = bounds.base.get(at.index)?;
            Some((base, bounds.max.get(at.index)?))
        });
        Ok(bounds.map(|(base, max)| max - self.height(at.epoch, max - base)))
    }

    fn save(&self) -> Vec<(&'static str, Setting)> {
        let mut state = vec![
            ("max_lrs", self.max_lrs.clone().into()),
            ("total_size", self.total_size.into()),
            ("step_ratio", self.step_ratio.into()),
            ("mode", self.mode.into()),
            ("gamma", self.gamma.into()),
            ("_scale_fn_custom", Setting::None),
            ("scale_mode", self.scale_mode.into()),
            ("cycle_momentum", self.momentum.is_some().into()),
        ];
        if let Some(bounds) = &self.momentum {
            state.extend([
                ("use_beta1", bounds.use_beta1.into()),
                ("base_momentums", bounds.base.clone().into()),
                ("max_momentums", bounds.max.clone().into()),
            ]);
        }
        state
    }

    fn load(&self, state: &Settings) -> Result<Self> {
        let groups = self.max_lrs.len();
        let momentum = match read(NAME, state, "cycle_momentum")? {
            true => Some(Bounds {
                base: read_rates(NAME, state, "base_momentums", groups)?,
                max: read_rates(NAME, state, "max_momentums", groups)?,
                use_beta1: read(NAME, state, "use_beta1")?,
            }),
            false => None,
        };
        let total_size: f64 = read(NAME, state, "total_size")?;
        let step_ratio: f64 = read(NAME, state, "step_ratio")?;
        if !(total_size >= 1. && total_size.is_finite()) {
            let expected = "a number ≥ 1";
            return Err(Error::argument(NAME, "total_size", total_size, expected));
        }
        if !(step_ratio > 0. && step_ratio <= 1.) {
            let expected = "a number in (0, 1]";
            return Err(Error::argument(NAME, "step_ratio", step_ratio, expected));
        }
        Ok(Cycle {
            max_lrs: read_rates(NAME, state, "max_lrs", groups)?,
            total_size,
            step_ratio,
            mode: read(NAME, state, "mode")?,
            gamma: read(NAME, state, "gamma")?,
            scale_fn: self.scale_fn.clone(),
            scale_mode: read(NAME, state, "scale_mode")?,
            momentum,
        })
    }
}

scheduler!(CyclicLr);
