//! Schedulers: the learning rate as a function of the epoch.
//!
//! A scheduler is made from an optimizer, whose rates it sets at once, and is given it again in every step: it does not
//! hold it. Step the optimizer first, then the scheduler.
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

mod cosine_annealing;
mod lambda;
mod rates;
#[cfg(test)]
mod tests;

pub use cosine_annealing::{CosineAnnealingLr, CosineAnnealingLrOptions};
pub use lambda::{LambdaLr, LambdaLrOptions};

use super::{Optimizer, Settings};
use crate::error::Result;

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
}
