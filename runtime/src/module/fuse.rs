//! Layers one after the other that are one operation: batch norm does the `relu` that follows it, and where no gradients are wanted a
//! convolution does both. A convolution of a few channels does `relu` and the pool that follow it.
//!
//! Batch norm and the layer before it, where both are checkpoints, are one, which doesn't keep what is between them.
//!
//! Generated code calls these functions where a field is called with what another gives, and where `relu` follows a field. The result is
//! that of the calls one by one, to rounding; a layer with hooks is always called by itself.

use std::sync::Arc;

use super::{checkpoint, Call, Forward, Module};
use crate::ops::Following;
use crate::private::within;
use crate::tensor::sharing;
use crate::{Result, Tensor};

/// `layer(args)`
///
/// As a function whose result is a parameter of its own, because the compiler then says once, and at the call, that a field can't be
/// called: where the result is an associated type, looking it up is an error besides. So are those below.
///
/// # Errors
/// Those of the call.
#[inline]
pub fn call_layer<I, A, T>(layer: &I, args: A) -> Result<T>
where
    I: Call<A, Output = T>,
{
    layer.call(args)
}

/// `outer(inner(args))`
///
/// # Errors
/// Those of the calls.
#[inline]
pub fn after<O, I, A, T, U>(outer: &O, inner: &I, args: A) -> Result<U>
where
    I: Call<A, Output = T>,
    O: Call<(T,), Output = U> + Module,
{
    if let Some(last) = outer.as_last(false) {
        return match inner.call_before(args, last)? {
            (y, true) => outer.call_done((y,)),
            (y, false) => outer.call((y,)),
        };
    }
    let Some(following) = outer.follows() else {
        return outer.call((inner.call(args)?,));
    };
    match inner.call_fused(args, following)? {
        (y, true) => outer.call_done((y,)),
        (y, false) => outer.call((y,)),
    }
}

/// `outer(inner(args)).relu()`
///
/// # Errors
/// Those of the calls.
#[inline]
pub fn after_then_relu<O, I, A, T, U>(outer: &O, inner: &I, args: A) -> Result<Tensor>
where
    I: Call<A, Output = T>,
    O: Call<(T,), Output = U> + Module,
    O::Output: OneTensor,
{
    if let Some(last) = outer.as_last(true) {
        return match inner.call_before(args, last)? {
            (y, true) => Ok(outer.call_done((y,))?.tensor()),
            (y, false) => then_relu(outer, (y,)),
        };
    }
    let first = outer.follows();
    let Some(following) = first.and_then(|first| first.then(Following::RELU)) else {
        return then_relu(outer, (inner.call(args)?,));
    };
    match inner.call_fused(args, following)? {
        (y, true) => Ok(outer.call_done((y,))?.tensor()),
        (y, false) => then_relu(outer, (y,)),
    }
}

/// `inner(args).relu()`
///
/// # Errors
/// Those of the calls.
#[inline]
pub fn then_relu<I, A, T>(inner: &I, args: A) -> Result<Tensor>
where
    I: Call<A, Output = T>,
    I::Output: OneTensor,
{
    match inner.call_fused(args, Following::RELU)? {
        (y, true) => Ok(y.tensor()),
        (y, false) => y.tensor().relu(),
    }
}

/// What a layer gives that `relu` may follow.
#[diagnostic::on_unimplemented(
    message = "`relu` takes a tensor, but this layer gives `{Self}`",
    label = "gives `{Self}`",
    note = "take the tensor out of it first: `let (y, state) = self.lstm(x);` and then `y.relu()`"
)]
pub trait OneTensor {
    /// The tensor.
    fn tensor(self) -> Tensor;
}

impl OneTensor for Tensor {
    fn tensor(self) -> Tensor {
        self
    }
}

/// A layer in a sequence.
pub trait Step: Forward {
    /// [`Call::call`] with one tensor.
    ///
    /// # Errors
    /// Those of the call.
    fn step(&self, x: &Tensor) -> Result<Tensor>;

    /// [`Call::as_last`]
    fn last(&self, relu: bool) -> Option<Last>;

