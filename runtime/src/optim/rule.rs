//! What distinguishes one optimizer from another: the update of one parameter.

use candle_core::{Shape, Tensor};

use super::options::Hyperparameters;
use super::slices::Real;
use crate::error::{Error, Result};
use crate::tensor::Param;

/// The update of one parameter as a whole; an options struct that implements it makes an optimizer,
/// [`FirstOrder<Options>`](super::FirstOrder).
///
/// An update that treats every element alike is shorter as a [`Formula`](super::Formula), which implements this.
/// Updates are computed in the parameter's type, or in f32 for half types: there Adam's ε of 1e-8 would be 0.
///
/// # Example
/// The direction of the gradient only, as a whole:
/// ```
/// use taper::optim::{hyperparameters, FirstOrder, Moment, Optimizer, UpdateRule};
/// use candle_core::Tensor as Data;
/// use taper::{Device, Param, Result, Tensor};
/// hyperparameters! { pub struct UnitOptions { lr: f64 = 1e-3, } }
/// impl UpdateRule for UnitOptions {
///     const NAME: &'static str = "Unit";
///     fn tensors(&self, _: Moment<'_>, param: &Data, grad: &Data, _: &mut [Data]) -> Result<Data> {
///         let norm = grad.sqr()?.sum_all()?.sqrt()?;
///         Ok((param - (grad.broadcast_div(&norm)? * self.lr)?)?)
///     }
/// }
/// let w = Param::new(Tensor::new(&[1f64, 2.], &Device::Cpu)?)?;
/// w.set_grad(Some(Tensor::new(&[3f64, 4.], &Device::Cpu)?))?;
/// FirstOrder::<UnitOptions>::new([&w], 0.5)?.step()?;
/// assert_eq!(w.to_vec::<f64>()?, [0.7, 1.6]);
/// # Ok::<(), taper::Error>(())
/// ```
pub trait UpdateRule: Hyperparameters {
    /// The optimizer's name, for messages.
    const NAME: &'static str;

    /// Whether the number of steps is part of the state, as `step`.
    const COUNTS_STEPS: bool = false;

    /// The names of all tensors that may be kept per parameter; PyTorch's.
    const SLOTS: &'static [&'static str] = &[];

    /// The names of the numbers that are kept per parameter; PyTorch's.
    const SCALARS: &'static [&'static str] = &[];

    /// Hyperparameters in PyTorch's saved groups that are no choice here.
    const FIXED: &'static [&'static str] = &[];

    /// Whether [`slices`](Self::slices) is implemented, and to be used on the CPU.
    const ONE_PASS: bool = false;

    /// Whether [`slices`](Self::slices) may be called for a part of the elements at a time, by several threads: whether it
    /// treats every element alike.
    const PIECEWISE: bool = false;

    /// An error that names the first hyperparameter out of its range.
    ///
    /// # Errors
    /// See above.
    fn validate(&self) -> Result<()> {
        Ok(())
    }

    /// Those of [`SLOTS`](Self::SLOTS) that the present options use.
    fn slots(&self) -> &'static [&'static str] {
        Self::SLOTS
    }

    /// Those that a parameter of this shape uses.
    fn slots_of(&self, param: &Shape) -> &'static [&'static str] {
        let _ = param;
        self.slots()
    }

    /// The shape of such a tensor, by default the parameter's.
    fn slot_shape(slot: &str, param: &Shape) -> Shape {
        let _ = slot;
        param.clone()
    }

    /// An error if this rule can't train the parameter, whatever its values.
    ///
    /// # Errors
    /// See above.
    fn accepts(&self, param: &Param) -> Result<()> {
        let _ = param;
        Ok(())
    }

    /// An error if the rule does not take dense gradients.
    ///
    /// # Errors
    /// See above.
    fn dense_gradient(&self, param: &Param) -> Result<()> {
        let _ = param;
        Ok(())
    }

    /// What the rule does with a row-sparse gradient; most refuse it, as PyTorch's do.
    ///
    /// # Errors
    /// If it does not take any.
    fn sparse_gradient(&self, param: &Param) -> Result<SparseUpdate> {
        Err(no_rows(Self::NAME, param))
    }

    /// What the slot or number `name` is before the first step.
    fn initial(&self, name: &str) -> f64 {
        let _ = name;
        0.
    }

    /// The update in plain Candle operations: the new values; `state` holds the [`slots`](Self::slots).
    ///
    /// # Errors
    /// Those of the operations.
    fn tensors(
        &self,
        moment: Moment<'_>,
        param: &Tensor,
        grad: &Tensor,
        state: &mut [Tensor],
    ) -> Result<Tensor>;

    /// The same update in place, in one pass over values that lie on the CPU, all of one length: those of a parameter, of a piece
    /// of it ([`PIECEWISE`](Self::PIECEWISE)), or of a row that a row-sparse gradient holds.
    fn slices<T: Real>(
        &self,
        moment: Moment<'_>,
        param: &mut [T],
        grad: &[T],
        state: &mut [&mut [T]],
    ) {
        let _ = (moment, param, grad, state);
    }

    /// Makes the numbers of [`SCALARS`](Self::SCALARS) those of the next step; `step` is the number of the one just done.
    fn advance(&self, step: u64, scalars: &mut [f64]) {
        let _ = (step, scalars);
    }
}

