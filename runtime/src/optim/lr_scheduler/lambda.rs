//! Rates by an own function.

use std::fmt;
use std::sync::Arc;

use super::rates::{scheduler, At, Formula, Rates};
use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::optim::{Optimizer, Setting, Settings};

/// A factor that depends on the epoch.
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
#[derive(Debug)]
pub struct LambdaLr {
    formula: Lambda,
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
        lr_lambdas: Vec<Factor>,
        options: LambdaLrOptions,
    ) -> Result<Self> {
        let formula = Lambda(Factors::new(NAME, optimizer, lr_lambdas)?);
        let rates = Rates::start(optimizer, options.last_epoch, &formula)?;
        Ok(LambdaLr { formula, rates })
    }
}

#[derive(Clone, Debug)]
struct Lambda(Factors);

impl Formula for Lambda {
    const NAME: &'static str = NAME;

    fn lr(&self, at: &At) -> Result<f64> {
        Ok(at.base_lr * self.0.at(at))
    }

    fn save(&self) -> Vec<(&'static str, Setting)> {
        self.0.save()
    }

    fn load(&self, _state: &Settings) -> Result<Self> {
        Ok(self.clone())
    }
}

scheduler!(LambdaLr);

/// Own functions of the epoch: one for all groups, or one each.
#[derive(Clone)]
pub(super) struct Factors(Vec<Arc<dyn Fn(usize) -> f64 + Send + Sync>>);

impl Factors {
    pub(super) fn new(
        at: &'static str,
        optimizer: &dyn Optimizer,
        lr_lambdas: Vec<Factor>,
    ) -> Result<Self> {
        let groups = optimizer.param_groups().len();
        if lr_lambdas.len() == 1 || lr_lambdas.len() == groups {
            return Ok(Factors(lr_lambdas.into_iter().map(Arc::from).collect()));
        }
        let value = format!("{} functions", lr_lambdas.len());
        let expected = format!("one, or one for each of {groups} groups");
        Err(Error::argument(at, "lr_lambdas", value, expected))
    }

    pub(super) fn at(&self, at: &At) -> f64 {
        let factor = self.0.get(at.index).or(self.0.first());
        // Epochs are never negative: the first rates are those of epoch 0.
        let epoch = usize::try_from(at.epoch).unwrap_or_default();
        factor.map_or(1., |factor| factor(epoch))
    }

    /// PyTorch reads a list with nothing in it for functions.
    pub(super) fn save(&self) -> Vec<(&'static str, Setting)> {
        let functions = vec![Setting::None; self.0.len()];
        vec![("lr_lambdas", Setting::List(functions))]
    }
}

impl fmt::Debug for Factors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} functions", self.0.len())
    }
}
