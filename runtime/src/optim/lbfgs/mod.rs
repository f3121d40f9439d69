//! L-BFGS.

mod flat;
mod line_search;
mod memory;
mod saved;
mod search;
#[cfg(test)]
mod tests;

use std::borrow::Borrow;

use self::flat::Flat;
use self::memory::Memory;
use super::group::{Group, ParamGroup};
use super::groups::{Grouped, Groups};
use super::options::hyperparameters;
use super::rule::non_negative;
use super::setting::{words, Setting};
use super::state::OptimizerState;
use super::Optimizer;
use crate::error::{Error, Result};
use crate::tensor::{enable_grad, Param, Tensor};

const NAME: &str = "Lbfgs";

hyperparameters! {
    /// The options of [`Lbfgs`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::optim::{LbfgsOptions, LineSearch};
    /// let options = LbfgsOptions::default().max_iter(4usize).line_search_fn(LineSearch::StrongWolfe);
    /// assert_eq!((options.history_size, options.line_search_fn), (100, Some(LineSearch::StrongWolfe)));
    /// ```
    pub struct LbfgsOptions {
        /// The length of the first step of each iteration, ≥ 0. Default: 1.
        lr: f64 = 1.,
        /// The largest number of iterations in a step. Default: 20.
        max_iter: usize = 20,
        /// The largest number of evaluations of the loss in a step, ≥ 1. Default: `max_iter` · 5/4.
        max_eval: Option<usize> = None,
        /// A step ends when no element of the gradient is greater than this, ≥ 0. Default: 1e-7.
        tolerance_grad: f64 = 1e-7,
        /// A step ends when the loss or the parameters change by less than this, ≥ 0. Default: 1e-9.
        tolerance_change: f64 = 1e-9,
        /// How many changes of the gradient are remembered, ≥ 1. Default: 100.
        history_size: usize = 100,
        /// How the length of a step is found. Default: none, which takes `lr`.
        line_search_fn: Option<LineSearch> = None,
        /// Ascends instead. Default: false.
        maximize: bool = false,
    }
}

words! {
    /// How [`Lbfgs`] finds the length of a step.
    pub enum LineSearch {
        /// Until the strong Wolfe conditions hold, with c₁ = 1e-4 and c₂ = 0.9: the loss has fallen enough, and so has its slope.
        StrongWolfe = "strong_wolfe",
    },
    "strong_wolfe or none"
}

impl Grouped for LbfgsOptions {
    const OPTIMIZER: &'static str = NAME;

    fn check(&self) -> Result<()> {
        non_negative(NAME, "lr", self.lr)?;
        non_negative(NAME, "tolerance_grad", self.tolerance_grad)?;
        non_negative(NAME, "tolerance_change", self.tolerance_change)?;
        for (name, count) in [
            ("max_eval", self.max_eval),
            ("history_size", Some(self.history_size)),
        ] {
            if count == Some(0) {
                return Err(Error::argument(NAME, name, 0, "a whole number ≥ 1"));
            }
        }
        Ok(())
    }

    fn check_param(&self, _: &Param) -> Result<()> {
        Ok(())
    }
}

impl LbfgsOptions {
    fn evaluations(&self) -> usize {
        self.max_eval
            .unwrap_or((self.max_iter.saturating_mul(5) / 4).max(1))
    }
}

/// The quasi-Newton method with limited memory (`torch.optim.LBFGS`).
///
/// A step runs up to `max_iter` iterations, each of which moves along −H g, where H estimates the inverse of the Hessian from the
/// last `history_size` changes of the gradient g. It computes the loss anew for each, so it is made by
/// [`step_with`](Optimizer::step_with) with a closure; `step` is an error. It suits small problems whose loss is computed on all
/// data: memory is 2 · `history_size` times the parameters.
///
/// There is one parameter group. Half-precision parameters are computed with in f32. The state is PyTorch's: `d`, `t`, `old_dirs`
/// and `old_stps` (here stacked to matrices), `ro`, `H_diag`, `prev_flat_grad`, `prev_loss`, `n_iter` and `func_evals`, all under the
/// first parameter; it spans the parameters that are trained, and starts anew when others are.
///
/// Where PyTorch would go on with NaN in a line search, this does not: a trial whose loss is NaN counts as infinitely bad, and where no
/// minimum can be interpolated the middle is tried. If the closure fails, parameters and state are left as they were.
///
/// # Example
/// ```
/// use taper::optim::{Lbfgs, LbfgsOptions, LineSearch, Optimizer};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[-1.2f64, 1.], &Device::Cpu)?)?;
/// let options = LbfgsOptions::default().max_iter(50usize).line_search_fn(LineSearch::StrongWolfe);
/// let mut opt = Lbfgs::new([&w], options)?;
/// let curvature = Tensor::new(&[1f64, 100.], &Device::Cpu)?;
/// let first = opt.step_with(&mut || {
///     w.zero_grad(true)?;
///     let loss = w.square()?.mul(&curvature)?.sum(())?;
///     loss.backward()?;
///     Ok(loss)
/// })?;
/// assert_eq!(first.item()?, 101.44);
/// assert!(w.to_vec::<f64>()?.iter().all(|w| w.abs() < 1e-6));
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Debug)]
pub struct Lbfgs {
    groups: Groups<LbfgsOptions>,
    memory: Memory,
    /// The parameters that the memory spans, by id.
    spans: Vec<u64>,
}

