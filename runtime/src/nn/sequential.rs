//! `Sequential`: layers in a row that are put together at run time.

use std::any::Any;
use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::module::{
    format_module, Build, Call, Config, Forward, Module, Plan, Source, State, Visitor, VisitorMut,
};
use crate::trace::{hash, Args, Tracer, Value};
use crate::{Device, Error, Result, Tensor};

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
trait Link: Forward {
    fn run(&self, x: &Tensor) -> Result<Tensor>;
    fn copy(&self) -> Box<dyn Link>;
    fn as_any(&self) -> &dyn Any;
}

impl<M: Forward + Clone + 'static> Link for M {
    fn run(&self, x: &Tensor) -> Result<Tensor> {
        self.call((x,))
    }

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
        let step = |x: Tensor, Named { name, layer }: &Named<Box<dyn Link>>| {
            (**layer).run(&x).map_err(|error| error.context(name))
        };
        self.layers.iter().try_fold(x.clone(), step)
    }
}

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

/// The layers of a [`Sequential`] before they are built; one may stand among the layers of another.
#[derive(Clone, Default)]
pub struct SequentialConfig {
    entries: Vec<(Option<String>, Box<dyn Entry>)>,
    inputs: Vec<Vec<usize>>,
}

/// Settings of a layer of any type.
trait Entry: Send + Sync {
    fn trace(&self, t: &mut Tracer<'_>, inputs: &Args) -> Value;
    fn build(&self, at: &mut Build<'_, '_>) -> Result<Box<dyn Link>>;
    fn settings(&self) -> Option<&dyn Any>;
    fn copy(&self) -> Box<dyn Entry>;
}

impl Clone for Box<dyn Entry> {
    fn clone(&self) -> Self {
        (**self).copy()
    }
}

impl<C> Entry for C
where
    C: Config + 'static,
    C::Layer: Forward + Clone + 'static,
{
    fn trace(&self, t: &mut Tracer<'_>, inputs: &Args) -> Value {
        let args = self.args(t);
        <C::Layer as crate::module::Layer>::trace(t, &args, inputs)
    }

    fn build(&self, at: &mut Build<'_, '_>) -> Result<Box<dyn Link>> {
        Ok(Box::new(<C::Layer as crate::module::Layer>::build(at)?))
    }

    fn settings(&self) -> Option<&dyn Any> {
        self.as_any()
    }

    fn copy(&self) -> Box<dyn Entry> {
        Box::new(self.clone())
    }
}

/// A block within a block.
#[derive(Clone)]
struct Block(SequentialConfig);

impl Entry for Block {
    fn trace(&self, t: &mut Tracer<'_>, inputs: &Args) -> Value {
        self.0.trace(t, inputs)
    }

    fn build(&self, at: &mut Build<'_, '_>) -> Result<Box<dyn Link>> {
        Ok(Box::new(self.0.build(at)?))
    }

    fn settings(&self) -> Option<&dyn Any> {
        None
    }

    fn copy(&self) -> Box<dyn Entry> {
        Box::new(self.clone())
    }
}

impl SequentialConfig {
    /// Declares a layer under a name.
    #[must_use]
    pub fn add<C>(self, name: impl Into<String>, config: C) -> Self
    where
        C: Config + 'static,
        C::Layer: Forward + Clone + 'static,
    {
        self.with(Some(name.into()), Box::new(config))
    }

    /// Declares a layer that is named by its number.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let sizes = [512, 512, 10];
    /// let net = sizes.iter().fold(Sequential::config().push(Flatten::config()), |net, &size| {
    ///     net.push(Linear::config(size)).push(ReLU::config())
    /// });
    /// let net = net.input([64, 28, 28]).init(&Device::Cpu)?;
    /// assert_eq!(net.num_parameters(), 669_706);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn push<C>(self, config: C) -> Self
    where
        C: Config + 'static,
        C::Layer: Forward + Clone + 'static,
    {
        self.with(None, Box::new(config))
    }

    /// Declares a block within this one.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let block = Sequential::config().push(Linear::config(4)).push(ReLU::config());
    /// let net = Sequential::config().add_block("stack", block).input([1, 3]).init(&Device::Cpu)?;
    /// assert_eq!(net.state_dict().names().collect::<Vec<_>>(), ["stack.0.weight", "stack.0.bias"]);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn add_block(self, name: impl Into<String>, block: SequentialConfig) -> Self {
        self.with(Some(name.into()), Box::new(Block(block)))
    }

    fn with(mut self, name: Option<String>, layer: Box<dyn Entry>) -> Self {
        self.entries.push((name, layer));
        self
    }

    /// States the shape of the input, from which the layers infer their sizes.
    #[must_use]
    pub fn input(mut self, shape: impl Into<Vec<usize>>) -> Self {
        self.inputs = vec![shape.into()];
        self
    }

    /// Checks all shapes and builds the layers, drawing from the global generator.
    ///
    /// # Errors
    /// If a layer doesn't fit what comes before it, or two have one name, or the input's shape was not stated.
    pub fn init(&self, device: &Device) -> Result<Sequential> {
        self.init_from(Source::initial(device)?)
    }

    /// Like [`init`](Self::init), with a generator of its own: the same seed gives the same weights.
    ///
    /// # Errors
    /// Those of [`init`](Self::init).
    pub fn init_seeded(&self, device: &Device, seed: u64) -> Result<Sequential> {
        self.init_from(Source::seeded(device, seed))
    }

