//! Rates along a straight line.

use super::rates::{read, read_count, scheduler, share, At, Formula, Rates};
use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::optim::{Optimizer, Setting, Settings};

/// A factor of the rate that goes from `start_factor` to `end_factor` in `total_iters` epochs: a warm-up
/// (`torch.optim.lr_scheduler.LinearLR`).
///
/// In epoch t, from the rate η₀: `η₀ · (start_factor + (end_factor − start_factor) · min(t, total_iters) / total_iters)`. As in
/// PyTorch, each rate is computed from the present one, so that rates changed meanwhile keep their change;
/// [`closed_form`](Self::closed_form) is the formula itself.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{LinearLr, LinearLrOptions, LrScheduler};
/// use taper::optim::Sgd;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.1)?;
/// let options = LinearLrOptions::default().start_factor(0.5).total_iters(4usize);
/// let mut scheduler = LinearLr::new_with(&mut opt, options)?;
/// for _ in 0..2 {
///     scheduler.step(&mut opt)?;
/// }
/// assert!((scheduler.last_lr()[0] - 0.075).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LinearLr {
    formula: Linear,
    rates: Rates,
}

options! {
    /// The optional arguments of [`LinearLr`].
    ///
    /// ```
    /// use taper::optim::lr_scheduler::LinearLrOptions;
    /// assert_eq!(LinearLrOptions::default().end_factor, 1.);
    /// ```
    LinearLrOptions {
        /// The factor in epoch 0, in (0, 1]. Default: 1/3.
        start_factor: f64 = 1. / 3.,
        /// The factor from epoch `total_iters` on, in [0, 1]. Default: 1.
        end_factor: f64 = 1.,
        /// The number of epochs between them. Default: 5.
        total_iters: usize = 5,
        /// The epoch to go on after; the groups then need an initial rate. Default: −1, from the beginning.
        last_epoch: i64 = -1,
    }
}

const NAME: &str = "LinearLr";

impl LinearLr {
    /// A scheduler that starts with a third of the rate and reaches it after 5 epochs.
    ///
    /// # Errors
    /// None that are known: the result is that of all schedulers.
    pub fn new(optimizer: &mut dyn Optimizer) -> Result<Self> {
        Self::new_with(optimizer, LinearLrOptions::default())
    }

    /// [`new`](Self::new) with options.
    ///
    /// # Errors
    /// If `start_factor` is not in (0, 1] or `end_factor` not in [0, 1], or `last_epoch` given without initial rates.
    pub fn new_with(optimizer: &mut dyn Optimizer, options: LinearLrOptions) -> Result<Self> {
        let LinearLrOptions {
            start_factor,
            end_factor,
            total_iters,
            last_epoch,
        } = options;
        let formula = Linear::new(start_factor, end_factor, total_iters)?;
        let rates = Rates::start(optimizer, last_epoch, &formula)?;
        Ok(LinearLr { formula, rates })
    }
}

#[derive(Clone, Debug)]
struct Linear {
    start_factor: f64,
    end_factor: f64,
    total_iters: i64,
}

impl Linear {
    fn new(start_factor: f64, end_factor: f64, total_iters: usize) -> Result<Self> {
        if !(start_factor > 0. && start_factor <= 1.) {
            let expected = "a number in (0, 1]";
            return Err(Error::argument(
                NAME,
                "start_factor",
                start_factor,
                expected,
            ));
        }
        share(NAME, "end_factor", end_factor)?;
        Ok(Linear {
            start_factor,
            end_factor,
            total_iters: total_iters as i64,
        })
    }
}

impl Formula for Linear {
    const NAME: &'static str = NAME;

    fn lr(&self, at: &At) -> Result<f64> {
        if at.epoch == 0 {
            return Ok(at.lr * self.start_factor);
        }
        if at.initial || at.epoch > self.total_iters {
            return Ok(at.lr);
        }
        let rise = self.end_factor - self.start_factor;
        let before = self.total_iters as f64 * self.start_factor + (at.epoch - 1) as f64 * rise;
        Ok(at.lr * (1. + rise / before))
    }

    fn closed_form(&self, base_lr: f64, epoch: i64) -> Option<f64> {
        let done = self.total_iters.min(epoch) as f64;
        // A line without length stays at its start, as the recursion does.
        let total = self.total_iters.max(1) as f64;
        let rise = self.end_factor - self.start_factor;
        Some(base_lr * (self.start_factor + rise * done / total))
    }

    fn save(&self) -> Vec<(&'static str, Setting)> {
        vec![
            ("start_factor", self.start_factor.into()),
            ("end_factor", self.end_factor.into()),
            ("total_iters", self.total_iters.into()),
        ]
    }

    fn load(&self, state: &Settings) -> Result<Self> {
        Linear::new(
            read(NAME, state, "start_factor")?,
            read(NAME, state, "end_factor")?,
            read_count(NAME, state, "total_iters")?,
        )
    }
}

scheduler!(LinearLr, closed_form);
