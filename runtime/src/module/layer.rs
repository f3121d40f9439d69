//! What a layer is: a module that the trace knows and that is built from what the trace found.

use super::fuse::Last;
use super::{checkpoint, Build, Module, Plan, State};
use crate::ops::Following;
use crate::trace::{Args, Tracer, Value};
use crate::{Device, Result, Tensor};
use std::borrow::Borrow;
use std::fmt::Debug;
use std::marker::PhantomData;

/// A module with a shape rule, usable as a field of a `#[model]`.
///
/// Implemented by taper's layers and by every `#[model]`; not by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer",
    label = "neither a layer of taper nor a struct with `#[model]`",
    note = "mark a hyperparameter with `#[config]`, a tensor with `#[param(…)]` or `#[buffer(…)]`"
)]
pub trait Layer: Module + Clone + Debug + Sized {
    /// A type with an inherent `const fn trace(self, &mut Tracer, &Args, &Args) -> Value`.
    type Rule;

    /// The rule's only value.
    const RULE: Self::Rule;

    /// The rule's function for the run time, which knows no inherent functions of a type that it is generic over.
    const TRACE: TraceFn<Self>;

    /// Runs the rule at run time.
    fn trace(t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        Self::TRACE(Self::RULE, t, args, inputs)
    }

    /// Builds the layer from the arguments and input sizes that the trace recorded.
    fn build(at: &mut Build<'_, '_>) -> Result<Self>;

    // Generated code reaches all that it needs of a field's type through this trait, so that a type that is no layer is
    // the same error everywhere, which rustc shows once.

    /// This layer as a module.
    #[doc(hidden)]
    fn as_module(&self) -> &dyn Module {
        self
    }

    /// This layer as a module that is changed.
    #[doc(hidden)]
    fn as_module_mut(&mut self) -> &mut dyn Module {
        self
    }

    /// A list of layers as a module.
    #[doc(hidden)]
    #[allow(clippy::ptr_arg)]
    fn list_module(list: &Vec<Self>) -> &dyn Module {
        list
    }

    /// A list of layers as a module that is changed.
    #[doc(hidden)]
    fn list_module_mut(list: &mut Vec<Self>) -> &mut dyn Module {
        list
    }

    /// A deep copy of the layer in a field.
    #[doc(hidden)]
    fn copy_one(layer: &Self) -> Self {
        layer.clone()
    }

    /// A deep copy of the layer in an optional field.
    #[doc(hidden)]
    fn copy_optional(layer: &Option<Self>) -> Option<Self> {
        layer.clone()
    }

    /// A deep copy of the layers in a list.
    #[doc(hidden)]
    #[allow(clippy::ptr_arg)]
    fn copy_list(list: &Vec<Self>) -> Vec<Self> {
        list.clone()
    }

    /// Builds the layer in a field.
    ///
    /// # Errors
    /// As [`Layer::build`].
    #[doc(hidden)]
    fn build_one(at: &mut Build<'_, '_>, name: &str) -> Result<Self> {
        at.one(crate::trace::hash(name), name)
    }

    /// Builds the layer in an optional field.
    ///
    /// # Errors
    /// As [`Layer::build`].
    #[doc(hidden)]
    fn build_optional(at: &mut Build<'_, '_>, field: u64) -> Result<Option<Self>> {
        at.optional(field)
    }

    /// Builds the layers in a list.
    ///
    /// # Errors
    /// As [`Layer::build`].
    #[doc(hidden)]
    fn build_list(at: &mut Build<'_, '_>, field: u64) -> Result<Vec<Self>> {
        at.list(field)
    }
}

