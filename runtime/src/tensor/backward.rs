//! The backward pass: a reverse walk over the tape in creation order.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::accumulate::GradSum;
use super::leaf::{check_gradient, Leaf};
use super::parts::Arrival;
use super::tape::{Backward, Edge, Node};
use super::{no_grad, SparseGrad, Tensor};
use crate::error::{Error, Result};
use crate::profiler::{self, Phase};

/// The optional arguments of [`Tensor::backward_with`]; the defaults are PyTorch's.
#[derive(Clone, Debug, Default)]
pub struct BackwardOptions {
    /// Keep what the operations saved, so that `backward` can run again. Default: false.
    pub retain_graph: bool,
    /// The gradient of the tensor itself; may be left out for one element, where it is 1.
    pub gradient: Option<Tensor>,
}

impl BackwardOptions {
    /// Keep what the operations saved, so that `backward` can run again.
    #[must_use]
    pub fn retain_graph(mut self, retain_graph: bool) -> Self {
        self.retain_graph = retain_graph;
        self
    }

    /// The gradient of the tensor itself.
    #[must_use]
    pub fn gradient(mut self, gradient: impl Into<Tensor>) -> Self {
        self.gradient = Some(gradient.into());
        self
    }
}

impl Tensor {
    /// Computes the gradient of this one-element tensor with respect to every parameter that it depends on, and adds
    /// it to the parameters' gradients (`torch.Tensor.backward`).
    ///
    /// What the operations saved is freed on the way. Gradients of gradients are not supported.
    ///
    /// # Errors
    /// [`Error::BackwardNonScalar`], [`Error::NoGradNeeded`], [`Error::GraphFreed`] on a second call,
    /// [`Error::ChangedInPlace`] if a parameter that the pass needs was set since. Parameters may have received part of
    /// the gradients when the pass ends early.
    ///
    /// # Example
    /// ```
    /// use taper::{Device, Error, Param, Tensor};
    /// let w = Param::new(Tensor::new(&[3f32], &Device::Cpu)?)?;
    /// let loss = w.add(&*w)?;
    /// loss.backward()?;
    /// assert_eq!(w.grad().unwrap().to_vec::<f32>()?, [2.]);
    /// assert!(matches!(loss.backward(), Err(Error::GraphFreed { .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn backward(&self) -> Result<()> {
        self.backward_with(BackwardOptions::default())
    }

    /// [`backward`](Self::backward) with a gradient to start from, or keeping the graph for another pass.
    ///
    /// # Errors
    /// Those of [`backward`](Self::backward), and [`Error::Gradient`] if the gradient does not fit the tensor.
    ///
    /// # Example
    /// ```
    /// use taper::tensor::BackwardOptions;
    /// use taper::{Device, Param, Tensor};
    /// let w = Param::new(Tensor::new(&[1f32, 2.], &Device::Cpu)?)?;
    /// let y = w.add(&*w)?;
    /// let gradient = Tensor::new(&[1f32, 10.], &Device::Cpu)?;
    /// let options = BackwardOptions::default().gradient(gradient).retain_graph(true);
    /// y.backward_with(options.clone())?;
    /// y.backward_with(options)?;
    /// assert_eq!(w.grad().unwrap().to_vec::<f32>()?, [4., 40.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn backward_with(&self, options: BackwardOptions) -> Result<()> {
        self.walk(options, None)
    }

    /// A backward pass that also gives the gradients that arrived, by the id of the storage that they are of.
    pub(crate) fn backward_watched(
        &self,
        options: BackwardOptions,
    ) -> Result<HashMap<u64, candle_core::Tensor>> {
        let mut arrived = HashMap::new();
        self.walk(options, Some(&mut arrived))?;
        Ok(arrived)
    }

    fn walk(
        &self,
        options: BackwardOptions,
        watched: Option<&mut HashMap<u64, candle_core::Tensor>>,
    ) -> Result<()> {
        let edge = self
            .edge
            .clone()
            .filter(Edge::wants_gradient)
            .ok_or(Error::NoGradNeeded)?;
        let gradient = match options.gradient {
            Some(gradient) => gradient.into_candle(),
            None if self.elem_count() == 1 => self.data.ones_like()?,
            None => {
                return Err(Error::BackwardNonScalar {
                    shape: self.shape().clone(),
                })
            }
        };
        profiler::begins();
        let mut walk = Walk {
            pending: BTreeMap::new(),
            retain: options.retain_graph,
            watched,
        };
        walk.send(&edge, GradSum::new(gradient).into(), "backward")?;
        no_grad(|| walk.run())
    }
}

/// Gradients on their way, by the id of where they go. The highest id is always complete: whatever sends to it
/// was created later.
struct Walk<'w> {
    pending: BTreeMap<u64, Arrived>,
    retain: bool,
    watched: Option<&'w mut HashMap<u64, candle_core::Tensor>>,
}

enum Arrived {
    Leaf(Arc<Leaf>, GradSum),
    Node(Arc<Node>, Vec<Option<Arrival>>),
}

