//! Rates that fall by the same factor in every epoch.

use super::rates::{finite, read, scheduler, At, Formula, Rates};
use crate::error::Result;
use crate::ops::options::options;
use crate::optim::{Optimizer, Setting, Settings};

/// The rate times `gamma` in every epoch (`torch.optim.lr_scheduler.ExponentialLR`).
///
/// In epoch t, from the rate η₀: `η₀ · gammaᵗ`. As in PyTorch, it is the present rate that is multiplied;
/// [`closed_form`](Self::closed_form) is the formula itself.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{ExponentialLr, LrScheduler};
/// use taper::optim::Sgd;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.1)?;
/// let mut scheduler = ExponentialLr::new(&mut opt, 0.5)?;
/// scheduler.step(&mut opt)?;
/// scheduler.step(&mut opt)?;
/// assert_eq!(scheduler.last_lr(), [0.025]);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ExponentialLr {
    formula: Exponential,
    rates: Rates,
}

options! {
    /// The optional arguments of [`ExponentialLr`].
    ///
    /// ```
    /// use taper::optim::lr_scheduler::ExponentialLrOptions;
    /// assert_eq!(ExponentialLrOptions::default().last_epoch, -1);
    /// ```
    ExponentialLrOptions {
        /// The epoch to go on after; the groups then need an initial rate. Default: −1, from the beginning.
        last_epoch: i64 = -1,
    }
}

const NAME: &str = "ExponentialLr";

impl ExponentialLr {
    /// A scheduler that multiplies the rates by `gamma` in every epoch.
    ///
    /// # Errors
    /// If `gamma` is no finite number.
    pub fn new(optimizer: &mut dyn Optimizer, gamma: f64) -> Result<Self> {
        Self::new_with(optimizer, gamma, ExponentialLrOptions::default())
    }

    /// [`new`](Self::new) with options.
    ///
    /// # Errors
    /// If `gamma` is no finite number, or `last_epoch` given without initial rates.
    pub fn new_with(
        optimizer: &mut dyn Optimizer,
        gamma: f64,
        options: ExponentialLrOptions,
    ) -> Result<Self> {
        let formula = Exponential::new(gamma)?;
        let rates = Rates::start(optimizer, options.last_epoch, &formula)?;
        Ok(ExponentialLr { formula, rates })
    }
}

#[derive(Clone, Debug)]
struct Exponential {
    gamma: f64,
}

impl Exponential {
    fn new(gamma: f64) -> Result<Self> {
        finite(NAME, "gamma", gamma)?;
        Ok(Exponential { gamma })
    }
}

impl Formula for Exponential {
    const NAME: &'static str = NAME;

    fn lr(&self, at: &At) -> Result<f64> {
        Ok(if at.initial {
            at.lr
        } else {
            at.lr * self.gamma
        })
    }

    fn closed_form(&self, base_lr: f64, epoch: i64) -> Option<f64> {
        Some(base_lr * self.gamma.powf(epoch as f64))
    }

    fn save(&self) -> Vec<(&'static str, Setting)> {
        vec![("gamma", self.gamma.into())]
    }

    fn load(&self, state: &Settings) -> Result<Self> {
        Exponential::new(read(NAME, state, "gamma")?)
    }
}

scheduler!(ExponentialLr, closed_form);
