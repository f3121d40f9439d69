//! The layers of a `Sequential` before they are built.

use std::any::Any;
use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::{check_name, Link, Named, Sequential};
use crate::module::{Build, Config, Forward, Plan, Source};
use crate::trace::{hash, Args, Tracer, Value};
use crate::{Device, Error, Result};

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

    /// Like [`init`](Self::init), from Candle's variables or stored values: see
    /// [`Config::build_from`](crate::module::Config::build_from).
    ///
    /// # Errors
    /// Those of [`init`](Self::init), and if a value is missing or of another shape.
    pub fn build_from(&self, vb: candle_nn::VarBuilder<'_>) -> Result<Sequential> {
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
