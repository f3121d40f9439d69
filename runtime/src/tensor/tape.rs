//! The tape: what was computed from what, and how gradients flow back.
//!
//! Every operation whose result may need a gradient makes one [`Node`]. Nodes are numbered in creation order, which is
//! a topological order: the backward pass (`backward.rs`) visits them from the highest number down.

use std::sync::{Arc, Mutex, PoisonError};

use candle_core::{DType, Shape};

use super::accumulate::DenseSum;
use super::checkpoint::{meet, Again};
use super::leaf::{lock, Leaf};
use super::owner::{next_id, same_storage, Owner};
use super::parts::Window;
use super::{is_grad_enabled, SparseGrad, Tensor};
use crate::error::{Error, Result};
use crate::profiler::{self, Phase};

/// From the gradients of the outputs (none where nothing used an output) and which inputs need one, the gradients of
/// the inputs.
type Gradients = Box<
    dyn Fn(&[Option<candle_core::Tensor>], &[bool]) -> Result<Vec<Option<candle_core::Tensor>>>
        + Send
        + Sync,
>;

/// From the gradient of the only output, the rows of the only input's gradient.
type RowGradients = Box<dyn Fn(&candle_core::Tensor) -> Result<SparseGrad> + Send + Sync>;

/// From the gradient of the only output, which may be written to where it is nobody else's, the gradients of the inputs, in buffers
/// that are nobody else's either.
type OwnGradients =
    Box<dyn Fn(DenseSum, &[bool]) -> Result<Vec<Option<candle_core::Tensor>>> + Send + Sync>;

/// How an operation computes its inputs' gradients.
pub(crate) enum Backward {
    Dense(Gradients),
    Own(OwnGradients),
    /// For one input and one output: the part of the input that the output is.
    Part(Window),
    /// For one input and one output: the rows of the input that have a gradient.
    Rows(RowGradients),
    /// By running the part of the forward pass again that the node stands for.
    Again(Again),
}

/// Where a tensor's gradient goes: to a parameter, or to an output of the operation that made it.
#[derive(Clone)]
pub(crate) enum Edge {
    Leaf(Arc<Leaf>),
    Node(Arc<Node>, usize),
}

impl Edge {
    pub(crate) fn wants_gradient(&self) -> bool {
        match self {
            Edge::Leaf(leaf) => leaf.tracked(),
            Edge::Node(..) => true,
        }
    }
}

/// One recorded operation.
pub(crate) struct Node {
    pub(crate) id: u64,
    pub(crate) op: &'static str,
    pub(crate) outputs: Vec<(Shape, DType)>,
    /// Gone as soon as a backward pass has used it.
    state: Mutex<Option<Arc<State>>>,
}

/// What a node keeps for its backward pass.
pub(crate) struct State {
    pub(crate) edges: Vec<Option<Edge>>,
    pub(crate) backward: Backward,
}

impl Node {
    pub(super) fn new(op: &'static str, outputs: Vec<(Shape, DType)>, state: State) -> Self {
        #[cfg(test)]
        live::change(1);
        Node {
            id: next_id(),
            op,
            outputs,
            state: Mutex::new(Some(Arc::new(state))),
        }
    }

    /// What the node saved; without `retain` it is gone afterwards.
    pub(crate) fn state(&self, retain: bool) -> Result<Arc<State>> {
        let mut state = lock(&self.state);
        let state = if retain { state.clone() } else { state.take() };
        state.ok_or(Error::GraphFreed { op: self.op })
    }
}

impl Tensor {
    /// Whether a backward pass has used up what this was computed by.
    pub(crate) fn graph_is_freed(&self) -> bool {
        match &self.edge {
            Some(Edge::Node(node, _)) => lock(&node.state).is_none(),
            _ => false,
        }
    }
}

/// A chain of nodes drops iteratively: dropped field by field, each would drop the next one further down the stack.
impl Drop for Node {
    fn drop(&mut self) {
        #[cfg(test)]
        live::change(-1);
        let take = |node: &mut Node| {
            node.state
                .get_mut()
                .unwrap_or_else(PoisonError::into_inner)
                .take()
        };
        let mut pending: Vec<_> = take(self).into_iter().collect();
        while let Some(state) = pending.pop().map(Arc::into_inner) {
            // `None`: a backward pass on another thread still holds it and will drop it.
            let Some(State { edges, backward }) = state else {
                continue;
            };
            drop(backward);
            for edge in edges.into_iter().flatten() {
                let Edge::Node(node, _) = edge else { continue };
                if let Some(mut node) = Arc::into_inner(node) {
                    pending.extend(take(&mut node));
                }
            }
        }
    }
}