    /// Like [`init`](Self::init), with stored values.
    ///
    /// # Errors
    /// Those of [`init`](Self::init), and if a value is missing or of another shape.
    pub fn load(&self, vb: candle_nn::VarBuilder<'_>) -> Result<Sequential> {
        self.init_from(Source::stored(vb))
    }

    fn init_from(&self, source: Source<'_>) -> Result<Sequential> {
        let plan = self.plan()?;
        Build::traced(&plan, source, |at| self.build(at))
    }

    /// Runs the layers' rules.
    ///
    /// # Errors
    /// Those of [`init`](Self::init).
    pub fn plan(&self) -> Result<Plan> {
        if self.inputs.is_empty() {
            let message =
                "Sequential must know the shape of its input\nhelp: state it: `.input([1, 784])`";
            return Err(Error::shape("", message));
        }
        Plan::run("Sequential", &self.inputs, |t, inputs| {
            self.trace(t, inputs);
        })
    }

    fn trace(&self, t: &mut Tracer<'_>, inputs: &Args) -> Value {
        t.describe("Sequential", None, inputs);
        let mut x = inputs.value(0);
        for (k, (name, layer)) in self.entries.iter().enumerate() {
            let entered = match name {
                Some(name) => t.enter(field(k), interned(name), None, false),
                None => t.enter(field(k), "", Some(k as i64), false),
            };
            if !entered {
                return Value::Any;
            }
            let mut inputs = Args::for_method(hash("forward"));
            inputs.positional(x);
            x = layer.trace(t, &inputs);
            t.leave();
        }
        x
    }

    fn build(&self, at: &mut Build<'_, '_>) -> Result<Sequential> {
        let mut built = Sequential::new();
        for (k, (name, layer)) in self.entries.iter().enumerate() {
            let name = name.clone().unwrap_or_else(|| k.to_string());
            check_name(&name, built.layers.iter().map(|layer| &layer.name))?;
            let layer = layer.build(&mut at.at(field(k), &name, layer.settings())?)?;
            built.layers.push(Named { name, layer });
        }
        Ok(built)
    }
}

impl fmt::Debug for SequentialConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.entries.iter().map(|(name, _)| name).collect();
        f.debug_struct("SequentialConfig")
            .field("names", &names)
            .field("inputs", &self.inputs)
            .finish()
    }
}

fn check_name<'a>(name: &str, mut others: impl Iterator<Item = &'a String>) -> Result<()> {
    if name.is_empty() || name.contains('.') || others.any(|other| other == name) {
        let expected = "a name without dots that no other layer has";
        return Err(Error::argument("Sequential", "name", name, expected));
    }
    Ok(())
}

fn field(k: usize) -> u64 {
    hash(&format!("layer{k}"))
}

/// The name for the rest of the program's life, as the trace wants it: kept once, however often it is used.
fn interned(name: &str) -> &'static str {
    static NAMES: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    let names = names.get_or_insert_with(HashSet::new);
    if let Some(known) = names.get(name) {
        return known;
    }
    let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.insert(kept);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::ModuleExt;
    use crate::nn::{BatchNorm1d, Linear, ReLU};
    use crate::testing::randn;
    use crate::{sequential, DType};

    fn assembled() -> SequentialConfig {
        Sequential::config()
            .add("hidden", Linear::config(4))
            .push(BatchNorm1d::config())
            .push(ReLU::config())
            .add("output", Linear::config(2))
            .input([2, 3])
    }

    #[test]
    fn the_same_seed_gives_the_same_network_as_the_literal() -> Result<()> {
        let literal = sequential! { <[B, 3] -> [B, 2]>
            hidden: Linear(4), BatchNorm1d, ReLU, output: Linear(2),
        };
        let literal = literal.init_seeded(&Device::Cpu, 7)?;
        let net = assembled().init_seeded(&Device::Cpu, 7)?;
        assert_eq!(net.to_string(), format_module(&literal));
        let x = randn([5, 3])?.to_dtype(DType::F32)?;
        let (a, b) = (net.forward(&x)?, literal.forward(&x)?);
        assert_eq!(a.to_vec::<f32>()?, b.to_vec::<f32>()?);
        let names = |state: crate::module::StateDict| -> Vec<String> {
            state.names().map(str::to_owned).collect()
        };
        assert_eq!(names(net.state_dict()), names(literal.state_dict()));
        Ok(())
    }

    #[test]
    fn a_copy_is_deep() -> Result<()> {
        let net = assembled().init(&Device::Cpu)?;
        let copy = net.clone();
        let weight = net.get_parameter("output.weight")?;
        weight.set(weight.zeros_like()?)?;
        let sum = copy.get_parameter("output.weight")?.square()?.sum(())?;
        assert!(sum.item()? > 0.);
        Ok(())
    }

    #[test]
    fn errors_name_the_layer() -> Result<()> {
        let text = |config: SequentialConfig| config.init(&Device::Cpu).unwrap_err().to_string();
        let wrong = assembled().add("third", Linear::config(2).in_features(3));
        let expected = "`third`: Linear expects 3 input features, but its input has shape [2, 2]";
        assert_eq!(text(wrong), expected);
        assert!(text(Sequential::config()).contains(".input("));
        assert!(text(assembled().add("hidden", ReLU::config())).contains("no other layer has"));
        let x = randn([5, 4])?.to_dtype(DType::F32)?;
        let error = assembled().init(&Device::Cpu)?.forward(&x).unwrap_err();
        assert!(error.to_string().starts_with("hidden: linear"), "{error}");
        Ok(())
    }
}
