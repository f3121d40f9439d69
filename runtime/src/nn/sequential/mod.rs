//! `Sequential`: layers in a row that are put together at run time.

use std::any::Any;
use std::fmt;
use std::ops::Range;

use crate::module::{
    candle_module, format_module, in_sequence, Chain, Forward, Module, State, Step, Visitor,
    VisitorMut,
};
use crate::{Error, Result, Tensor};

mod config;
#[cfg(test)]
mod tests;

pub use config::SequentialConfig;

/// Layers in a row (PyTorch: `torch.nn.Sequential`), put together at run time.
///
/// What is known when compiling is better written `sequential! { … }`, which `cargo check` checks. Here the same rules run
/// in [`init`](SequentialConfig::init); the same seed gives the same weights as the literal form.
///
/// ```
/// use taper::prelude::*;
/// # fn main() -> taper::Result<()> {
/// let net = Sequential::config()
///     .add("hidden", Linear::config(256))
///     .add("act", ReLU::config())
///     .add("output", Linear::config(10))
///     .input([1, 784])
///     .init(&Device::Cpu)?;
/// assert_eq!(net.to_string(), "\
/// Sequential(
///   (hidden): Linear(in_features=784, out_features=256, bias=True)
///   (act): ReLU()
///   (output): Linear(in_features=256, out_features=10, bias=True)
/// )");
/// let x = Tensor::zeros((2, 784), DType::F32, &Device::Cpu)?;
/// assert_eq!(net.forward(&x)?.dims(), [2, 10]);
/// assert_eq!(net.get_as::<Linear>("output").map(|fc| fc.weight.dims()), Some(&[10, 256][..]));
/// assert_eq!(net.at(1).map(|layer| layer.type_name()), Some("ReLU"));
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
pub struct Sequential {
    layers: Vec<Named<Box<dyn Link>>>,
    state: State,
}

#[derive(Clone)]
struct Named<T> {
    name: String,
    layer: T,
}

/// A built layer of any type.
trait Link: Step {
    fn copy(&self) -> Box<dyn Link>;
    fn as_any(&self) -> &dyn Any;
}

impl<M: Forward + Clone + 'static> Link for M {
    fn copy(&self) -> Box<dyn Link> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Clone for Box<dyn Link> {
    fn clone(&self) -> Self {
        (**self).copy()
    }
}

impl Sequential {
    /// No layers yet; [`push`](Self::push) adds built ones.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let mut net = Sequential::new();
    /// net.push(Linear::config(2).input([1, 3]).init(&Device::Cpu)?);
    /// net.push(Func::new(|x| x.relu()));
    /// assert_eq!(net.state_dict().names().collect::<Vec<_>>(), ["0.weight", "0.bias"]);
    /// # Ok(()) }
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// No layers yet; [`add`](SequentialConfig::add) declares them.
    pub fn config() -> SequentialConfig {
        SequentialConfig::default()
    }

    /// Adds a built layer under a name.
    ///
    /// # Errors
    /// If another layer has the name.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let mut net = Sequential::new();
    /// net.add_layer("double", Func::new(|x| x.mul(2.)))?;
    /// assert_eq!(net.forward(&Tensor::new(&[3f32], &Device::Cpu)?)?.item()?, 6.);
    /// assert!(net.add_layer("double", Func::new(|x| x.mul(2.))).is_err());
    /// # Ok(()) }
    /// ```
    pub fn add_layer(
        &mut self,
        name: impl Into<String>,
        layer: impl Forward + Clone + 'static,
    ) -> Result<()> {
        let name = name.into();
        check_name(&name, self.layers.iter().map(|layer| &layer.name))?;
        let layer = Box::new(layer);
        self.layers.push(Named { name, layer });
        Ok(())
    }

    /// Adds a built layer, named by its number.
    pub fn push(&mut self, layer: impl Forward + Clone + 'static) {
        let (name, layer) = (self.layers.len().to_string(), Box::new(layer));
        self.layers.push(Named { name, layer });
    }

    /// The number of layers.
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// Whether there are no layers.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// The layer of this name.
    pub fn get(&self, name: &str) -> Option<&dyn Module> {
        let found = self.layers.iter().find(|layer| layer.name == name)?;
        Some(&*found.layer)
    }

    /// The layer of this name, if it is of this type.
    pub fn get_as<L: 'static>(&self, name: &str) -> Option<&L> {
        let found = self.layers.iter().find(|layer| layer.name == name)?;
        (*found.layer).as_any().downcast_ref()
    }

    /// The `index`-th layer.
    pub fn at(&self, index: usize) -> Option<&dyn Module> {
        Some(&*self.layers.get(index)?.layer)
    }
}

impl Module for Sequential {
    fn type_name(&self) -> &'static str {
        "Sequential"
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        for Named { name, layer } in &self.layers {
            visitor.module(name, &**layer);
        }
    }

    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) -> Result<()> {
        let mut layers = self.layers.iter_mut();
        layers.try_for_each(|Named { name, layer }| visitor.module(name, &mut **layer))
    }

    fn state(&self) -> Option<&State> {
        Some(&self.state)
    }
}

impl Forward for Sequential {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = Chain::run(self, 0..self.len(), x);
        let seen = self.state.watch(&[Some(x)]);
        self.state.show(seen, y, |y, found| found.push(y.clone()))
    }

    fn runs_hooks(&self) -> bool {
        true
    }
}

impl Chain for Sequential {
    type Part = Sequential;

    fn count(&self) -> usize {
        self.len()
    }

    fn part(&self, range: Range<usize>) -> Sequential {
        Sequential {
            layers: self.layers.get(range).unwrap_or_default().to_vec(),
            state: self.state.clone(),
        }
    }

    fn run(&self, range: Range<usize>, x: &Tensor) -> Result<Tensor> {
        let layers = self.layers.get(range).unwrap_or_default().iter();
        let steps = layers.map(|Named { name, layer }| (&**name, &**layer as &dyn Step));
        in_sequence(x, &steps.collect::<Vec<_>>())
    }
}

candle_module!([] Sequential);

impl fmt::Display for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format_module(self))
    }
}

impl fmt::Debug for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn check_name<'a>(name: &str, mut others: impl Iterator<Item = &'a String>) -> Result<()> {
    if name.is_empty() || name.contains('.') || others.any(|other| other == name) {
        let expected = "a name without dots that no other layer has";
        return Err(Error::argument("Sequential", "name", name, expected));
    }
    Ok(())
}
