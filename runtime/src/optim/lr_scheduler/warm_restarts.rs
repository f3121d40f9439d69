//! Rates along cosines that start again and again.

use std::f64::consts::PI;

use super::rates::{finite, read, read_count, At, Formula, Rates};
use super::LrScheduler;
use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::optim::{Optimizer, Setting, Settings};

/// From the initial rate to `eta_min` along half a cosine, and at once from the beginning again
/// (`torch.optim.lr_scheduler.CosineAnnealingWarmRestarts`).
///
/// With the rate η₀, and t of T epochs gone since the last restart: `eta_min + (η₀ − eta_min) · (1 + cos(π t / T)) / 2`. T is
/// `t_0` at first and is multiplied by `t_mult` at each restart. The rates depend on the epoch alone, which may be a fraction
/// ([`step_to`](Self::step_to)). Unlike other schedulers, and as in PyTorch, it does not warn when it is stepped before its optimizer.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{CosineAnnealingWarmRestarts, LrScheduler};
/// use taper::optim::Sgd;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.1)?;
/// let mut scheduler = CosineAnnealingWarmRestarts::new(&mut opt, 10)?;
/// let batches = 4;
/// for epoch in 0..15 {
///     for batch in 0..batches {
///         scheduler.step_to(&mut opt, epoch as f64 + batch as f64 / batches as f64)?;
///     }
/// }
/// scheduler.step_to(&mut opt, 15.)?;
/// assert!((scheduler.last_lr()[0] - 0.05).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CosineAnnealingWarmRestarts {
    formula: Restarts,
    rates: Rates,
}

options! {
    /// The optional arguments of [`CosineAnnealingWarmRestarts`].
    ///
    /// ```
    /// use taper::optim::lr_scheduler::CosineAnnealingWarmRestartsOptions;
    /// assert_eq!(CosineAnnealingWarmRestartsOptions::default().t_mult, 1);
    /// ```
    CosineAnnealingWarmRestartsOptions {
        /// What the number of epochs until the next restart is multiplied by at each, ≥ 1. Default: 1.
        t_mult: usize = 1,
        /// The least rate. Default: 0.
        eta_min: f64 = 0.,
        /// The epoch to go on after; the groups then need an initial rate. Default: −1, from the beginning.
        last_epoch: i64 = -1,
    }
}

const NAME: &str = "CosineAnnealingWarmRestarts";

impl CosineAnnealingWarmRestarts {
    /// A scheduler that restarts every `t_0` epochs.
    ///
    /// # Errors
    /// If `t_0` is 0.
    pub fn new(optimizer: &mut dyn Optimizer, t_0: usize) -> Result<Self> {
        Self::new_with(
            optimizer,
            t_0,
            CosineAnnealingWarmRestartsOptions::default(),
        )
    }

    /// [`new`](Self::new) with options.
    ///
    /// # Errors
    /// If `t_0` or `t_mult` is 0, `eta_min` no finite number, or `last_epoch` given without initial rates.
    pub fn new_with(
        optimizer: &mut dyn Optimizer,
        t_0: usize,
        options: CosineAnnealingWarmRestartsOptions,
    ) -> Result<Self> {
        let CosineAnnealingWarmRestartsOptions {
            t_mult,
            eta_min,
            last_epoch,
        } = options;
        let formula = Restarts::new(t_0, t_mult, eta_min)?;
        let mut scheduler = CosineAnnealingWarmRestarts {
            rates: Rates::before(NAME, optimizer, last_epoch)?,
            formula: Restarts {
                t_cur: last_epoch as f64,
                ..formula
            },
        };
        scheduler.initial_step(optimizer)?;
        Ok(scheduler)
    }

    /// Goes to an epoch, which may be a fraction: to be called after each batch with `epoch + batch / batches`.
    ///
    /// # Errors
    /// If `epoch` is negative or not finite, or the optimizer has not as many groups as when the scheduler was made.
    pub fn step_to(&mut self, optimizer: &mut dyn Optimizer, epoch: f64) -> Result<()> {
        if !(0. ..9e15).contains(&epoch) {
            return Err(Error::argument(NAME, "epoch", epoch, "a number ≥ 0"));
        }
        self.set(optimizer, self.formula.at(epoch), epoch as i64)
    }

    fn set(&mut self, optimizer: &mut dyn Optimizer, formula: Restarts, epoch: i64) -> Result<()> {
        self.rates.set_epoch(optimizer, &formula, epoch)?;
        self.formula = formula;
        Ok(())
    }
}