/// The type of [`Layer::TRACE`].
pub type TraceFn<L> = fn(<L as Layer>::Rule, &mut Tracer<'_>, &Args, &Args) -> Value;

/// The rule of a built-in layer `L`.
pub struct Rule<L>(PhantomData<fn() -> L>);

impl<L> Rule<L> {
    /// The only value.
    pub const RULE: Rule<L> = Rule(PhantomData);
}

impl<L> Clone for Rule<L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L> Copy for Rule<L> {}

/// A model whose `#[forward]` has been traced where it is defined.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no forward",
    label = "this model has no `#[forward]`",
    note = "write `#[forward] impl {Self} {{ fn forward(&self, x: Tensor) -> Tensor {{ … }} }}`"
)]
pub trait Traced {
    /// What all proofs of the model depend on: where its `#[forward]` has errors, they stand here.
    const TRACED: () = ();
}

/// Has the name of what `#[forward]` gives a model, `const fn __taper_run(&mut Tracer, &Args) -> Value`: all methods, as the trace
/// sees them. Where there is none, a call finds this: [`Traced`] is then missing, and the only error.
pub trait Untraced {
    /// Never runs.
    #[doc(hidden)]
    fn __taper_run(_: &mut Tracer<'_>, _: &Args) -> Value {
        Value::Any
    }
}

impl<M> Untraced for M {}

/// The hidden type of a `sequential!` or `dict!` field.
pub trait Part<const FIELD: u64> {
    /// The type.
    type Type;
}

/// A module from one tensor to one tensor.
pub trait Forward: Module {
    /// Runs the module.
    ///
    /// # Errors
    /// If the input doesn't fit, or an operation fails.
    fn forward(&self, x: &Tensor) -> Result<Tensor>;

    /// Whether `forward` runs the hooks itself. A model's does, as its state says.
    #[doc(hidden)]
    #[inline]
    fn runs_hooks(&self) -> bool {
        false
    }

    /// Runs the module, and its hooks.
    ///
    /// # Errors
    /// As [`Forward::forward`], and those of the hooks.
    #[doc(hidden)]
    #[inline]
    fn forward_hooked(&self, x: &Tensor) -> Result<Tensor> {
        let y = self.forward(x)?;
        match self.state() {
            Some(state) if state.has_hooks() && !state.is_of_model() && !self.runs_hooks() => {
                state.run_hooks(std::slice::from_ref(x), std::slice::from_ref(&y))?;
                Ok(y)
            }
            _ => Ok(y),
        }
    }

    /// Whether the module, where it is a checkpoint, is one with a checkpoint before it: what comes between would be kept for it alone.
    #[doc(hidden)]
    #[inline]
    fn ends_checkpoint(&self) -> bool {
        false
    }

    /// Runs the module and what follows it as one operation, if there is one and the module has no hooks.
    ///
    /// # Errors
    /// As [`Forward::forward`].
    #[doc(hidden)]
    #[inline]
    fn forward_fused(&self, x: &Tensor, following: Following<'_>) -> Result<Option<Tensor>> {
        let _ = (x, following);
        Ok(None)
    }

    /// The module as a `candle_nn::ModuleT` that heeds the `train` flag, for the call alone: its own mode stays as it is.
    ///
    /// Every model and layer with one input is a `candle_nn::Module`, which runs in the module's own mode. Candle makes that a
    /// `ModuleT` as well, but one that drops the flag.
    ///
    /// ```
    /// use candle_nn::ModuleT;
    /// use taper::prelude::*;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let dropout = Dropout::config().p(1.0).input([3]).init(&Device::Cpu)?;
    /// let xs = candle_core::Tensor::new(&[1f32, 2., 3.], &Device::Cpu)?;
    /// assert_eq!(dropout.as_candle().forward_t(&xs, false)?.to_vec1::<f32>()?, [1., 2., 3.]);
    /// assert_eq!(dropout.as_candle().forward_t(&xs, true)?.to_vec1::<f32>()?, [0.; 3]);
    /// # Ok(()) }
    /// ```
    fn as_candle(&self) -> super::AsCandle<'_>
    where
        Self: Sized,
    {
        super::AsCandle(self)
    }
}