    /// [`Call::call_before`] with one tensor.
    ///
    /// # Errors
    /// Those of the calls.
    fn step_before(&self, x: &Tensor, last: Last) -> Result<(Tensor, bool)>;

    /// [`step`](Self::step), and then `relu` if wanted.
    ///
    /// # Errors
    /// Those of the operations.
    fn step_then(&self, x: &Tensor, following: Following<'_>) -> Result<Tensor> {
        if let (true, Some(y)) = (following.relu, self.forward_fused(x, following)?) {
            return Ok(y);
        }
        let y = self.step(x)?;
        if following.relu {
            y.relu()
        } else {
            Ok(y)
        }
    }
}

/// The second of two layers that are one checkpoint, as a handle of its own, and whether `relu` follows.
#[derive(Clone)]
pub struct Last {
    layer: Arc<dyn Step>,
    relu: bool,
}

impl Last {
    /// Of a layer that is a checkpoint; hooks keep it apart.
    pub(super) fn of<M: Forward + Clone + 'static>(layer: &M, relu: bool) -> Option<Self> {
        let state = layer.state()?;
        if !layer.ends_checkpoint() || !state.runs_again() || state.has_hooks() {
            return None;
        }
        let layer = Arc::new(twin(layer));
        Some(Last { layer, relu })
    }

    /// Runs the layer; where `unread`, for its gradients alone.
    pub(super) fn run(&self, x: &Tensor, unread: bool) -> Result<Tensor> {
        let relu = Following {
            relu: self.relu,
            unread,
            ..Following::default()
        };
        self.layer.step_then(x, relu)
    }
}

/// A handle to the same layer that is no checkpoint by itself.
pub(super) fn twin<M: Module + Clone>(layer: &M) -> M {
    let twin = sharing(|| layer.clone());
    if let Some(state) = twin.state() {
        state.set_checkpointed(false);
    }
    twin
}

impl<M: Forward + Clone + 'static> Step for M {
    fn step(&self, x: &Tensor) -> Result<Tensor> {
        checkpoint::call_one(self, x)
    }

    fn last(&self, relu: bool) -> Option<Last> {
        Last::of(self, relu)
    }

    fn step_before(&self, x: &Tensor, last: Last) -> Result<(Tensor, bool)> {
        Call::call_before(self, (x,), last)
    }
}

/// The layers one after the other; errors name the one that fails. What one gives is gone as soon as the next has run.
///
/// # Errors
/// Those of the calls.
pub fn in_sequence(x: &Tensor, layers: &[(&str, &dyn Step)]) -> Result<Tensor> {
    let mut last = None;
    let mut rest = layers;
    while let [(name, layer), others @ ..] = rest {
        let x = last.as_ref().unwrap_or(x);
        let (y, done) = within(name, one_step(*layer, x, others))?;
        last = Some(y);
        rest = &others[done..];
    }
    Ok(last.unwrap_or_else(|| x.clone()))
}

/// What the layer gives, and how many of the next ones have been done with it.
fn one_step(layer: &dyn Step, x: &Tensor, next: &[(&str, &dyn Step)]) -> Result<(Tensor, usize)> {
    if let [(_, norm), after @ ..] = next {
        let relu = following(after.get(..1).unwrap_or_default()).0.is_relu();
        if let Some(last) = norm.last(relu) {
            let (y, both) = layer.step_before(x, last)?;
            return Ok((y, if both { 1 + usize::from(relu) } else { 0 }));
        }
    }
    let (mut following, mut count) = following(next);
    while count > 0 {
        if let Some(y) = layer.forward_fused(x, following)? {
            return Ok((y, count));
        }
        // Few do a pool as well.
        if following.pool.take().is_none() {
            break;
        }
        count -= 1;
    }
    Ok((layer.step(x)?, 0))
}

/// What the next layers do that the one before them can, and how many these are.
fn following<'a>(layers: &[(&str, &'a dyn Step)]) -> (Following<'a>, usize) {
    let (mut all, mut count) = (Following::default(), 0);
    for (_, layer) in layers {
        match layer.follows().and_then(|next| all.then(next)) {
            Some(more) => (all, count) = (more, count + 1),
            None => break,
        }
    }
    (all, count)
}

#[cfg(test)]
mod tests;
