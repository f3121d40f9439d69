//! Means of a model's weights over its training: exponential moving averages and stochastic weight averaging
//! (`torch.optim.swa_utils`).

use std::collections::{HashMap, HashSet};

use crate::error::{Error, Result};
use crate::module::candle_module;
use crate::module::names::find;
use crate::module::walk::{nodes, Slot};
use crate::module::{Forward, Module, State, Visitor, VisitorMut};
use crate::ops::options::options;
use crate::tensor::{Buffer, Tensor};
use crate::{DType, Device};

mod averaging;
#[cfg(test)]
mod tests;
mod update_bn;

pub use averaging::{AverageFn, Averaging};
pub use update_bn::{update_bn, update_bn_with, Batch};

options! {
    /// The arguments of [`AveragedModel::new`]; the defaults are PyTorch's. An [`Averaging`] alone will do.
    AveragedOptions {
        /// How the mean moves. Default: [`Averaging::Equal`].
        averaging: Averaging = Averaging::Equal,
        /// Whether buffers are averaged like parameters; else they are the model's latest. Default: false.
        use_buffers: bool = false,
    }
}

impl From<Averaging> for AveragedOptions {
    fn from(averaging: Averaging) -> Self {
        Self::default().averaging(averaging)
    }
}

/// A copy of a model whose weights are a mean of the model's over time (`torch.optim.swa_utils.AveragedModel`).
///
/// [`update_parameters`](Self::update_parameters) is called after optimizer steps (an average over steps) or epochs (one over
/// their last models). The mean is a module of its own: it is run, saved and loaded as such, its parameters under
/// `module.…` and the number of models in it as `n_averaged`, which is what PyTorch saves. The mean of a model in a half
/// type is one too, in which small changes are lost: convert it with
/// [`to_dtype`](crate::module::ModuleExt::to_dtype) to have it in f32.
///
/// Where buffers are not averaged, running statistics of batch normalisation are the model's, which belong to other
/// weights: [`update_bn`] makes those of the mean.
///
/// # Example
/// ```
/// use taper::optim::{Averaging, AveragedModel, Optimizer, Sgd};
/// use taper::prelude::*;
/// # fn main() -> taper::Result<()> {
/// let net = Linear::config(1).input([1, 2]).init(&Device::Cpu)?;
/// let ema = AveragedModel::new(&net, Averaging::ema(0.9))?;
/// let mut opt = Sgd::new(net.parameters(), 0.1)?;
/// let x = Tensor::new(&[[1f32, 2.]], &Device::Cpu)?;
/// for _ in 0..10 {
///     opt.zero_grad(true)?;
///     net.forward(&x)?.sum(())?.backward()?;
///     opt.step()?;
///     ema.update_parameters(&net)?;
/// }
/// assert_eq!(ema.n_averaged()?, 10);
/// assert!(ema.forward(&x)?.item()? > net.forward(&x)?.item()?); // it lags behind
/// let names = ["n_averaged", "module.weight", "module.bias"];
/// assert_eq!(ema.state_dict().names().collect::<Vec<_>>(), names);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct AveragedModel<M> {
    module: M,
    n_averaged: Buffer,
    options: AveragedOptions,
    state: State,
}

impl<M: Module + Clone> AveragedModel<M> {
    /// A copy of the model, of which nothing is averaged yet.
    ///
    /// # Errors
    /// If a decay is not from 0 to 1.
    ///
    /// ```
    /// # use taper::testing::Toy;
    /// # let net = Toy::net()?;
    /// use taper::optim::{AveragedModel, AveragedOptions, Averaging};
    /// let swa = AveragedModel::new(&net, Averaging::Equal)?;
    /// let with_statistics = AveragedOptions::from(Averaging::ema(0.99)).use_buffers(true);
    /// let ema = AveragedModel::new(&net, with_statistics)?;
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn new(model: &M, options: impl Into<AveragedOptions>) -> Result<Self> {
        let options = options.into();
        options.averaging.check()?;
        let n_averaged = Buffer::new(Tensor::zeros((), DType::I64, &Device::Cpu)?)?;
        n_averaged.set_name(N_AVERAGED);
        Ok(AveragedModel {
            module: model.clone(),
            n_averaged,
            options,
            state: State::new(),
        })
    }
}

