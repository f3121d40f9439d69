//! Update rules that treat every element alike: one formula, from which both forms of the update come.

use std::array::from_fn;
use std::cell::RefCell;

use candle_core::Tensor;

use super::number::{first_error, Element, Number, Whole};
use super::options::Hyperparameters;
use super::rule::{no_rows, Moment, SparseUpdate, UpdateRule};
use super::slices::Real;
use crate::error::Result;
use crate::tensor::{same_storage, Param};

/// An optimizer's formula: how one element of a parameter follows from its gradient and what is kept for it.
///
/// An options struct that implements it makes an optimizer, [`FirstOrder<Options>`](super::FirstOrder). The formula is
/// written once, for any [`Number`]: for single elements it is one pass over the values in place (f32 and f64 on the CPU), for
/// whole tensors plain Candle operations (other devices).
///
/// # Example
/// An optimizer of one's own, which steps by the sign of the gradient:
/// ```
/// use taper::optim::{hyperparameters, FirstOrder, Formula, Moment, Number, Optimizer};
/// hyperparameters! { pub struct SignOptions { lr: f64 = 1e-3, } }
/// impl Formula for SignOptions {
///     const NAME: &'static str = "SignSgd";
///     fn update<V: Number>(&self, _: Moment<'_>) -> impl Fn(V, V, &mut [V]) -> V + Sync {
///         let lr = self.lr;
///         move |p, g, _| p - g.sign() * lr
///     }
/// }
/// # use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = FirstOrder::<SignOptions>::new([&w], 0.25)?;
/// w.add(&*w)?.backward()?;
/// opt.step()?;
/// assert_eq!(w.item()?, 0.75);
/// # Ok::<(), taper::Error>(())
/// ```
pub trait Formula: Hyperparameters {
    /// The optimizer's name, for messages.
    const NAME: &'static str;

    /// Whether the number of steps is part of the state, as `step`.
    const COUNTS_STEPS: bool = false;

    /// The names of all that may be kept per element; PyTorch's.
    const SLOTS: &'static [&'static str] = &[];

    /// The names of the numbers that are kept per parameter; PyTorch's.
    const SCALARS: &'static [&'static str] = &[];

    /// Hyperparameters in PyTorch's saved groups that are no choice here.
    const FIXED: &'static [&'static str] = &[];

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

    /// What the slot or number `name` is before the first step.
    fn initial(&self, name: &str) -> f64 {
        let _ = name;
        0.
    }

    /// As [`UpdateRule::accepts`].
    ///
    /// # Errors
    /// See there.
    fn accepts(&self, param: &Param) -> Result<()> {
        let _ = param;
        Ok(())
    }

    /// As [`UpdateRule::dense_gradient`].
    ///
    /// # Errors
    /// See there.
    fn dense_gradient(&self, param: &Param) -> Result<()> {
        let _ = param;
        Ok(())
    }

    /// As [`UpdateRule::sparse_gradient`].
    ///
    /// # Errors
    /// See there.
    fn sparse_gradient(&self, param: &Param) -> Result<SparseUpdate> {
        Err(no_rows(Self::NAME, param))
    }

    /// The formula of this step: from an element, its gradient and what its [`slots`](Self::slots) hold, the new element. It
    /// writes the slots' new values.
    fn update<V: Number>(&self, moment: Moment<'_>) -> impl Fn(V, V, &mut [V]) -> V + Sync;

    /// Makes the numbers of [`SCALARS`](Self::SCALARS) those of the next step; `step` is the number of the one just done.
    fn advance(&self, step: u64, scalars: &mut [f64]) {
        let _ = (step, scalars);
    }
}

