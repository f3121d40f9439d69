//! Schedulers: the learning rate as a function of the epoch.
//!
//! A scheduler is made from an optimizer, whose rates it sets at once, and is given it again in every step: it does not
//! hold it. Step the optimizer first, then the scheduler; the other way round the first rate is skipped, and a
//! [`tracing`](https://docs.rs/tracing) warning says so.
//!
//! ```
//! use taper::optim::lr_scheduler::{CosineAnnealingLr, LrScheduler};
//! use taper::optim::Sgd;
//! use taper::{Device, Param, Tensor};
//! let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
//! let mut opt = Sgd::new([&w], 0.1)?;
//! let mut scheduler = CosineAnnealingLr::new(&mut opt, 10)?;
//! for _ in 0..5 {
//!     scheduler.step(&mut opt)?;
//! }
//! assert!((opt.param_groups()[0].lr - 0.05).abs() < 1e-12);
//! # Ok::<(), taper::Error>(())
//! ```
//!
//! | | the rate |
//! |---|---|
//! | [`LambdaLr`], [`MultiplicativeLr`] | times an own function of the epoch |
//! | [`StepLr`], [`MultiStepLr`], [`ExponentialLr`] | falls by a factor, every few epochs, at milestones, in each epoch |
//! | [`ConstantLr`], [`LinearLr`], [`PolynomialLr`] | a part of it for a while, along a line, along a power |
//! | [`CosineAnnealingLr`], [`CosineAnnealingWarmRestarts`] | along a cosine, and again and again |
//! | [`CyclicLr`], [`OneCycleLr`] | up and down, with the momentum, stepped after every batch |
//! | [`ReduceLrOnPlateau`] | falls when a metric no longer improves |
//! | [`SwaLr`] | to a constant one, for weight averaging |
//! | [`SequentialLr`], [`ChainedScheduler`] | of several schedulers, one after another or all at once |
//!
//! One's own is a function for [`LambdaLr`], or an [`LrScheduler`].

mod chained;
mod composite;
mod constant;
mod cosine_annealing;
mod cyclic;
mod exponential;
mod lambda;
mod linear;
mod momentum;
mod multi_step;
mod multiplicative;
mod one_cycle;
mod per_group;
mod phases;
mod plateau;
mod polynomial;
mod rates;
mod sequential;
mod step;
mod swa;
#[cfg(test)]
mod tests;
mod warm_restarts;
mod words;

pub use chained::ChainedScheduler;
pub use constant::{ConstantLr, ConstantLrOptions};
pub use cosine_annealing::{CosineAnnealingLr, CosineAnnealingLrOptions};
pub use cyclic::{CyclicLr, CyclicLrOptions, CyclicMode, ScaleMode};
pub use exponential::{ExponentialLr, ExponentialLrOptions};
pub use lambda::{LambdaLr, LambdaLrOptions};
pub use linear::{LinearLr, LinearLrOptions};
pub use multi_step::{MultiStepLr, MultiStepLrOptions};
pub use multiplicative::{MultiplicativeLr, MultiplicativeLrOptions};
pub use one_cycle::{OneCycleLr, OneCycleLrOptions};
pub use per_group::PerGroup;
pub use plateau::{PlateauMode, ReduceLrOnPlateau, ReduceLrOnPlateauOptions, ThresholdMode};
pub use polynomial::{PolynomialLr, PolynomialLrOptions};
pub use sequential::{SequentialLr, SequentialLrOptions};
pub use step::{StepLr, StepLrOptions};
pub use swa::{SwaLr, SwaLrOptions};
pub use warm_restarts::{CosineAnnealingWarmRestarts, CosineAnnealingWarmRestartsOptions};
pub use words::AnnealStrategy;

use super::{Optimizer, Settings};
use crate::error::{Error, Result};

