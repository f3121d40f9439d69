//! Checkpoints: a part of the forward pass of which the tape keeps the inputs alone, and which the backward pass runs again.
//!
//! The second run records itself under numbers that are higher than all others and ends at the edges of the first run's
//! inputs, so that the walk goes on through it as if it had been there from the start.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use candle_core::{DType, Shape};

use super::autocast::{autocast_dtype, Autocast};
use super::owner::Owner;
use super::random::{drawing_from, with_generator};
use super::tape::{Backward, Edge, Node, State};
use super::{enable_grad, is_grad_enabled, GeneratorState, Tensor, Tensors};
use crate::error::{Error, Result};
use crate::scoped::with;

pub(super) const OP: &str = "checkpoint";

thread_local! {
    static AGAIN: Cell<bool> = const { Cell::new(false) };
    static SHARING: Cell<bool> = const { Cell::new(false) };
    /// The parameters and buffers that the innermost checkpoint has met, by id, with their versions.
    static MET: RefCell<Option<Met>> = const { RefCell::new(None) };
}

type Met = BTreeMap<u64, (u64, Arc<Owner>)>;

/// Runs the part on inputs with these edges.
type Run = Box<dyn Fn(&[Option<Edge>]) -> Result<Vec<Tensor>> + Send + Sync>;

/// Whether this thread is in a backward pass that runs a [`checkpoint`](crate::checkpoint) again.
///
/// A layer that counts calls, or moves statistics of its own, does so only where this is false, as batch normalisation does.
///
/// ```
/// assert!(!taper::tensor::is_recomputing());
/// ```
pub fn is_recomputing() -> bool {
    AGAIN.get()
}

/// Runs `f`, in which clones of parameters and buffers are further handles to the same ones.
pub(crate) fn sharing<T>(f: impl FnOnce() -> T) -> T {
    with(&SHARING, true, f)
}

/// Whether a clone of a parameter or buffer is to be a handle to the same one.
pub(super) fn is_sharing() -> bool {
    SHARING.get()
}

/// Notes the parameters and buffers among the inputs of an operation.
pub(crate) fn meet(inputs: &[&Tensor]) {
    MET.with_borrow_mut(|met| {
        let Some(met) = met else { return };
        for owner in inputs.iter().filter_map(|input| input.owner.as_ref()) {
            met.insert(owner.id, (owner.version(), owner.clone()));
        }
    });
}

/// A part that is run again: see [`checkpoint_as`].
pub(crate) struct Again {
    met: Met,
    autocast: Option<DType>,
    generator: GeneratorState,
    run: Run,
}

/// Runs `first` on the inputs; of what it computed, the results alone stay. The backward pass runs `again`, which must do the
/// same, with the random numbers and in the types of the first run.
pub(crate) fn checkpoint_as<A, T>(
    first: impl FnOnce(A) -> Result<T>,
    again: impl Fn(A) -> Result<T> + Send + Sync + 'static,
    inputs: A,
) -> Result<T>
where
    A: Tensors + Clone + Send + Sync + 'static,
    T: Tensors,
{
    if !is_grad_enabled() {
        return first(inputs);
    }
    let generator = with_generator(|generator| generator.state());
    let ((results, met), end) = drawing_from(&generator, || met_by(|| first(inputs.clone())));
    with_generator(|global| global.follow(&generator, &end));
    let (mut results, mut met) = (results?, met);

    let (mut kept, mut edges) = (inputs, Vec::new());
    kept.change(&mut |x| {
        if let Some(owner) = &x.owner {
            met.entry(owner.id)
                .or_insert_with(|| (owner.version(), owner.clone()));
        }
        edges.push(x.edge.take().filter(Edge::wants_gradient));
    });
    let run = move |edges: &[Option<Edge>]| {
        let (mut inputs, mut edges) = (kept.clone(), edges.iter());
        inputs.change(&mut |x| x.edge = edges.next().cloned().flatten());
        let mut results = Vec::new();
        again(inputs)?.collect(&mut results);
        Ok(results)
    };
    let autocast = autocast_dtype();
    hide(&mut results, edges, || Again {
        met,
        autocast,
        generator,
        run: Box::new(run),
    });
    Ok(results)
}

/// Puts one node in the place of all that the results were computed by, if one of them needs a gradient.
fn hide(results: &mut impl Tensors, edges: Vec<Option<Edge>>, again: impl FnOnce() -> Again) {
    let mut shapes: Vec<(Shape, DType)> = Vec::new();
    let mut needed = false;
    results.change(&mut |y| {
        shapes.push((y.shape().clone(), y.dtype()));
        needed |= y.requires_grad();
    });
    if !needed {
        return;
    }
    let backward = Backward::Again(again());
    let node = Arc::new(Node::new(OP, shapes, State { edges, backward }));
    let mut at = 0;
    results.change(&mut |y| {
        if y.requires_grad() {
            y.edge = Some(Edge::Node(node.clone(), at));
        }
        at += 1;
    });
}

impl Again {
    /// The results once more, computed from inputs with these edges, with the tape.
    ///
    /// # Errors
    /// If a parameter has changed since the first run, or the results are of other shapes than the `expected` ones.
    pub(super) fn run(
        &self,
        edges: &[Option<Edge>],
        expected: &[(Shape, DType)],
    ) -> Result<Vec<Tensor>> {
        for (version, owner) in self.met.values() {
            owner.check_version(*version)?;
        }
        let (results, _) = drawing_from(&self.generator, || {
            let _autocast = Autocast::enter(self.autocast);
            enable_grad(|| with(&AGAIN, true, || (self.run)(edges)))
        });
        let results = results?;
        let found: Vec<_> = results
            .iter()
            .map(|y| (y.shape().clone(), y.dtype()))
            .collect();
        if found != expected {
            let [found, expected] = [&found[..], expected].map(described);
            let message =
                format!("run again, the function gave {found}, but the first time {expected}");
            return Err(Error::op(OP, message).help("it must compute the same whenever it is run"));
        }
        Ok(results)
    }
}

fn described(all: &[(Shape, DType)]) -> String {
    let one = |(shape, dtype): &(Shape, DType)| format!("{:?} of {}", shape.dims(), dtype.as_str());
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What `f` gives, and the parameters and buffers that it met. An outer checkpoint has met them too.
fn met_by<T>(f: impl FnOnce() -> T) -> (T, Met) {
    struct Back(Option<Met>);
    impl Drop for Back {
        fn drop(&mut self) {
            MET.set(self.0.take());
        }
    }
    let mut outer = Back(MET.replace(Some(Met::new())));
    let result = f();
    let met = MET.take().unwrap_or_default();
    if let Some(outer) = &mut outer.0 {
        outer.extend(met.iter().map(|(id, seen)| (*id, seen.clone())));
    }
    (result, met)
}
