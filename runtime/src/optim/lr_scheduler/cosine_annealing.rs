//! Rates along a cosine.

use std::f64::consts::PI;

use super::rates::{read, At, Rates};
use super::LrScheduler;
use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::optim::{Optimizer, Settings};

/// From the initial rate to `eta_min` along half a cosine in `t_max` epochs, and back
/// (`torch.optim.lr_scheduler.CosineAnnealingLR`).
///
/// In epoch t, from the rate η₀: `eta_min + (η₀ − eta_min) · (1 + cos(π t / t_max)) / 2`. As in PyTorch, each rate is computed
/// from the present one, so that rates changed meanwhile (by another scheduler) keep their change;
/// [`closed_form`](Self::closed_form) is the formula itself.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{CosineAnnealingLr, CosineAnnealingLrOptions, LrScheduler};
/// use taper::optim::Sgd;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.1)?;
/// let options = CosineAnnealingLrOptions::default().eta_min(0.02);
/// let mut scheduler = CosineAnnealingLr::new_with(&mut opt, 2, options)?;
/// scheduler.step(&mut opt)?;
/// assert!((scheduler.last_lr()[0] - 0.06).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CosineAnnealingLr {
    t_max: usize,
    eta_min: f64,
    rates: Rates,
}

options! {
    /// The optional arguments of [`CosineAnnealingLr`].
    ///
    /// ```
    /// use taper::optim::lr_scheduler::CosineAnnealingLrOptions;
    /// assert_eq!(CosineAnnealingLrOptions::default().last_epoch, -1);
    /// ```
    CosineAnnealingLrOptions {
        /// The least rate. Default: 0.
        eta_min: f64 = 0.,
        /// The epoch to go on after; the groups then need an initial rate. Default: −1, from the beginning.
        last_epoch: i64 = -1,
    }
}

const NAME: &str = "CosineAnnealingLr";

impl CosineAnnealingLr {
    /// A scheduler that reaches 0 after `t_max` epochs.
    ///
    /// # Errors
    /// If `t_max` is 0.
    pub fn new(optimizer: &mut dyn Optimizer, t_max: usize) -> Result<Self> {
        Self::new_with(optimizer, t_max, CosineAnnealingLrOptions::default())
    }

    /// [`new`](Self::new) with options.
    ///
    /// # Errors
    /// If `t_max` is 0, `eta_min` no finite number, or `last_epoch` given without initial rates.
    pub fn new_with(
        optimizer: &mut dyn Optimizer,
        t_max: usize,
        options: CosineAnnealingLrOptions,
    ) -> Result<Self> {
        let CosineAnnealingLrOptions {
            eta_min,
            last_epoch,
        } = options;
        if t_max == 0 {
            return Err(Error::argument(NAME, "t_max", t_max, "at least 1"));
        }
        if !eta_min.is_finite() {
            return Err(Error::argument(NAME, "eta_min", eta_min, "a finite number"));
        }
        let rates = Rates::start(NAME, optimizer, last_epoch, |at| {
            chained(&at, t_max, eta_min)
        })?;
        Ok(CosineAnnealingLr {
            t_max,
            eta_min,
            rates,
        })
    }

    /// The present epoch's rates by the formula, per group, whatever the rates are set to.
    pub fn closed_form(&self) -> Vec<f64> {
        let half = (1. + cosine(self.rates.last_epoch, self.t_max)) / 2.;
        let base_lrs = self.rates.base_lrs.iter();
        base_lrs
            .map(|base_lr| self.eta_min + (base_lr - self.eta_min) * half)
            .collect()
    }
}

impl LrScheduler for CosineAnnealingLr {
    fn step(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        let (t_max, eta_min) = (self.t_max, self.eta_min);
        self.rates
            .advance(optimizer, |at| chained(&at, t_max, eta_min))
    }

    fn last_lr(&self) -> &[f64] {
        &self.rates.last_lr
    }

    fn last_epoch(&self) -> i64 {
        self.rates.last_epoch
    }

    fn state_dict(&self) -> Settings {
        let mut state = self.rates.save();
        state.insert("T_max".into(), (self.t_max as i64).into());
        state.insert("eta_min".into(), self.eta_min.into());
        state
    }

    fn load_state_dict(&mut self, state: &Settings) -> Result<()> {
        let t_max: i64 = read(NAME, state, "T_max")?;
        let positive = usize::try_from(t_max).ok().filter(|&t_max| t_max > 0);
        let t_max = positive.ok_or_else(|| Error::argument(NAME, "T_max", t_max, "at least 1"))?;
        let eta_min = read(NAME, state, "eta_min")?;
        let rates = self.rates.load(NAME, state)?;
        *self = CosineAnnealingLr {
            t_max,
            eta_min,
            rates,
        };
        Ok(())
    }
}

fn cosine(epoch: i64, t_max: usize) -> f64 {
    (PI * epoch as f64 / t_max as f64).cos()
}

/// PyTorch's recursion: the rate from the one before it.
fn chained(at: &At, t_max: usize, eta_min: f64) -> f64 {
    if at.initial {
        return at.lr;
    }
    let period = t_max as i64;
    if (at.epoch - 1 - period).rem_euclid(2 * period) == 0 {
        // The rate is at its least, and the quotient below would be 0 / 0.
        let rise = 1. - (PI / t_max as f64).cos();
        return at.lr + (at.base_lr - eta_min) * rise / 2.;
    }
    let quotient = (1. + cosine(at.epoch, t_max)) / (1. + cosine(at.epoch - 1, t_max));
    quotient * (at.lr - eta_min) + eta_min
}