/// What every scheduler does (`torch.optim.lr_scheduler.LRScheduler`); usable as `dyn LrScheduler`.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{LambdaLr, LrScheduler};
/// use taper::optim::Sgd;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.1)?;
/// let halve = |epoch: usize| 0.5f64.powi(epoch as i32);
/// let mut scheduler: Box<dyn LrScheduler> = Box::new(LambdaLr::new(&mut opt, halve)?);
/// scheduler.step(&mut opt)?;
/// let saved = scheduler.state_dict();
///
/// let mut resumed = LambdaLr::new(&mut opt, halve)?;
/// resumed.load_state_dict(&saved)?;
/// assert_eq!((resumed.last_epoch(), resumed.last_lr()), (1, &[0.05][..]));
/// # Ok::<(), taper::Error>(())
/// ```
///
/// One's own, which halves the rates in every epoch:
/// ```
/// # use taper::optim::lr_scheduler::LrScheduler;
/// # use taper::optim::{FromSetting, Optimizer, Settings, Sgd};
/// # use taper::{Device, Param, Result, Tensor};
/// struct Halve(i64, Vec<f64>);
/// impl LrScheduler for Halve {
///     fn step(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
///         self.1 = optimizer.param_groups().iter().map(|group| group.lr() / 2.).collect();
///         optimizer.param_groups_mut().into_iter().zip(&self.1).for_each(|(group, &lr)| group.set_lr(lr));
///         self.0 += 1;
///         Ok(())
///     }
///     fn last_lr(&self) -> &[f64] { &self.1 }
///     fn last_epoch(&self) -> i64 { self.0 }
///     fn state_dict(&self) -> Settings { [("last_epoch".to_owned(), self.0.into())].into() }
///     fn load_state_dict(&mut self, state: &Settings) -> Result<()> {
///         i64::read("Halve", "last_epoch", &state["last_epoch"]).map(|epoch| self.0 = epoch)
///     }
/// }
/// # let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// # let mut opt = Sgd::new([&w], 0.1)?;
/// # let mut scheduler = Halve(0, vec![0.1]);
/// # scheduler.step(&mut opt)?;
/// # let state = scheduler.state_dict();
/// # scheduler.load_state_dict(&state)?;
/// # assert_eq!((opt.param_groups()[0].lr, scheduler.last_epoch()), (0.05, 1));
/// # Ok::<(), taper::Error>(())
/// ```
pub trait LrScheduler: Send + Sync {
    /// Goes to the next epoch and sets the rates of the optimizer's groups.
    ///
    /// # Errors
    /// If the optimizer has not as many groups as when the scheduler was made.
    fn step(&mut self, optimizer: &mut dyn Optimizer) -> Result<()>;

    /// The rates set last, per group (`get_last_lr`).
    fn last_lr(&self) -> &[f64];

    /// The epoch, from 0.
    fn last_epoch(&self) -> i64;

    /// The state under PyTorch's names, to be saved.
    fn state_dict(&self) -> Settings;

    /// Takes over a saved state. The optimizer's rates stay as they are: they are part of the optimizer's own state.
    ///
    /// # Errors
    /// If a value is missing or of another kind, or the state is of another number of groups; nothing has changed then.
    fn load_state_dict(&mut self, state: &Settings) -> Result<()>;

    /// Goes to an epoch and sets the rates by the closed form where there is one, else as a step to that epoch would
    /// (PyTorch's deprecated `step(epoch)`). [`SequentialLr`] calls it with 0 when the scheduler's turn comes.
    ///
    /// # Errors
    /// If the epoch is negative, or the scheduler can't: that is the default.
    fn set_epoch(&mut self, optimizer: &mut dyn Optimizer, epoch: i64) -> Result<()> {
        let _ = (optimizer, epoch);
        let message = "this scheduler can't be set to an epoch";
        Err(Error::op("LrScheduler::set_epoch", message).help(
            "in a `SequentialLr`, chains and sequences can only come first, and one's own scheduler needs `set_epoch`",
        ))
    }

    /// Sets the first rates again, after [`undo`](Self::undo): what [`SequentialLr`] does with its first scheduler.
    ///
    /// # Errors
    /// As [`set_epoch`](Self::set_epoch), which is the default, to epoch 0.
    fn initial_step(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        self.set_epoch(optimizer, 0)
    }

    /// Takes the last step back, as far as the epoch is concerned. The default does nothing.
    fn undo(&mut self) {}
}
