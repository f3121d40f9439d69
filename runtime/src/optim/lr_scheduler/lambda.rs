//! Rates by an own function.

use std::fmt;

use super::rates::{At, Rates};
use super::LrScheduler;
use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::optim::{Optimizer, Settings};

/// The factor of the initial rate in an epoch.
type Factor = Box<dyn Fn(usize) -> f64 + Send + Sync>;

/// The initial rate times an own function of the epoch (`torch.optim.lr_scheduler.LambdaLR`).
///
/// The function is not part of the saved state.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{LambdaLr, LrScheduler};
/// use taper::optim::Sgd;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.1)?;
/// let mut scheduler = LambdaLr::new(&mut opt, |epoch| 0.1f64.powi(epoch as i32 / 30))?;
/// for _ in 0..30 {
///     scheduler.step(&mut opt)?;
/// }
/// assert_eq!(opt.param_groups()[0].lr, 0.1 * 0.1);
/// # Ok::<(), taper::Error>(())
/// ```
pub struct LambdaLr {
    /// One for all groups, or one each.
    factors: Vec<Factor>,
    rates: Rates,
}

options! {
    /// The optional arguments of [`LambdaLr`].
    ///
    /// ```
    /// use taper::optim::lr_scheduler::LambdaLrOptions;
    /// assert_eq!(LambdaLrOptions::default().last_epoch, -1);
    /// ```
    LambdaLrOptions {
        /// The epoch to go on after; the groups then need an initial rate. Default: −1, from the beginning.
        last_epoch: i64 = -1,
    }
}

const NAME: &str = "LambdaLr";

impl LambdaLr {
    /// A scheduler that multiplies every group's initial rate by `lr_lambda` of the epoch.
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
            LambdaLrOptions::default(),
        )
    }

    /// A scheduler with a function for all groups or one for each.
    ///
    /// # Errors
    /// If there are neither one function nor as many as groups, or `last_epoch` is given without initial rates.
    ///
    /// ```
    /// # use taper::optim::lr_scheduler::{LambdaLr, LambdaLrOptions, LrScheduler};
    /// # use taper::optim::Sgd;
    /// # use taper::{Device, Param, Tensor};
    /// # let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
    /// let mut opt = Sgd::new([&w], 0.1)?;
    /// opt.add_param_group([w.clone()], |o| o)?;
    /// let lambdas: Vec<Box<dyn Fn(usize) -> f64 + Send + Sync>> = vec![Box::new(|_| 1.), Box::new(|_| 0.5)];
    /// let scheduler = LambdaLr::new_with(&mut opt, lambdas, LambdaLrOptions::default())?;
    /// assert_eq!(scheduler.last_lr(), [0.1, 0.05]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn new_with(
        optimizer: &mut dyn Optimizer,
        lr_lambdas: Vec<Box<dyn Fn(usize) -> f64 + Send + Sync>>,
        options: LambdaLrOptions,
    ) -> Result<Self> {
        let groups = optimizer.param_groups().len();
        if lr_lambdas.len() != 1 && lr_lambdas.len() != groups {
            let value = format!("{} functions", lr_lambdas.len());
            let expected = format!("one, or one for each of {groups} groups");
            return Err(Error::argument(NAME, "lr_lambdas", value, expected));
        }
        let rates = Rates::start(NAME, optimizer, options.last_epoch, |at| {
            rate(&lr_lambdas, &at)
        })?;
        Ok(LambdaLr {
            factors: lr_lambdas,
            rates,
        })
    }
}

fn rate(factors: &[Factor], at: &At) -> f64 {
    let factor = factors.get(at.group).or(factors.first());
    // Epochs are never negative: the first rates are those of epoch 0.
    let epoch = usize::try_from(at.epoch).unwrap_or_default();
    at.base_lr * factor.map_or(1., |factor| factor(epoch))
}

impl LrScheduler for LambdaLr {
    fn step(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        self.rates.advance(optimizer, |at| rate(&self.factors, &at))
    }

    fn last_lr(&self) -> &[f64] {
        &self.rates.last_lr
    }

    fn last_epoch(&self) -> i64 {
        self.rates.last_epoch
    }

    fn state_dict(&self) -> Settings {
        self.rates.save()
    }

    fn load_state_dict(&mut self, state: &Settings) -> Result<()> {
        self.rates = self.rates.load(NAME, state)?;
        Ok(())
    }
}

impl fmt::Debug for LambdaLr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(NAME)
            .field("rates", &self.rates)
            .finish_non_exhaustive()
    }
}