impl Tensor {
    /// The result of an operation: wraps `data` and, where an input needs a gradient, records how to compute it.
    ///
    /// This is the one way to write a differentiable operation. `data` is the result, computed with plain Candle
    /// operations or a kernel from [`as_candle`](Self::as_candle) of the `inputs`. `backward` receives the gradient of
    /// the result (its shape and type; any strides) and, per input, whether its gradient is needed; it returns one gradient per
    /// input, of exactly that input's shape and type, `None` where none is needed or it is zero everywhere. Nothing is
    /// recorded under [`no_grad`](crate::no_grad) or if no input needs a gradient; the closure is then dropped at once.
    ///
    /// The rules:
    /// - What `backward` needs of an **input** it captures as `Saved` — by [`save`](Self::save), or by
    ///   [`save_if`](Self::save_if) if only some other input's gradient needs it — so that a parameter changed before the
    ///   backward pass is found. Results and intermediate values are captured as `candle_core::Tensor`. Never
    ///   capture a [`Tensor`]: it would keep its whole history alive.
    /// - Compute only what is needed: `when` turns a flag and a closure into the `Option`.
    /// - A broadcast operand's gradient is summed back by `grad_to_shape`.
    /// - `backward` must not assume that the gradient is contiguous, and must not write to it.
    ///
    /// # Example
    /// ```
    /// use taper::tensor::{grad_to_shape, when, Tensor};
    /// use taper::Result;
    ///
    /// /// The product, with broadcasting: ∂/∂a = g·b, ∂/∂b = g·a.
    /// fn mul(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    ///     let data = a.as_candle().broadcast_mul(b.as_candle())?;
    ///     let (a_shape, b_shape) = (a.shape().clone(), b.shape().clone());
    ///     let (a_saved, b_saved) = (a.save_if(b.requires_grad()), b.save_if(a.requires_grad()));
    ///     Ok(Tensor::record("mul", data, [a, b], move |grad, [a_needs, b_needs]| {
    ///         Ok([
    ///             when(a_needs, || grad_to_shape(&grad.broadcast_mul(b_saved.get()?)?, &a_shape))?,
    ///             when(b_needs, || grad_to_shape(&grad.broadcast_mul(a_saved.get()?)?, &b_shape))?,
    ///         ])
    ///     }))
    /// }
    /// # let x = taper::Param::new(Tensor::new(&[2f32, 3.], &taper::Device::Cpu)?)?;
    /// # let y = Tensor::new(&[5f32], &taper::Device::Cpu)?;
    /// # let ones = Tensor::new(&[1f32, 1.], &taper::Device::Cpu)?;
    /// # mul(&x, &y)?.backward_with(taper::tensor::BackwardOptions::default().gradient(ones))?;
    /// # assert_eq!(x.grad().unwrap().to_vec::<f32>()?, [5., 5.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn record<const N: usize, F>(
        op: &'static str,
        data: candle_core::Tensor,
        inputs: [&Tensor; N],
        backward: F,
    ) -> Tensor
    where
        F: Fn(&candle_core::Tensor, [bool; N]) -> Result<[Option<candle_core::Tensor>; N]>
            + Send
            + Sync
            + 'static,
    {
        Tensor::record_list(op, data, &inputs, move |grad, needs| {
            let needs = std::array::from_fn(|i| needs[i]);
            Ok(Vec::from(backward(grad, needs)?))
        })
    }

    /// As [`record`](Self::record), for a number of inputs that is not known when compiling (`cat`, `stack`).
    ///
    /// `backward` returns as many gradients as there are inputs.
    pub fn record_list<F>(
        op: &'static str,
        data: candle_core::Tensor,
        inputs: &[&Tensor],
        backward: F,
    ) -> Tensor
    where
        F: Fn(&candle_core::Tensor, &[bool]) -> Result<Vec<Option<candle_core::Tensor>>>
            + Send
            + Sync
            + 'static,
    {
        let gradients = move |grads: &[Option<_>], needs: &[bool]| match grads {
            [Some(grad)] => backward(grad, needs),
            _ => Ok(vec![None; needs.len()]),
        };
        Self::result(op, data, inputs, || Backward::Dense(Box::new(gradients)))
    }

    /// As [`record_list`](Self::record_list), for an operation whose gradients are in buffers of their own, or in that of the incoming
    /// gradient where this may be written to: sums of gradients are made in them.
    pub(crate) fn record_own(
        op: &'static str,
        data: candle_core::Tensor,
        inputs: &[&Tensor],
        backward: impl Fn(DenseSum, &[bool]) -> Result<Vec<Option<candle_core::Tensor>>>
            + Send
            + Sync
            + 'static,
    ) -> Tensor {
        Self::result(op, data, inputs, || Backward::Own(Box::new(backward)))
    }

    /// As [`record`](Self::record), for a part of one input: its gradients wait for those of other parts.
    pub(crate) fn record_part(
        op: &'static str,
        data: candle_core::Tensor,
        input: &Tensor,
        window: Window,
    ) -> Tensor {
        Self::result(op, data, &[input], || Backward::Part(window))
    }

    /// As [`record`](Self::record), for an operation on one input whose gradient is zero but for a few rows.
    pub(crate) fn record_rows(
        op: &'static str,
        data: candle_core::Tensor,
        input: &Tensor,
        backward: impl Fn(&candle_core::Tensor) -> Result<SparseGrad> + Send + Sync + 'static,
    ) -> Tensor {
        Self::result(op, data, &[input], || Backward::Rows(Box::new(backward)))
    }

    /// The one result of an operation.
    fn result(
        op: &'static str,
        data: candle_core::Tensor,
        inputs: &[&Tensor],
        backward: impl FnOnce() -> Backward,
    ) -> Tensor {
        meet(inputs);
        let owner = view_of(&data, inputs);
        let edge = node(op, std::slice::from_ref(&data), inputs, backward);
        profiler::ended(Phase::Forward, op);
        Tensor {
            data: data.detach(),
            edge: edge.map(|node| Edge::Node(node, 0)),
            owner,
        }
    }

    /// As [`record`](Self::record), for an operation with several results (an LSTM's output and final state).
    ///
    /// `backward` receives a gradient per result, `None` for one that nothing was computed from.
    pub fn record_outputs<F>(
        op: &'static str,
        data: Vec<candle_core::Tensor>,
        inputs: &[&Tensor],
        backward: F,
    ) -> Vec<Tensor>
    where
        F: Fn(&[Option<candle_core::Tensor>], &[bool]) -> Result<Vec<Option<candle_core::Tensor>>>
            + Send
            + Sync
            + 'static,
    {
        meet(inputs);
        let node = node(op, &data, inputs, || Backward::Dense(Box::new(backward)));
        profiler::ended(Phase::Forward, op);
        let wrap = |(i, data): (usize, candle_core::Tensor)| Tensor {
            owner: view_of(&data, inputs),
            data: data.detach(),
            edge: node.clone().map(|node| Edge::Node(node, i)),
        };
        data.into_iter().enumerate().map(wrap).collect()
    }
}

