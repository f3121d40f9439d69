//! A smaller rate at the beginning.

use super::rates::{read, read_count, scheduler, share, At, Formula, Rates};
use crate::error::Result;
use crate::ops::options::options;
use crate::optim::{Optimizer, Setting, Settings};

/// The rate times `factor` for the first `total_iters` epochs (`torch.optim.lr_scheduler.ConstantLR`).
///
/// As in PyTorch, it is the present rate that is multiplied, and divided again, so that rates changed meanwhile keep their
/// change; [`closed_form`](Self::closed_form) is the formula itself. With the factor 0, where PyTorch divides by zero, the
/// initial rate is set instead.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{ConstantLr, ConstantLrOptions, LrScheduler};
/// use taper::optim::Sgd;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.1)?;
/// let options = ConstantLrOptions::default().factor(0.5).total_iters(2usize);
/// let mut scheduler = ConstantLr::new_with(&mut opt, options)?;
/// assert_eq!(scheduler.last_lr(), [0.05]);
/// scheduler.step(&mut opt)?;
/// scheduler.step(&mut opt)?;
/// assert_eq!(scheduler.last_lr(), [0.1]);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ConstantLr {
    formula: Constant,
    rates: Rates,
}

options! {
    /// The optional arguments of [`ConstantLr`].
    ///
    /// ```
    /// use taper::optim::lr_scheduler::ConstantLrOptions;
    /// assert_eq!(ConstantLrOptions::default().total_iters, 5);
    /// ```
    ConstantLrOptions {
        /// What the rate is multiplied by, in [0, 1]. Default: 1/3.
        factor: f64 = 1. / 3.,
        /// The number of epochs until the rate is as it was. Default: 5.
        total_iters: usize = 5,
        /// The epoch to go on after; the groups then need an initial rate. Default: −1, from the beginning.
        last_epoch: i64 = -1,
    }
}

const NAME: &str = "ConstantLr";

impl ConstantLr {
    /// A scheduler with a third of the rate for 5 epochs.
    ///
    /// # Errors
    /// None that are known: the result is that of all schedulers.
    pub fn new(optimizer: &mut dyn Optimizer) -> Result<Self> {
        Self::new_with(optimizer, ConstantLrOptions::default())
    }

    /// [`new`](Self::new) with options.
    ///
    /// # Errors
    /// If `factor` is not in [0, 1], or `last_epoch` given without initial rates.
    pub fn new_with(optimizer: &mut dyn Optimizer, options: ConstantLrOptions) -> Result<Self> {
        let formula = Constant::new(options.factor, options.total_iters)?;
        let rates = Rates::start(optimizer, options.last_epoch, &formula)?;
        Ok(ConstantLr { formula, rates })
    }
}

#[derive(Clone, Debug)]
struct Constant {
    factor: f64,
    total_iters: i64,
}

impl Constant {
    fn new(factor: f64, total_iters: usize) -> Result<Self> {
        share(NAME, "factor", factor)?;
        Ok(Constant {
            factor,
            total_iters: total_iters as i64,
        })
    }
}

impl Formula for Constant {
    const NAME: &'static str = NAME;

    fn lr(&self, at: &At) -> Result<f64> {
        Ok(if at.epoch == 0 {
            at.lr * self.factor
        } else if at.epoch != self.total_iters {
            at.lr
        } else if self.factor == 0. {
            at.base_lr
        } else {
            at.lr * (1. / self.factor)
        })
    }

    fn closed_form(&self, base_lr: f64, epoch: i64) -> Option<f64> {
        let rest = if epoch >= self.total_iters {
            1. - self.factor
        } else {
            0.
        };
        Some(base_lr * (self.factor + rest))
    }

    fn save(&self) -> Vec<(&'static str, Setting)> {
        vec![
            ("factor", self.factor.into()),
            ("total_iters", self.total_iters.into()),
        ]
    }

    fn load(&self, state: &Settings) -> Result<Self> {
        Constant::new(
            read(NAME, state, "factor")?,
            read_count(NAME, state, "total_iters")?,
        )
    }
}

scheduler!(ConstantLr, closed_form);