const N_AVERAGED: &str = "n_averaged";

impl<M: Module> AveragedModel<M> {
    /// The model with the averaged weights.
    pub fn module(&self) -> &M {
        &self.module
    }

    /// The model with the averaged weights, without the counter.
    pub fn into_module(self) -> M {
        self.module
    }

    /// The number of models in the mean.
    ///
    /// # Errors
    /// If the counter can't be read from its device.
    pub fn n_averaged(&self) -> Result<u64> {
        Ok(self.n_averaged.item()? as u64)
    }

    /// Takes the model's present weights into the mean; the first ones are copied.
    ///
    /// Parameters and buffers are told by their names; they may be of another type and on another device. Parameters that are
    /// frozen are averaged like others.
    ///
    /// # Errors
    /// If the names or shapes are not those of the model that the mean was made from: nothing has changed then; or those of
    /// a function of one's own.
    pub fn update_parameters(&self, model: &M) -> Result<()> {
        let n = self.n_averaged()?;
        for (mean, model) in pairs(&self.module, model)? {
            let averaged = self.options.use_buffers || matches!(mean, Slot::Param(_));
            if averaged && n > 0 {
                self.options.averaging.run(mean, model, n)?;
            } else {
                mean.set(model.tensor())?;
            }
        }
        self.n_averaged
            .set(Tensor::new(n as i64 + 1, &Device::Cpu)?)
    }
}

/// The parameters and buffers of the mean, each once, with the model's of the same name.
fn pairs<'a>(mean: &'a dyn Module, model: &'a dyn Module) -> Result<Vec<(Slot<'a>, Slot<'a>)>> {
    let members = members(model);
    let theirs: HashMap<&str, Slot<'_>> = members
        .iter()
        .map(|(name, slot)| (name.as_str(), *slot))
        .collect();
    let (mut pairs, mut found, mut seen) = (Vec::new(), 0, HashSet::new());
    for (name, own) in self::members(mean) {
        let slot = match theirs.get(name.as_str()) {
            Some(&slot) => slot,
            None => find(
                model.type_name(),
                "parameter or buffer",
                &name,
                self::members(model),
            )?,
        };
        let (expected, shape) = (own.tensor().dims(), slot.tensor().dims());
        if expected != shape {
            let message = format!("`{name}` has shape {shape:?}, but its mean has {expected:?}");
            return Err(Error::op("update_parameters", message));
        }
        found += 1;
        // A tied parameter is averaged once.
        let tied = matches!(own, Slot::Param(param) if !seen.insert(param.id()));
        if !tied {
            pairs.push((own, slot));
        }
    }
    if found < theirs.len() {
        let message = format!(
            "the model has {} parameters and buffers, but its mean {found}",
            theirs.len()
        );
        return Err(Error::op("update_parameters", message)
            .help("make the `AveragedModel` anew when the model has grown"));
    }
    Ok(pairs)
}

/// All parameters and buffers by name, those that are not saved included.
fn members(root: &dyn Module) -> Vec<(String, Slot<'_>)> {
    let mut members = Vec::new();
    for node in nodes(root) {
        let params = node.params.into_iter();
        members.extend(params.map(|(name, param)| (name, Slot::Param(param))));
        let buffers = node.buffers.into_iter();
        members.extend(buffers.map(|(name, buffer)| (name, Slot::Buffer(buffer))));
    }
    members
}

impl<M: Module> Module for AveragedModel<M> {
    fn type_name(&self) -> &'static str {
        "AveragedModel"
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        visitor.buffer(N_AVERAGED, &self.n_averaged);
        visitor.module("module", &self.module);
    }

    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) -> Result<()> {
        visitor.buffer(N_AVERAGED, &mut self.n_averaged)?;
        visitor.module("module", &mut self.module)
    }

    fn state(&self) -> Option<&State> {
        Some(&self.state)
    }
}

candle_module!([M: Forward] AveragedModel<M>);

impl<M: Forward> Forward for AveragedModel<M> {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.module.forward_hooked(x)
    }
}