impl Walk<'_> {
    fn run(&mut self) -> Result<()> {
        while let Some((_, arrived)) = self.pending.pop_last() {
            let op = match arrived {
                Arrived::Leaf(leaf, grad) => {
                    leaf.receive(grad, |id, grad| {
                        if let Some(watched) = &mut self.watched {
                            watched.insert(id, grad.share()?);
                        }
                        Ok(())
                    })?;
                    "accumulate"
                }
                Arrived::Node(node, grads) => {
                    self.visit(&node, grads)?;
                    node.op
                }
            };
            profiler::ended(Phase::Backward, op);
        }
        Ok(())
    }

    fn visit(&mut self, node: &Node, grads: Vec<Option<Arrival>>) -> Result<()> {
        let state = node.state(self.retain)?;
        let needs: Vec<bool> = state
            .edges
            .iter()
            .map(|edge| edge.as_ref().is_some_and(Edge::wants_gradient))
            .collect();
        // What a checkpoint runs may need gradients that its inputs don't.
        let again = matches!(state.backward, Backward::Again(_));
        if !needs.contains(&true) && !again {
            return Ok(()); // frozen since the forward pass
        }
        let grads = grads.into_iter();
        let grads = grads.map(|grad| grad.map(Arrival::into_sum).transpose());
        let grads = grads.collect::<Result<Vec<_>>>()?;
        let (results, own) = match &state.backward {
            Backward::Dense(backward) => {
                let grads = grads.into_iter();
                let grads = grads.map(|grad| grad.map(GradSum::into_tensor).transpose());
                let grads = grads.collect::<Result<Vec<_>>>()?;
                (backward(&grads, &needs), false)
            }
            Backward::Own(backward) => {
                let Some(grad) = grads.into_iter().flatten().next() else {
                    return Ok(());
                };
                (backward(grad.into_dense()?, &needs), true)
            }
            Backward::Again(again) => {
                let results = again
                    .run(&state.edges, &node.outputs)
                    .map_err(|error| error.in_op(node.op))?;
                return self.send_all(&results, grads, node.op);
            }
            Backward::Part(window) => {
                if let Some((edge, grad)) = only(&state.edges, grads)? {
                    let part = window.gradient(grad)?;
                    self.send(edge, Arrival::Parts(part), node.op)?;
                }
                return Ok(());
            }
            Backward::Rows(backward) => {
                if let Some((edge, grad)) = only(&state.edges, grads)? {
                    let rows = backward(&grad).map_err(|error| error.in_op(node.op))?;
                    self.send_rows(edge, rows, node.op)?;
                }
                return Ok(());
            }
        };
        let results = results.map_err(|error| error.in_op(node.op))?;
        if results.len() != needs.len() {
            let counts = format!(
                "{} gradients for {} inputs: this is a bug in the operation",
                results.len(),
                needs.len()
            );
            return Err(Error::op(node.op, counts));
        }
        // A closure that ran Candle operations on a Candle variable may return a tensor with Candle's own history.
        let sum = |grad: candle_core::Tensor| match own {
            true => GradSum::own(grad.detach()),
            false => GradSum::new(grad.detach()),
        };
        for ((edge, needed), grad) in state.edges.iter().zip(needs).zip(results) {
            if let (Some(edge), true, Some(grad)) = (edge, needed, grad) {
                self.send(edge, sum(grad).into(), node.op)?;
            }
        }
        Ok(())
    }

    /// Sends the gradients of results that were computed anew along these results' own edges.
    fn send_all(
        &mut self,
        results: &[Tensor],
        grads: Vec<Option<GradSum>>,
        op: &'static str,
    ) -> Result<()> {
        for (y, grad) in results.iter().zip(grads) {
            let edge = y.edge.as_ref().filter(|edge| edge.wants_gradient());
            if let (Some(edge), Some(grad)) = (edge, grad) {
                self.send(edge, grad.into(), op)?;
            }
        }
        Ok(())
    }

    /// Adds `grad`, computed by `op`, to what goes along `edge`.
    fn send(&mut self, edge: &Edge, grad: Arrival, op: &'static str) -> Result<()> {
        match edge {
            Edge::Leaf(leaf) => {
                leaf.check_from(op, grad.kind())?;
                let grad = grad.into_sum()?;
                if let Some(Arrived::Leaf(_, sum)) = self.pending.get_mut(&leaf.owner.id) {
                    return sum.merge(grad);
                }
                let arrived = Arrived::Leaf(leaf.clone(), grad);
                self.pending.insert(leaf.owner.id, arrived);
            }
            Edge::Node(node, output) => {
                let (shape, dtype) = &node.outputs[*output];
                check_gradient(
                    || format!("the result of {} from {op}", node.op),
                    (shape, *dtype),
                    grad.kind(),
                )?;
                let arrived = self.pending.entry(node.id);
                let arrived = arrived
                    .or_insert_with(|| Arrived::Node(node.clone(), vec![None; node.outputs.len()]));
                let Arrived::Node(_, grads) = arrived else {
                    return Ok(());
                };
                let grads = &mut grads[*output];
                *grads = Some(match grads.take() {
                    Some(sum) => sum.merge(grad)?,
                    None => grad,
                });
            }
        }
        Ok(())
    }

    /// As [`send`](Self::send), for the gradient of a few rows; what is computed from others gets its dense form.
    fn send_rows(&mut self, edge: &Edge, grad: SparseGrad, op: &'static str) -> Result<()> {
        let Edge::Leaf(leaf) = edge else {
            return self.send(edge, GradSum::own(grad.dense()?).into(), op);
        };
        leaf.check_from(op, (grad.shape(), grad.dtype()))?;
        if let Some(Arrived::Leaf(_, sum)) = self.pending.get_mut(&leaf.owner.id) {
            return sum.add_rows(&grad);
        }
        let arrived = Arrived::Leaf(leaf.clone(), GradSum::Rows(grad));
        self.pending.insert(leaf.owner.id, arrived);
        Ok(())
    }
}

/// The edge of an operation's only input, and the gradient of its only result, if there are both.
fn only(
    edges: &[Option<Edge>],
    grads: Vec<Option<GradSum>>,
) -> Result<Option<(&Edge, candle_core::Tensor)>> {
    match (edges, grads.into_iter().next()) {
        ([Some(edge)], Some(Some(grad))) => Ok(Some((edge, grad.into_tensor()?))),
        _ => Ok(None),
    }
}
