//! Rates along a power of the time that is left.

use super::rates::{read, read_count, scheduler, At, Formula, Rates};
use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::optim::{Optimizer, Setting, Settings};

/// From the initial rate to 0 in `total_iters` epochs, along a polynomial (`torch.optim.lr_scheduler.PolynomialLR`).
///
/// In epoch t, from the rate η₀: `η₀ · (1 − min(t, total_iters) / total_iters)^power`. As in PyTorch, each rate is computed from
/// the present one, so that rates changed meanwhile keep their change; [`closed_form`](Self::closed_form) is the formula itself.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{LrScheduler, PolynomialLr, PolynomialLrOptions};
/// use taper::optim::Sgd;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.1)?;
/// let options = PolynomialLrOptions::default().total_iters(4usize).power(2.);
/// let mut scheduler = PolynomialLr::new_with(&mut opt, options)?;
/// scheduler.step(&mut opt)?;
/// scheduler.step(&mut opt)?;
/// assert!((scheduler.last_lr()[0] - 0.025).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PolynomialLr {
    formula: Polynomial,
    rates: Rates,
}

options! {
    /// The optional arguments of [`PolynomialLr`].
    ///
    /// ```
    /// use taper::optim::lr_scheduler::PolynomialLrOptions;
    /// assert_eq!(PolynomialLrOptions::default().power, 1.);
    /// ```
    PolynomialLrOptions {
        /// The number of epochs until the rate is 0. Default: 5.
        total_iters: usize = 5,
        /// The power, ≥ 0. Default: 1, a straight line.
        power: f64 = 1.,
        /// The epoch to go on after; the groups then need an initial rate. Default: −1, from the beginning.
        last_epoch: i64 = -1,
    }
}

const NAME: &str = "PolynomialLr";

impl PolynomialLr {
    /// A scheduler that goes to 0 in 5 epochs along a line.
    ///
    /// # Errors
    /// None that are known: the result is that of all schedulers.
    pub fn new(optimizer: &mut dyn Optimizer) -> Result<Self> {
        Self::new_with(optimizer, PolynomialLrOptions::default())
    }

    /// [`new`](Self::new) with options.
    ///
    /// # Errors
    /// If `power` is negative or not finite, or `last_epoch` given without initial rates.
    pub fn new_with(optimizer: &mut dyn Optimizer, options: PolynomialLrOptions) -> Result<Self> {
        let formula = Polynomial::new(options.total_iters, options.power)?;
        let rates = Rates::start(optimizer, options.last_epoch, &formula)?;
        Ok(PolynomialLr { formula, rates })
    }
}

#[derive(Clone, Debug)]
struct Polynomial {
    total_iters: i64,
    power: f64,
}

impl Polynomial {
    fn new(total_iters: usize, power: f64) -> Result<Self> {
        if !(power >= 0. && power.is_finite()) {
            return Err(Error::argument(NAME, "power", power, "a number ≥ 0"));
        }
        Ok(Polynomial {
            total_iters: total_iters as i64,
            power,
        })
    }

    /// The share of the epochs that is left.
    fn left(&self, epoch: i64) -> f64 {
        // A schedule without length stays at its start, as the recursion does.
        1. - epoch as f64 / self.total_iters.max(1) as f64
    }
}

impl Formula for Polynomial {
    const NAME: &'static str = NAME;

    fn lr(&self, at: &At) -> Result<f64> {
        if at.initial || at.epoch > self.total_iters {
            return Ok(at.lr);
        }
        Ok(at.lr * (self.left(at.epoch) / self.left(at.epoch - 1)).powf(self.power))
    }

    fn closed_form(&self, base_lr: f64, epoch: i64) -> Option<f64> {
        Some(base_lr * self.left(self.total_iters.min(epoch)).powf(self.power))
    }

    fn save(&self) -> Vec<(&'static str, Setting)> {
        vec![
            ("total_iters", self.total_iters.into()),
            ("power", self.power.into()),
        ]
    }

    fn load(&self, state: &Settings) -> Result<Self> {
        Polynomial::new(
            read_count(NAME, state, "total_iters")?,
            read(NAME, state, "power")?,
        )
    }
}

scheduler!(PolynomialLr, closed_form);