/// A node for the operation, unless nothing needs a gradient.
fn node(
    op: &'static str,
    outputs: &[candle_core::Tensor],
    inputs: &[&Tensor],
    backward: impl FnOnce() -> Backward,
) -> Option<Arc<Node>> {
    if !is_grad_enabled() || !inputs.iter().any(|input| input.requires_grad()) {
        return None;
    }
    let edges = inputs
        .iter()
        .map(|input| input.edge.clone().filter(Edge::wants_gradient))
        .collect();
    let outputs = outputs
        .iter()
        .map(|data| (data.shape().clone(), data.dtype()))
        .collect();
    Some(Arc::new(Node::new(
        op,
        outputs,
        State {
            edges,
            backward: backward(),
        },
    )))
}

/// The parameter or buffer whose storage `data` is a view of, among those that the inputs view.
fn view_of(data: &candle_core::Tensor, inputs: &[&Tensor]) -> Option<Arc<Owner>> {
    let owned = inputs
        .iter()
        .filter_map(|input| input.owner.as_ref().map(|owner| (input, owner)));
    owned
        .filter(|(input, _)| same_storage(&input.data, data))
        .map(|(_, owner)| owner.clone())
        .next()
}

/// Nodes alive that were made by this thread's tests.
#[cfg(test)]
pub(crate) mod live {
    use std::cell::Cell;

    thread_local! {
        static NODES: Cell<i64> = const { Cell::new(0) };
    }

    pub(super) fn change(by: i64) {
        NODES.set(NODES.get() + by);
    }

    pub(crate) fn nodes() -> i64 {
        NODES.get()
    }
}