impl<F: Formula> UpdateRule for F {
    const NAME: &'static str = F::NAME;
    const COUNTS_STEPS: bool = F::COUNTS_STEPS;
    const SLOTS: &'static [&'static str] = F::SLOTS;
    const SCALARS: &'static [&'static str] = F::SCALARS;
    const FIXED: &'static [&'static str] = F::FIXED;
    const ONE_PASS: bool = true;
    const PIECEWISE: bool = true;

    fn validate(&self) -> Result<()> {
        Formula::validate(self)
    }

    fn slots(&self) -> &'static [&'static str] {
        Formula::slots(self)
    }

    fn initial(&self, name: &str) -> f64 {
        Formula::initial(self, name)
    }

    fn accepts(&self, param: &Param) -> Result<()> {
        Formula::accepts(self, param)
    }

    fn dense_gradient(&self, param: &Param) -> Result<()> {
        Formula::dense_gradient(self, param)
    }

    fn sparse_gradient(&self, param: &Param) -> Result<SparseUpdate> {
        Formula::sparse_gradient(self, param)
    }

    fn advance(&self, step: u64, scalars: &mut [f64]) {
        Formula::advance(self, step, scalars);
    }

    fn tensors(
        &self,
        moment: Moment<'_>,
        param: &Tensor,
        grad: &Tensor,
        state: &mut [Tensor],
    ) -> Result<Tensor> {
        let failed = RefCell::new(None);
        let whole = |tensor: &Tensor| Whole::new(tensor, &failed);
        let mut kept: Vec<_> = state.iter().map(whole).collect();
        let updated = self.update(moment)(whole(param), whole(grad), &mut kept).into_tensor();
        first_error(&failed)?;
        let mut taken = vec![param.clone(), grad.clone(), updated.clone()];
        for (slot, kept) in state.iter_mut().zip(kept) {
            *slot = alone(kept.into_tensor(), &taken)?;
            taken.push(slot.clone());
        }
        Ok(updated)
    }

    #[inline(always)]
    fn slices<T: Real>(
        &self,
        moment: Moment<'_>,
        param: &mut [T],
        grad: &[T],
        state: &mut [&mut [T]],
    ) {
        let update = self.update::<Element<T>>(moment);
        // With a known number of slots the loop over elements has no inner one.
        match state {
            [] => one_pass(&update, param, grad, []),
            [a] => one_pass(&update, param, grad, [a]),
            [a, b] => one_pass(&update, param, grad, [a, b]),
            [a, b, c] => one_pass(&update, param, grad, [a, b, c]),
            more => {
                for (i, (p, &g)) in param.iter_mut().zip(grad).enumerate() {
                    let mut kept: Vec<_> = more.iter().map(|slot| Element(slot[i])).collect();
                    *p = update(Element(*p), Element(g), &mut kept).0;
                    more.iter_mut().zip(kept).for_each(|(s, k)| s[i] = k.0);
                }
            }
        }
    }
}

/// The tensor, or a copy of it if it lies in the storage of one of the others: what is kept must not change with them.
fn alone(tensor: Tensor, others: &[Tensor]) -> Result<Tensor> {
    match others.iter().any(|other| same_storage(&tensor, other)) {
        true => Ok(tensor.copy()?),
        false => Ok(tensor),
    }
}

/// The update of all elements.
#[inline(always)]
fn one_pass<T: Real, const N: usize>(
    update: &impl Fn(Element<T>, Element<T>, &mut [Element<T>]) -> Element<T>,
    param: &mut [T],
    grad: &[T],
    state: [&mut [T]; N],
) {
    // Slices of one length need no bounds checks.
    let lengths = state.iter().map(|slot| slot.len());
    let n = lengths.fold(param.len().min(grad.len()), usize::min);
    let (param, grad, mut state) = (
        &mut param[..n],
        &grad[..n],
        state.map(|slot| &mut slot[..n]),
    );
    for (i, (p, &g)) in param.iter_mut().zip(grad).enumerate() {
        let mut kept: [_; N] = from_fn(|k| Element(state[k][i]));
        *p = update(Element(*p), Element(g), &mut kept).0;
        for (slot, kept) in state.iter_mut().zip(kept) {
            slot[i] = kept.0;
        }
    }
}
