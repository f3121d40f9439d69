//! Checkpointed modules: what they compute is not kept for the backward pass, which runs them again.

use std::ops::Range;
use std::sync::Arc;

use super::fuse::{twin, Last};
use super::names::nearest;
use super::state::{at_mode, current_mode};
use super::walk::nodes;
use super::{Forward, Mask, Module, ModuleError, State};
use crate::error::{Error, Result};
use crate::tensor::{checkpoint_as, sharing, Tensor, Tensors};

/// Runs `function` and keeps nothing of it but its inputs; the backward pass runs it again for its gradients
/// (`torch.utils.checkpoint.checkpoint`, without reentrance). It costs a second forward pass and saves the memory of all that
/// the operations in `function` would have kept.
///
/// `inputs` is a tensor, or a tuple or list of tensors, options and plain values; `function` may hold further ones. Gradients are
/// the same to the bit. For that, the second run draws the random numbers of the first, from a generator of its own, and
/// computes in its types (`autocast`). Batch normalisation moves its running statistics in the first run alone, where PyTorch moves
/// them twice, and forward hooks see the first run alone. Gradient hooks see each gradient once. Under
/// [`no_grad`](crate::no_grad) it is a plain call.
///
/// Modules are captured as handles (`Arc`), and must be in the same mode in the backward pass;
/// [`ModuleExt::checkpoint`](super::ModuleExt::checkpoint) sees to both by itself.
///
/// # Errors
/// Those of `function`. The backward pass fails if a parameter or buffer that `function` met was changed since, or if it gives
/// other shapes than before; without `retain_graph` it is an error to run it twice, as ever.
///
/// ```
/// use std::sync::Arc;
/// use taper::prelude::*;
/// # fn main() -> taper::Result<()> {
/// let block = Arc::new(sequential! { <[B, 4] -> [B, 4]> Linear(64), ReLU, Linear(4) }.init(&Device::Cpu)?);
/// let x = Tensor::ones((2, 4), DType::F32, &Device::Cpu)?;
/// let held = block.clone();
/// let y = taper::checkpoint(move |x: Tensor| held.forward(&x), x)?;
/// y.sum(())?.backward()?;
/// assert!(block.parameters().iter().all(|weight| weight.grad().is_some()));
/// # Ok(()) }
/// ```
pub fn checkpoint<A, T>(
    function: impl Fn(A) -> Result<T> + Send + Sync + 'static,
    inputs: A,
) -> Result<T>
where
    A: Tensors + Clone + Send + Sync + 'static,
    T: Tensors,
{
    let mode = current_mode();
    let function = Arc::new(function);
    let first = function.clone();
    let again = move |inputs| at_mode(mode, || function(inputs));
    checkpoint_as(move |inputs| first(inputs), again, inputs)
}

/// Runs layers one after the other in `segments` checkpoints of equally many layers, all but the last of which are run again in
/// the backward pass (`torch.utils.checkpoint.checkpoint_sequential`).
///
/// # Errors
/// If `segments` is 0 or more than there are layers; those of the layers.
///
/// ```
/// use taper::prelude::*;
/// # fn main() -> taper::Result<()> {
/// let net = Sequential::config()
///     .add("fc1", Linear::config(64))
///     .add("act", ReLU::config())
///     .add("fc2", Linear::config(2))
///     .input([1, 4])
///     .init(&Device::Cpu)?;
/// let x = Tensor::ones((2, 4), DType::F32, &Device::Cpu)?;
/// let y = taper::checkpoint_sequential(&net, 2, &x)?;
/// assert_eq!(y.to_vec::<f32>()?, net.forward(&x)?.to_vec::<f32>()?);
/// # Ok(()) }
/// ```
pub fn checkpoint_sequential<C: Chain>(
    layers: &C,
    segments: usize,
    x: impl AsRef<Tensor>,
) -> Result<Tensor> {
    let count = layers.count();
    if segments == 0 || segments > count {
        return Err(Error::argument(
            "checkpoint_sequential",
            "segments",
            segments,
            format!("a number from 1 to {count}, the number of layers"),
        ));
    }
    let (size, mut x) = (count / segments, x.as_ref().clone());
    let last = size * (segments - 1);
    for start in (0..last).step_by(size) {
        let range = start..start + size;
        let part = sharing(|| layers.part(range.clone()));
        let mode = current_mode();
        let again = move |x: Tensor| at_mode(mode, || part.forward(&x));
        x = checkpoint_as(|x: Tensor| layers.run(range, &x), again, x)?;
    }
    layers.run(last..count, &x)
}