impl Lbfgs {
    /// An optimizer of the parameters; the options may be the learning rate alone.
    ///
    /// # Errors
    /// If there are no parameters, one occurs twice ([`Error::DuplicateParam`]), or an option is out of its range.
    pub fn new<P: Borrow<Param>>(
        params: impl IntoIterator<Item = P>,
        options: impl Into<LbfgsOptions>,
    ) -> Result<Self> {
        let mut options = options.into();
        options.max_eval = Some(options.evaluations()); // PyTorch saves the number
        let params = params.into_iter().map(|param| param.borrow().share());
        let mut groups = Groups::new(options.clone());
        groups.push(params.collect(), options)?;
        Ok(Lbfgs {
            groups,
            memory: Memory::default(),
            spans: Vec::new(),
        })
    }

    /// The one group, with its hyperparameters as fields.
    pub fn param_groups(&self) -> &[Group<LbfgsOptions>] {
        &self.groups.list
    }

    /// The one group, to change its hyperparameters: `group.lr *= 0.1`.
    pub fn param_groups_mut(&mut self) -> &mut [Group<LbfgsOptions>] {
        &mut self.groups.list
    }

    /// The parameters that are trained.
    fn trained(&self) -> Vec<&Param> {
        let params = self.groups.params();
        params.filter(|param| param.trainable()).collect()
    }
}

fn ids(params: &[&Param]) -> Vec<u64> {
    params.iter().map(|param| param.id()).collect()
}

impl Optimizer for Lbfgs {
    /// An error: see [`step_with`](Self::step_with).
    fn step(&mut self) -> Result<()> {
        let message = "a step computes the loss several times, so it needs a closure that does";
        let help = "call `step_with(&mut || …)` with a closure that clears the gradients, computes the loss, calls \
                    `backward` and returns the loss";
        Err(Error::op(NAME, message).help(help))
    }

    fn step_with(&mut self, closure: &mut dyn FnMut() -> Result<Tensor>) -> Result<Tensor> {
        self.groups.check()?;
        let trained = self.trained();
        let (spans, [group]) = (ids(&trained), &self.groups.list[..]) else {
            return enable_grad(closure);
        };
        if trained.is_empty() {
            return enable_grad(closure);
        }
        let flat = Flat::new(trained, group.maximize);
        let mut memory = if spans == self.spans {
            self.memory.clone()
        } else {
            Memory::default()
        };
        let start = flat.values()?;
        match search::step(group, &flat, &start, &mut memory, closure) {
            Ok(loss) => {
                (self.memory, self.spans) = (memory, spans);
                Ok(loss)
            }
            Err(error) => {
                flat.set(&start)?;
                Err(error)
            }
        }
    }

    fn zero_grad(&self, set_to_none: bool) -> Result<()> {
        self.groups.zero_grad(set_to_none)
    }

    fn param_groups(&self) -> Vec<&dyn ParamGroup> {
        self.groups.as_dyn()
    }

    fn param_groups_mut(&mut self) -> Vec<&mut dyn ParamGroup> {
        self.groups.as_dyn_mut()
    }

    /// An error: there is one group.
    fn add_group(&mut self, _: Vec<Param>, _: &[(&str, Setting)]) -> Result<()> {
        let message = "there can be one parameter group only, since a step moves all parameters along one direction";
        Err(Error::op(NAME, message).help("give all parameters to `Lbfgs::new`"))
    }

    fn state_dict(&self) -> Result<OptimizerState> {
        let mut saved = OptimizerState {
            param_groups: self.groups.save(),
            ..OptimizerState::default()
        };
        if self.memory.func_evals > 0 {
            saved.state.insert(0, self.memory.save()?);
        }
        Ok(saved)
    }

    fn load_state_dict(&mut self, saved: &OptimizerState) -> Result<()> {
        let loaded = self.groups.read(saved)?;
        let trained = self.trained();
        let spans = ids(&trained);
        let memory = match self.groups.numbered(saved, &loaded).next() {
            Some((.., first)) if saved.state.contains_key(&first) => {
                let flat = Flat::new(trained, false);
                Memory::load(&saved.state[&first], &flat)?
            }
            _ => Memory::default(),
        };
        self.groups.take(loaded);
        (self.memory, self.spans) = (memory, spans);
        Ok(())
    }
}