/// A module called with a tuple of arguments: what `self.fc1(x)` in a `#[forward]` becomes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be called with these arguments",
    label = "it has no `forward` that takes them"
)]
pub trait Call<A> {
    /// What the call gives.
    type Output;

    /// Runs the module, and its hooks.
    ///
    /// # Errors
    /// As the module's `forward`.
    fn call(&self, args: A) -> Result<Self::Output>;

    /// Runs the module and, if one operation does both, what follows it: then the flag is set.
    ///
    /// # Errors
    /// As [`Call::call`].
    #[doc(hidden)]
    #[inline]
    fn call_fused(&self, args: A, following: Following<'_>) -> Result<(Self::Output, bool)> {
        let _ = following;
        Ok((self.call(args)?, false))
    }

    /// The module as the second of two that are one checkpoint, before `relu` or not, if it is one and has no hooks.
    #[doc(hidden)]
    #[inline]
    fn as_last(&self, relu: bool) -> Option<Last> {
        let _ = relu;
        None
    }

    /// Runs the module and, if it is a checkpoint without hooks, the one after it as the same one: then the flag is set.
    ///
    /// # Errors
    /// As [`Call::call`] of both.
    #[doc(hidden)]
    #[inline]
    fn call_before(&self, args: A, last: Last) -> Result<(Self::Output, bool)> {
        let _ = last;
        Ok((self.call(args)?, false))
    }

    /// What the call gives if the module before it has done it all: `args`.
    ///
    /// # Errors
    /// As [`Call::call`], which it is for all that no other module does.
    #[doc(hidden)]
    #[inline]
    fn call_done(&self, args: A) -> Result<Self::Output> {
        self.call(args)
    }
}

#[diagnostic::do_not_recommend]
impl<M: Forward + Clone + 'static, T: Borrow<Tensor>> Call<(T,)> for M {
    type Output = Tensor;

    #[inline]
    fn call(&self, (x,): (T,)) -> Result<Tensor> {
        checkpoint::call_one(self, x.borrow())
    }

    #[inline]
    fn call_fused(&self, (x,): (T,), following: Following<'_>) -> Result<(Tensor, bool)> {
        let x = x.borrow();
        Ok(match self.forward_fused(x, following)? {
            Some(y) => (y, true),
            None => (checkpoint::call_one(self, x)?, false),
        })
    }

    #[inline]
    fn as_last(&self, relu: bool) -> Option<Last> {
        Last::of(self, relu)
    }

    fn call_before(&self, (x,): (T,), last: Last) -> Result<(Tensor, bool)> {
        let x = x.borrow();
        let fits = |state: &State| state.runs_again() && !state.has_hooks();
        Ok(match self.state().is_some_and(fits) {
            true => (checkpoint::call_two(self, last, x)?, true),
            false => (checkpoint::call_one(self, x)?, false),
        })
    }

    #[inline]
    fn call_done(&self, (x,): (T,)) -> Result<Tensor> {
        Ok(x.borrow().clone())
    }
}

/// An element of a module list, dict or stack called: what `self.blocks[i](x)` becomes.
pub trait CallAt<K, A> {
    /// What the call gives.
    type Output;

    /// Runs the element at `key`.
    ///
    /// # Errors
    /// If there is no such element, or as its `forward`.
    fn call_at(&self, key: K, args: A) -> Result<Self::Output>;
}

impl<M: Call<A>, A> CallAt<usize, A> for Vec<M> {
    type Output = M::Output;

    fn call_at(&self, key: usize, args: A) -> Result<Self::Output> {
        match self.get(key) {
            Some(m) => m.call(args),
            None => Err(crate::Error::argument(
                "module list",
                "index",
                key,
                format!("an index below {}", self.len()),
            )),
        }
    }
}

/// The settings of a layer before it is built: `LeNet::config()`, `Linear::config(256)`.
pub trait Config: Clone + Send + Sync {
    /// What it builds.
    type Layer: Layer;