/// Layers in a row, of which some can be run: lists of layers, and [`Sequential`](crate::nn::Sequential).
pub trait Chain {
    /// Some of the layers.
    type Part: Forward + 'static;

    /// How many layers there are.
    fn count(&self) -> usize;

    /// A copy of these layers.
    fn part(&self, range: Range<usize>) -> Self::Part;

    /// Runs these layers.
    ///
    /// # Errors
    /// Those of the layers.
    fn run(&self, range: Range<usize>, x: &Tensor) -> Result<Tensor>;
}

impl<M: Forward + Clone + 'static> Chain for Vec<M> {
    type Part = Vec<M>;

    fn count(&self) -> usize {
        self.len()
    }

    fn part(&self, range: Range<usize>) -> Vec<M> {
        self.get(range).unwrap_or_default().to_vec()
    }

    fn run(&self, range: Range<usize>, x: &Tensor) -> Result<Tensor> {
        let layers = self.iter().enumerate().take(range.end).skip(range.start);
        layers.into_iter().try_fold(x.clone(), |x, (i, layer)| {
            super::Call::call(layer, (x,)).map_err(|error| error.context(i.to_string()))
        })
    }
}

/// Whether a call of the module is to be run again instead of kept.
#[inline]
fn is_on(module: &dyn Module) -> bool {
    module.state().is_some_and(State::runs_again)
}

/// Runs the module on these inputs, as a checkpoint if it is one.
///
/// # Errors
/// Those of `run`.
#[inline]
pub fn call<M, A, T>(module: &M, inputs: A, run: fn(&M, A) -> Result<T>) -> Result<T>
where
    M: Module + Clone + 'static,
    A: Tensors + Clone + Send + Sync + 'static,
    T: Tensors + 'static,
{
    if !is_on(module) {
        return run(module, inputs);
    }
    // Its parameters are the module's own; its modes stay those of this moment, and it has no hooks.
    let (twin, mode) = (sharing(|| module.clone()), current_mode());
    let again = move |inputs| at_mode(mode, || run(&twin, inputs));
    checkpoint_as(|inputs| run(module, inputs), again, inputs)
}

/// Runs two modules as one checkpoint: what the first one gives isn't kept either. Neither has hooks.
pub(super) fn call_two<M: Forward + Clone + 'static>(
    first: &M,
    last: Last,
    x: &Tensor,
) -> Result<Tensor> {
    // A clone of it would be a copy.
    let (first, mode) = (Arc::new(twin(first)), current_mode());
    let both = move |x: &Tensor, again| last.run(&first.forward(x)?, again);
    let again = both.clone();
    // The second time only the gradients are wanted.
    let again = move |x: Tensor| at_mode(mode, || again(&x, true));
    checkpoint_as(|x: Tensor| both(&x, false), again, x.clone())
}

/// [`call`] with one tensor, which needs no handle of its own where nothing is run again.
#[inline]
pub(super) fn call_one<M: Forward + Clone + 'static>(module: &M, x: &Tensor) -> Result<Tensor> {
    if !is_on(module) {
        return module.forward_hooked(x);
    }
    call(module, x.clone(), |module, x| module.forward_hooked(&x))
}

/// Refuses a checkpoint of a module whose arguments or results are of types that can't be kept.
///
/// # Errors
/// If the module is one.
pub fn not_kept(module: &dyn Module) -> Result<()> {
    if !is_on(module) {
        return Ok(());
    }
    let message = format!(
        "`forward` of {} takes or gives other values than tensors and numbers, so it can't be run again",
        module.type_name()
    );
    Err(Error::op("checkpoint", message).help("checkpoint the modules in it"))
}

/// Turns checkpoints on or off for the outermost modules that the mask selects.
pub(super) fn set(root: &dyn Module, mask: &Mask, on: bool) -> Result<()> {
    let nodes = nodes(root);
    // A list is never called itself, so that it stands for what is in it.
    let (mut at, mut within, mut found) = (1, 0, false);
    while let Some(node) = nodes.get(at) {
        let selected = at < within || mask.selects_path(&node.path, node.module.type_name());
        at += 1;
        if !selected {
            continue;
        }
        match node.module.state() {
            Some(state) => {
                state.set_checkpointed(on);
                found = true;
                if on {
                    at = node.end;
                } else {
                    within = within.max(node.end);
                }
            }
            None => within = within.max(node.end),
        }
    }
    if found {
        return Ok(());
    }
    let part = mask.to_string();
    let paths = nodes.iter().skip(1).map(|node| node.path.as_str());
    let nearest = nearest(&part, paths);
    let model = root.type_name();
    Err(ModuleError::EmptyMask {
        model,
        part,
        nearest,
    }
    .into())
}

#[cfg(test)]
mod tests;
