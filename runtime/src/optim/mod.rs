//! Optimizers: they hold handles to parameters and change them by their gradients.
//!
//! ```
//! use taper::optim::{Optimizer, Sgd, SgdOptions};
//! use taper::{Device, Param, Tensor};
//! let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
//! let mut opt = Sgd::new([&w], SgdOptions::default().lr(0.1).momentum(0.9))?;
//! for _ in 0..2 {
//!     let loss = w.add(&*w)?;
//!     opt.zero_grad(true)?;
//!     loss.backward()?;
//!     opt.step()?;
//! }
//! assert!((w.to_vec::<f64>()?[0] - 0.42).abs() < 1e-6);
//! # Ok::<(), taper::Error>(())
//! ```

mod adadelta;
mod adafactor;
mod adagrad;
mod adam;
mod adamax;
mod asgd;
mod averaged;
mod clip;
mod descent;
mod first_order;
mod formula;
mod group;
mod groups;
mod lbfgs;
mod lion;
pub mod lr_scheduler;
mod masters;
mod multi_tensor;
mod muon;
mod nadam;
mod newton_schulz;
mod number;
mod options;
mod param_state;
mod pieces;
mod radam;
mod rmsprop;
mod rows;
mod rprop;
mod rule;
#[cfg(test)]
mod second_tests;
mod setting;
mod sgd;
mod slices;
mod sparse_adam;
mod state;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_first_order;
#[cfg(test)]
mod tests_multi_tensor;
mod update;

pub use crate::hyperparameters;
pub use adadelta::{Adadelta, AdadeltaOptions};
pub use adafactor::{Adafactor, AdafactorOptions};
pub use adagrad::{Adagrad, AdagradOptions};
pub use adam::{Adam, AdamOptions, AdamW, AdamWOptions};
pub use adamax::{Adamax, AdamaxOptions};
pub use asgd::{Asgd, AsgdOptions};
pub use averaged::{
    update_bn, update_bn_with, AverageFn, AveragedModel, AveragedOptions, Averaging, Batch,
};
pub use clip::{
    clip_grad_norm_, clip_grad_norm_with_, clip_grad_value_, clip_grads_with_norm_, get_total_norm,
    get_total_norm_with, TotalNormOptions,
};
pub use first_order::FirstOrder;
pub use formula::Formula;
pub use group::{Group, ParamGroup};
pub use lbfgs::{Lbfgs, LbfgsOptions, LineSearch};
pub use lion::{Lion, LionOptions};
pub use muon::{AdjustLr, Muon, MuonOptions};
pub use nadam::{NAdam, NAdamOptions};
pub use number::Number;
pub use options::Hyperparameters;
pub use radam::{RAdam, RAdamOptions};
pub use rmsprop::{RmsProp, RmsPropOptions};
pub use rprop::{Rprop, RpropOptions};
pub use rule::{Moment, SparseUpdate, UpdateRule};
pub use setting::{FromSetting, Setting, Settings};
pub use sgd::{Sgd, SgdOptions};
pub use slices::Real;
pub use sparse_adam::{SparseAdam, SparseAdamOptions};
pub use state::{GroupState, OptimizerState};

use crate::error::Result;
use crate::tensor::{enable_grad, Param, Tensor};

/// What every optimizer does (`torch.optim.Optimizer`); usable as `dyn Optimizer`.
///
/// It holds handles to the parameters, so that the model stays free for the forward pass. Parameters that are frozen
/// or don't require a gradient may be given to it: they are skipped and cost nothing until they are trained.
///
/// # Example
/// ```
/// use taper::optim::{Adam, Optimizer};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt: Box<dyn Optimizer> = Box::new(Adam::new([&w], 0.1)?);
/// w.add(0.0)?.backward()?;
/// opt.step()?;
/// opt.zero_grad(true)?;
/// assert!((w.item()? - 0.9).abs() < 1e-6);
/// # Ok::<(), taper::Error>(())
/// ```
pub trait Optimizer: Send + Sync {
    /// Changes every parameter that is trained and has a gradient.
    ///
    /// # Errors
    /// If a hyperparameter was set to a value out of its range, or a parameter has
    /// [moved](crate::Error::Moved) to another type or device; nothing has changed then.
    fn step(&mut self) -> Result<()>;

    /// Computes the loss by `closure`, then steps, and returns the loss (PyTorch's `step(closure)`). All optimizers have it; for
    /// [`Lbfgs`], which computes the loss several times in a step, it is the only way.
    ///
    /// The closure clears the gradients (of the model or the parameters: the optimizer is taken), runs the forward and backward
    /// pass, and returns the loss.
    ///
    /// # Errors
    /// Those of the closure and of [`step`](Self::step).
    ///
    /// ```
    /// # use taper::optim::{Optimizer, Sgd};
    /// # use taper::{Device, Param, Tensor};
    /// let w = Param::new(Tensor::new(&[3f32], &Device::Cpu)?)?;
    /// let mut opt = Sgd::new([&w], 0.5)?;
    /// let loss = opt.step_with(&mut || {
    ///     w.zero_grad(true)?;
    ///     let loss = w.square()?.sum(())?;
    ///     loss.backward()?;
    ///     Ok(loss)
    /// })?;
    /// assert_eq!((loss.item()?, w.item()?), (9., 0.));
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn step_with(&mut self, closure: &mut dyn FnMut() -> Result<Tensor>) -> Result<Tensor> {
        let loss = enable_grad(closure)?;
        self.step()?;
        Ok(loss)
    }

    /// How many steps were taken since the optimizer was made, if it counts them: a scheduler that is stepped before the
    /// first of them warns. Default: not counted.
    fn steps(&self) -> Option<u64> {
        None
    }

    /// Clears the gradients of all parameters: to none, or to zeros where there is one. PyTorch's default is to none;
    /// after zeros, momentum and weight decay still move the parameters.
    ///
    /// # Errors
    /// If zeros can't be allocated.
    fn zero_grad(&self, set_to_none: bool) -> Result<()>;

    /// The groups.
    fn param_groups(&self) -> Vec<&dyn ParamGroup>;

    /// The groups, to change their hyperparameters.
    fn param_groups_mut(&mut self) -> Vec<&mut dyn ParamGroup>;

    /// Adds a group; hyperparameters that `settings` does not name are the optimizer's defaults. An optimizer whose
    /// type is known has `add_param_group`, which takes them as fields.
    ///
    /// # Errors
    /// If a parameter is in a group already, a name is unknown or a value out of its range.
    ///
    /// ```
    /// # use taper::optim::{Optimizer, Sgd};
    /// # use taper::{Device, Param, Tensor};
    /// # let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
    /// # let v = w.clone();
    /// let opt: &mut dyn Optimizer = &mut Sgd::new([&w], 0.1)?;
    /// opt.add_group(vec![v.share()], &[("lr", 1e-3.into())])?;
    /// assert_eq!(opt.param_groups()[1].lr(), 1e-3);
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn add_group(&mut self, params: Vec<Param>, settings: &[(&str, Setting)]) -> Result<()>;

    /// A copy of the state, to be saved.
    ///
    /// # Errors
    /// If a copy can't be allocated.
    fn state_dict(&self) -> Result<OptimizerState>;

    /// Takes over a saved state, hyperparameters included. Tensors are converted to the parameters' device and to the
    /// type that the optimizer computes in.
    ///
    /// # Errors
    /// If the state is of other groups, other parameters or another optimizer; nothing has changed then.
    fn load_state_dict(&mut self, state: &OptimizerState) -> Result<()>;
}