    /// The settings as arguments of the layer's rule.
    fn args(&self, t: &mut Tracer<'_>) -> Args;

    /// Settings whose types the trace doesn't know, for the layer's `build`.
    fn as_any(&self) -> Option<&dyn std::any::Any> {
        None
    }

    /// States the shapes of the inputs, for a layer or model whose signature leaves sizes open that
    /// its layers must know.
    fn input(self, shape: impl Into<Vec<usize>>) -> WithInputs<Self> {
        WithInputs {
            config: self,
            inputs: vec![shape.into()],
        }
    }

    /// Checks all shapes and builds the layer, drawing from the global generator.
    ///
    /// # Errors
    /// The mistakes that `cargo check` would have shown, had these settings been known to it.
    fn init(&self, device: &Device) -> Result<Self::Layer> {
        Build::root::<Self>(self, &[], super::Source::initial(device)?)
    }

    /// Like [`Config::init`], with a generator of its own: the same seed gives the same weights.
    ///
    /// # Errors
    /// As [`Config::init`].
    fn init_seeded(&self, device: &Device, seed: u64) -> Result<Self::Layer> {
        Build::root::<Self>(self, &[], super::Source::seeded(device, seed))
    }

    /// Builds the layer from variables or stored tensors of Candle's, by PyTorch's names.
    ///
    /// Variables of a `VarMap` are shared: Candle's optimizers train the layer, and those that the map lacks are added to it with
    /// the layer's initial values. Tensors from a file are copied.
    ///
    /// # Errors
    /// As [`Config::init`], and if a stored tensor is missing or of another shape.
    ///
    /// ```
    /// use candle_nn::{VarBuilder, VarMap};
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let vars = VarMap::new();
    /// let vb = VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu);
    /// let fc = Linear::config(2).input([1, 3]).build_from(vb.pp("fc"))?;
    /// assert_eq!(fc.weight.dims(), [2, 3]);
    /// assert_eq!(vars.all_vars().len(), 2);
    /// # Ok(()) }
    /// ```
    fn build_from(&self, vb: candle_nn::VarBuilder<'_>) -> Result<Self::Layer> {
        Build::root::<Self>(self, &[], super::Source::stored(vb))
    }

    /// Runs the trace with these settings.
    ///
    /// # Errors
    /// As [`Config::init`].
    fn plan(&self, inputs: &[Vec<usize>]) -> Result<Plan> {
        Plan::trace::<Self>(self, inputs)
    }
}

/// A configuration together with the shapes of the inputs.
#[derive(Clone, Debug)]
pub struct WithInputs<C> {
    config: C,
    inputs: Vec<Vec<usize>>,
}

impl<C: Config> WithInputs<C> {
    /// States the shape of a further input.
    #[must_use]
    pub fn input(mut self, shape: impl Into<Vec<usize>>) -> Self {
        self.inputs.push(shape.into());
        self
    }

    /// As [`Config::init`].
    ///
    /// # Errors
    /// As [`Config::init`].
    pub fn init(&self, device: &Device) -> Result<C::Layer> {
        Build::root::<C>(&self.config, &self.inputs, super::Source::initial(device)?)
    }

    /// As [`Config::init_seeded`].
    ///
    /// # Errors
    /// As [`Config::init`].
    pub fn init_seeded(&self, device: &Device, seed: u64) -> Result<C::Layer> {
        Build::root::<C>(
            &self.config,
            &self.inputs,
            super::Source::seeded(device, seed),
        )
    }

    /// As [`Config::build_from`].
    ///
    /// # Errors
    /// As [`Config::build_from`].
    pub fn build_from(&self, vb: candle_nn::VarBuilder<'_>) -> Result<C::Layer> {
        Build::root::<C>(&self.config, &self.inputs, super::Source::stored(vb))
    }
}
