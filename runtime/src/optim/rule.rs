//! What distinguishes one optimizer from another: the formula for one parameter.

use candle_core::{Shape, Tensor};

use super::options::Hyperparameters;
use super::slices::Real;
use crate::error::{Error, Result};
use crate::tensor::Param;

/// The update of one parameter; an options struct that implements it makes an optimizer,
/// [`FirstOrder<Options>`](super::FirstOrder).
///
/// Updates are computed in the parameter's type, or in f32 for half types: there Adam's ε of 1e-8 would be 0.
pub trait UpdateRule: Hyperparameters {
    /// The optimizer's name, for messages.
    const NAME: &'static str;

    /// Whether the number of steps is part of the state, as `step`.
    const COUNTS_STEPS: bool;

    /// The names of all tensors that may be kept per parameter; PyTorch's.
    const SLOTS: &'static [&'static str];

    /// Whether each element is updated on its own, so that [`slices`](Self::slices) exists. A rule that looks at the whole
    /// parameter is computed by [`tensors`](Self::tensors) always.
    const ELEMENTWISE: bool = true;

    /// An error that names the first hyperparameter out of its range.
    ///
    /// # Errors
    /// See above.
    fn validate(&self) -> Result<()>;

    /// Those of [`SLOTS`](Self::SLOTS) that the present options use.
    fn slots(&self) -> &'static [&'static str];

    /// Those that a parameter of this shape uses.
    fn slots_of(&self, _param: &Shape) -> &'static [&'static str] {
        self.slots()
    }

    /// The shape of such a tensor, by default the parameter's.
    fn slot_shape(_slot: &str, param: &Shape) -> Shape {
        param.clone()
    }

    /// An error if this rule can't train the parameter, whatever its values.
    ///
    /// # Errors
    /// See above.
    fn accepts(&self, _param: &Param) -> Result<()> {
        Ok(())
    }

    /// An error if the rule does not take dense gradients.
    ///
    /// # Errors
    /// See above.
    fn dense_gradient(&self, _param: &Param) -> Result<()> {
        Ok(())
    }

    /// What the rule does with a row-sparse gradient; most refuse it, as PyTorch's do.
    ///
    /// # Errors
    /// If it does not take any.
    fn sparse_gradient(&self, param: &Param) -> Result<SparseUpdate> {
        let message = format!(
            "{} has a row-sparse gradient, which the optimizer does not take",
            param.describe()
        );
        Err(Error::op(Self::NAME, message)
            .help("train it with SparseAdam or Sgd, or leave out `sparse` in its embedding"))
    }

    /// The update in plain Candle operations: the new values; `state` holds the [`slots`](Self::slots).
    ///
    /// # Errors
    /// Those of the operations.
    fn tensors(
        &self,
        moment: Moment,
        param: &Tensor,
        grad: &Tensor,
        state: &mut [Tensor],
    ) -> Result<Tensor>;

    /// The same update in place, in one pass over values that lie on the CPU; of row-sparse gradients, row by row.
    fn slices<T: Real>(&self, moment: Moment, param: &mut [T], grad: &[T], state: &mut [&mut [T]]);
}

/// What a row-sparse gradient changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SparseUpdate {
    /// The rows that it holds, with their parts of the state; the update rule must be elementwise.
    Rows,
    /// Everything, as its dense form would.
    Dense,
}

/// Where a parameter is in its training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The number of this step, from 1.
    pub step: u64,
    /// Whether the state was made for this step, and is all zeros.
    pub fresh: bool,
}

/// An error unless `value` is a finite number ≥ 0.
pub(super) fn non_negative(at: &str, name: &'static str, value: f64) -> Result<()> {
    if value >= 0. && value.is_finite() {
        return Ok(());
    }
    Err(Error::argument(at, name, value, "a number ≥ 0"))
}

/// An error unless `value` is a finite number > 0.
pub(super) fn positive(at: &str, name: &'static str, value: f64) -> Result<()> {
    if value > 0. && value.is_finite() {
        return Ok(());
    }
    Err(Error::argument(at, name, value, "a number > 0"))
}

/// An error unless `value` is in `[0, 1)`.
pub(super) fn fraction(at: &str, name: &'static str, value: f64) -> Result<()> {
    if (0. ..1.).contains(&value) {
        return Ok(());
    }
    Err(Error::argument(at, name, value, "a number in [0, 1)"))
}