impl LrScheduler for CosineAnnealingWarmRestarts {
    fn step(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        let epoch = self.rates.last_epoch + 1;
        if epoch <= 0 {
            return self.step_to(optimizer, 0.);
        }
        self.set(optimizer, self.formula.next(), epoch)
    }

    fn last_lr(&self) -> &[f64] {
        &self.rates.last_lr
    }

    fn last_epoch(&self) -> i64 {
        self.rates.last_epoch
    }

    fn state_dict(&self) -> Settings {
        self.rates.save(&self.formula)
    }

    fn load_state_dict(&mut self, state: &Settings) -> Result<()> {
        let formula = self.formula.load(state)?;
        self.rates = self.rates.load(NAME, state)?;
        self.formula = formula;
        Ok(())
    }

    fn set_epoch(&mut self, optimizer: &mut dyn Optimizer, epoch: i64) -> Result<()> {
        self.step_to(optimizer, epoch as f64)
    }

    fn initial_step(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        self.step(optimizer)
    }

    fn undo(&mut self) {
        self.rates.last_epoch -= 1;
    }
}

#[derive(Clone, Debug)]
struct Restarts {
    t_0: f64,
    t_mult: f64,
    eta_min: f64,
    /// Epochs since the last restart.
    t_cur: f64,
    /// Epochs from the last restart to the next.
    t_i: f64,
}

impl Restarts {
    fn new(t_0: usize, t_mult: usize, eta_min: f64) -> Result<Self> {
        for (name, value) in [("t_0", t_0), ("t_mult", t_mult)] {
            if value == 0 {
                return Err(Error::argument(NAME, name, value, "at least 1"));
            }
        }
        finite(NAME, "eta_min", eta_min)?;
        Ok(Restarts {
            t_0: t_0 as f64,
            t_mult: t_mult as f64,
            eta_min,
            t_cur: 0.,
            t_i: t_0 as f64,
        })
    }

    /// After another whole epoch.
    fn next(&self) -> Self {
        let mut next = self.clone();
        next.t_cur += 1.;
        if next.t_cur >= next.t_i {
            next.t_cur %= next.t_i;
            next.t_i *= next.t_mult;
        }
        next
    }

    /// In that epoch.
    fn at(&self, epoch: f64) -> Self {
        let mut at = self.clone();
        if epoch < self.t_0 {
            at.t_i = self.t_0;
            at.t_cur = epoch;
        } else if self.t_mult == 1. {
            at.t_cur = epoch % self.t_0;
        } else {
            // The restarts are at t_0 · (1 + t_mult + t_mult² + …); n of them have been.
            let n = (epoch / self.t_0 * (self.t_mult - 1.) + 1.).ln() / self.t_mult.ln();
            let power = self.t_mult.powf(n.trunc());
            at.t_cur = epoch - self.t_0 * (power - 1.) / (self.t_mult - 1.);
            at.t_i = self.t_0 * power;
        }
        at
    }
}

impl Formula for Restarts {
    const NAME: &'static str = NAME;

    fn lr(&self, at: &At) -> Result<f64> {
        let half = (1. + (PI * self.t_cur / self.t_i).cos()) / 2.;
        Ok(self.eta_min + (at.base_lr - self.eta_min) * half)
    }

    fn save(&self) -> Vec<(&'static str, Setting)> {
        vec![
            ("T_0", (self.t_0 as i64).into()),
            ("T_i", (self.t_i as i64).into()),
            ("T_mult", (self.t_mult as i64).into()),
            ("eta_min", self.eta_min.into()),
            ("T_cur", self.t_cur.into()),
        ]
    }

    fn load(&self, state: &Settings) -> Result<Self> {
        let settings = Restarts::new(
            read_count(NAME, state, "T_0")?,
            read_count(NAME, state, "T_mult")?,
            read(NAME, state, "eta_min")?,
        )?;
        let t_i = read_count(NAME, state, "T_i")?;
        if t_i == 0 {
            return Err(Error::argument(NAME, "T_i", t_i, "at least 1"));
        }
        let t_cur = read(NAME, state, "T_cur")?;
        finite(NAME, "T_cur", t_cur)?;
        Ok(Restarts {
            t_i: t_i as f64,
            t_cur,
            ..settings
        })
    }
}
