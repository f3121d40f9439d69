//! Rates along a cosine.

use std::f64::consts::PI;

use super::rates::{finite, read, read_count, scheduler, At, Formula, Rates};
use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::optim::{Optimizer, Setting, Settings};

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
    formula: Cosine,
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
        let formula = Cosine::new(t_max, options.eta_min)?;
        let rates = Rates::start(optimizer, options.last_epoch, &formula)?;
        Ok(CosineAnnealingLr { formula, rates })
    }
}

#[derive(Clone, Debug)]
struct Cosine {
    t_max: i64,
    eta_min: f64,
}

impl Cosine {
    fn new(t_max: usize, eta_min: f64) -> Result<Self> {
        finite(NAME, "eta_min", eta_min)?;
        match i64::try_from(t_max) {
            Ok(t_max) if t_max > 0 => Ok(Cosine { t_max, eta_min }),
            _ => Err(Error::argument(NAME, "t_max", t_max, "at least 1")),
        }
    }

    fn cosine(&self, epoch: i64) -> f64 {
        (PI * epoch as f64 / self.t_max as f64).cos()
    }
}

impl Formula for Cosine {
    const NAME: &'static str = NAME;

    /// PyTorch's recursion: the rate from the one before it.
    fn lr(&self, at: &At) -> Result<f64> {
        if at.initial {
            return Ok(at.lr);
        }
        if (at.epoch - 1 - self.t_max).rem_euclid(2 * self.t_max) == 0 {
            // The rate is at its least, and the quotient below would be 0 / 0.
            let rise = 1. - (PI / self.t_max as f64).cos();
            return Ok(at.lr + (at.base_lr - self.eta_min) * rise / 2.);
        }
        let quotient = (1. + self.cosine(at.epoch)) / (1. + self.cosine(at.epoch - 1));
        Ok(quotient * (at.lr - self.eta_min) + self.eta_min)
    }

    fn closed_form(&self, base_lr: f64, epoch: i64) -> Option<f64> {
        let half = (1. + self.cosine(epoch)) / 2.;
        Some(self.eta_min + (base_lr - self.eta_min) * half)
    }

    fn save(&self) -> Vec<(&'static str, Setting)> {
        vec![
            ("T_max", self.t_max.into()),
            ("eta_min", self.eta_min.into()),
        ]
    }

    fn load(&self, state: &Settings) -> Result<Self> {
        Cosine::new(
            read_count(NAME, state, "T_max")?,
            read(NAME, state, "eta_min")?,
        )
    }
}

scheduler!(CosineAnnealingLr, closed_form);
