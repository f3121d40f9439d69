//! Rates multiplied by an own function.

use super::lambda::Factors;
use super::rates::{scheduler, At, Formula, Rates};
use crate::error::Result;
use crate::ops::options::options;
use crate::optim::{Optimizer, Setting, Settings};

/// The present rate times an own function of the epoch, in every epoch but the first
/// (`torch.optim.lr_scheduler.MultiplicativeLR`).
///
/// The function is not part of the saved state.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{LrScheduler, MultiplicativeLr};
/// use taper::optim::Sgd;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.1)?;
/// let mut scheduler = MultiplicativeLr::new(&mut opt, |_epoch| 0.5)?;
/// for _ in 0..3 {
///     scheduler.step(&mut opt)?;
/// }
/// assert_eq!(scheduler.last_lr(), [0.0125]);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Debug)]
pub struct MultiplicativeLr {
    formula: Multiplicative,
    rates: Rates,
}

options! {
    /// The optional arguments of [`MultiplicativeLr`].
    ///
    /// ```
    /// use taper::optim::lr_scheduler::MultiplicativeLrOptions;
    /// assert_eq!(MultiplicativeLrOptions::default().last_epoch, -1);
    /// ```
    MultiplicativeLrOptions {
        /// The epoch to go on after; the groups then need an initial rate. Default: −1, from the beginning.
        last_epoch: i64 = -1,
    }
}

const NAME: &str = "MultiplicativeLr";

impl MultiplicativeLr {
    /// A scheduler that multiplies every group's rate by `lr_lambda` of the epoch.
    ///
    /// # Errors
    /// None that are known: the result is that of all schedulers.
    pub fn new(
        optimizer: &mut dyn Optimizer,
        lr_lambda: impl Fn(usize) -> f64 + Send + Sync + 'static,
    ) -> Result<Self> {
        Self::new_with(
            optimizer,
            vec![Box::new(lr_lambda)],
            MultiplicativeLrOptions::default(),
        )
    }

    /// A scheduler with a function for all groups or one for each.
    ///
    /// # Errors
    /// If there are neither one function nor as many as groups, or `last_epoch` is given without initial rates.
    pub fn new_with(
        optimizer: &mut dyn Optimizer,
        lr_lambdas: Vec<Box<dyn Fn(usize) -> f64 + Send + Sync>>,
        options: MultiplicativeLrOptions,
    ) -> Result<Self> {
        let formula = Multiplicative(Factors::new(NAME, optimizer, lr_lambdas)?);
        let rates = Rates::start(optimizer, options.last_epoch, &formula)?;
        Ok(MultiplicativeLr { formula, rates })
    }
}

#[derive(Clone, Debug)]
struct Multiplicative(Factors);

impl Formula for Multiplicative {
    const NAME: &'static str = NAME;

    fn lr(&self, at: &At) -> Result<f64> {
        Ok(if at.initial {
            at.lr
        } else {
            at.lr * self.0.at(at)
        })
    }

    fn save(&self) -> Vec<(&'static str, Setting)> {
        self.0.save()
    }

    fn load(&self, _state: &Settings) -> Result<Self> {
        Ok(self.clone())
    }
}

scheduler!(MultiplicativeLr);