/// What a row-sparse gradient changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SparseUpdate {
    /// The rows that it holds, with their parts of the state; the update rule must treat elements alike.
    Rows,
    /// Everything, as its dense form would.
    Dense,
}

/// The refusal of row-sparse gradients.
pub(super) fn no_rows(optimizer: &'static str, param: &Param) -> Error {
    let message = format!(
        "{} has a row-sparse gradient, which the optimizer does not take",
        param.describe()
    );
    Error::op(optimizer, message)
        .help("train it with SparseAdam or Sgd, or leave out `sparse` in its embedding")
}

/// An error if weights decay: row-sparse gradients don't reach the other rows.
pub(super) fn no_decay(optimizer: &'static str, weight_decay: f64) -> Result<()> {
    if weight_decay == 0. {
        return Ok(());
    }
    let expected = "0 for row-sparse gradients, since it moves all rows";
    Err(Error::argument(
        optimizer,
        "weight_decay",
        weight_decay,
        expected,
    ))
}

/// Where a parameter is in its training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment<'a> {
    /// The number of this step, from 1.
    pub step: u64,
    /// Whether the state was made for this step, and has its initial values.
    pub fresh: bool,
    /// The parameter's numbers, in the order of [`UpdateRule::SCALARS`].
    pub scalars: &'a [f64],
}

impl Moment<'_> {
    /// The number of the step, to calculate with.
    pub(super) fn t(&self) -> f64 {
        self.step as f64
    }

    /// The number `i`; NaN if the rule keeps fewer.
    pub(super) fn scalar(&self, i: usize) -> f64 {
        self.scalars.get(i).copied().unwrap_or(f64::NAN)
    }
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

/// An error unless all are finite numbers ≥ 0.
pub(super) fn all_non_negative(at: &str, settings: &[(&'static str, f64)]) -> Result<()> {
    settings
        .iter()
        .try_for_each(|&(name, value)| non_negative(at, name, value))
}

/// An error unless `value` is in `[0, 1)`.
pub(super) fn fraction(at: &str, name: &'static str, value: f64) -> Result<()> {
    if (0. ..1.).contains(&value) {
        return Ok(());
    }
    Err(Error::argument(at, name, value, "a number in [0, 1)"))
}

/// An error unless both are in `[0, 1)`.
pub(super) fn fractions(at: &str, betas: (f64, f64)) -> Result<()> {
    fraction(at, "betas.0", betas.0)?;
    fraction(at, "betas.1", betas.1)
}
