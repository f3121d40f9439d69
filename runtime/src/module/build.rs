//! Construction: a layer reads its arguments and input sizes from the plan and makes its parameters.

use super::{Config, Handed, Layer, Plan, PlanNode, PlanValue, Size};
use crate::init::Init;
use crate::tensor::Generator;
use crate::{Buffer, DType, Device, Error, Param, Result, Tensor};

/// Where the values of new parameters come from.
pub struct Source<'v> {
    device: Device,
    dtype: DType,
    generator: Generator,
    stored: Option<candle_nn::VarBuilder<'v>>,
}

impl Source<'_> {
    /// Initial values, drawn with a seed from the global generator.
    ///
    /// # Errors
    /// None at present.
    pub fn initial(device: &Device) -> Result<Self> {
        Ok(Self::seeded(
            device,
            crate::with_generator(crate::Generator::next_u64),
        ))
    }

    /// Initial values, drawn with this seed.
    pub fn seeded(device: &Device, seed: u64) -> Self {
        Source {
            device: device.clone(),
            dtype: DType::F32,
            generator: Generator::new(seed),
            stored: None,
        }
    }
}

impl<'v> Source<'v> {
    /// Values stored under the parameters' names.
    pub fn stored(vb: candle_nn::VarBuilder<'v>) -> Self {
        let (device, dtype) = (vb.device().clone(), vb.dtype());
        // For what a map of variables lacks.
        let seed = crate::with_generator(crate::Generator::next_u64);
        Source {
            device,
            dtype,
            generator: Generator::new(seed),
            stored: Some(vb),
        }
    }

    fn initial_value(&mut self, shape: &[usize], init: &Init) -> Result<Tensor> {
        init.tensor(shape, self.dtype, &self.device, &mut self.generator)
    }
}

/// The values of a parameter or buffer that is being built.
enum Value {
    /// To be copied.
    New(Tensor),
    /// A variable of Candle's, to be shared.
    Var(candle_core::Var),
}

impl Value {
    fn of(data: candle_core::Tensor) -> Result<Self> {
        Ok(if data.is_variable() {
            Value::Var(candle_core::Var::from_tensor(&data)?)
        } else {
            Value::New(data.into())
        })
    }

    fn into_buffer(self) -> Result<Buffer> {
        match self {
            Value::New(value) => Buffer::new(value),
            Value::Var(var) => Ok(Buffer::from_var(&var)),
        }
    }
}

/// The place in a network where a layer is being built.
pub struct Build<'a, 'v> {
    pub(super) plan: &'a Plan,
    pub(super) node: usize,
    pub(super) source: &'a mut Source<'v>,
    pub(super) config: Option<&'a dyn std::any::Any>,
    /// Makes the further arguments of the layers of a field, by their index.
    pub(super) hand: Option<&'a dyn Fn(usize) -> Vec<Handed>>,
    /// The further arguments of this layer.
    pub(super) handed: Vec<Handed>,
}

impl<'v> Build<'_, 'v> {
    /// Traces and builds a whole network.
    pub(crate) fn root<C: Config>(
        config: &C,
        inputs: &[Vec<usize>],
        mut source: Source<'v>,
    ) -> Result<C::Layer> {
        let plan = Plan::trace(config, inputs)?;
        let mut at = Build {
            plan: &plan,
            node: 0,
            source: &mut source,
            config: config.as_any(),
            hand: None,
            handed: Vec::new(),
        };
        C::Layer::build(&mut at)
    }

    /// Builds a network that has been traced.
    pub(crate) fn traced<T>(
        plan: &Plan,
        mut source: Source<'v>,
        build: impl FnOnce(&mut Build<'_, 'v>) -> Result<T>,
    ) -> Result<T> {
        build(&mut Build {
            plan,
            node: 0,
            source: &mut source,
            config: None,
            hand: None,
            handed: Vec::new(),
        })
    }

    /// The place of the layer that the trace recorded for `field`, with its configuration.
    pub(crate) fn at<'b>(
        &'b mut self,
        field: u64,
        name: &str,
        config: Option<&'b dyn std::any::Any>,
    ) -> Result<Build<'b, 'v>> {
        let mut at = self.inside(field, name)?;
        at.config = config;
        Ok(at)
    }

    /// Builds the only element of `field`.
    ///
    /// # Errors
    /// If `forward` never reaches the field, so that its input size isn't known; or as the layer's own.
    pub fn one<L: Layer>(&mut self, field: u64, name: &str) -> Result<L> {
        match self.optional(field)? {
            Some(layer) => Ok(layer),
            None => Err(Error::shape(
                self.join(name),
                format!(
                    "no `forward` with a known input calls this layer, so its input size is not known\n\
                     help: call it, make it an `Option<{}>`, or state the input: `config(…).input([…])`",
                    super::short_type_name::<L>()
                ),
            )),
        }
    }

    /// Builds layers in a row of fields, between whose names are spaces.
    ///
    /// # Errors
    /// As [`Build::one`].
    pub fn row<R: super::Row>(&mut self, names: &str) -> Result<R> {
        R::build_row(self, &mut names.split(' '))
    }

    /// Builds the element of `field`, if `forward` reaches it.
    ///
    /// # Errors
    /// As the layer's own.
    pub fn optional<L: Layer>(&mut self, field: u64) -> Result<Option<L>> {
        let node = self.plan.children(self.node, field).next();
        node.map(|n| self.build_node(n, 0)).transpose()
    }

    /// Builds all elements of `field`, in order.
    ///
    /// # Errors
    /// As the layers' own.
    pub fn list<L: Layer>(&mut self, field: u64) -> Result<Vec<L>> {
        let nodes: Vec<usize> = self.plan.children(self.node, field).collect();
        let nodes = nodes.into_iter().enumerate();
        nodes.map(|(i, n)| self.build_node(n, i)).collect()
    }

    /// For the children of the fields with these hashes, in the order of the trace: the position of the field.
    pub fn order(&self, fields: &[u64]) -> Vec<u16> {
        let of = |(_, n): (usize, &PlanNode)| {
            let component = n.kind == crate::trace::RecordKind::Component;
            let at = fields.iter().position(|f| *f == n.field);
            at.filter(|_| component).map(|i| i as u16)
        };
        self.plan.members(self.node).filter_map(of).collect()
    }

    /// Builds a group of layers or parameters that is a path segment of its own.
    ///
    /// # Errors
    /// As its members.
    pub fn group<G: super::BuildGroup>(&mut self, field: u64, name: &str) -> Result<G> {
        G::build_group(&mut self.inside(field, name)?)
    }

    /// The place of a group within this layer.
    pub(super) fn inside(&mut self, field: u64, name: &str) -> Result<Build<'_, 'v>> {
        let node = self.plan.children(self.node, field).next();
        let Some(node) = node else {
            return Err(Error::shape(
                self.join(name),
                "no `forward` with a known input uses this group",
            ));
        };
        Ok(Build {
            plan: self.plan,
            node,
            source: self.source,
            config: None,
            hand: None,
            handed: Vec::new(),
        })
    }

    /// The error for a setting that only the root's own configuration can give.
    pub fn unknown_setting(&self, name: &str) -> Error {
        Error::shape(
            self.join(name),
            "the value of this setting doesn't reach a nested model\nhelp: give it a default, or pass a `#[config]` field on",
        )
    }

    /// The names under which the elements of `field` are registered.
    pub fn names(&self, field: u64) -> Vec<String> {
        self.plan
            .children(self.node, field)
            .map(|n| self.plan.nodes[n].name.clone())
            .collect()
    }

    fn build_node<L: Layer>(&mut self, node: usize, index: usize) -> Result<L> {
        let handed = self.hand.map(|hand| hand(index)).unwrap_or_default();
        L::build(&mut Build {
            plan: self.plan,
            node,
            source: self.source,
            config: None,
            hand: None,
            handed,
        })
    }

    pub(super) fn here(&self) -> &PlanNode {
        &self.plan.nodes[self.node]
    }

    /// Dotted path of the layer being built.
    pub fn path(&self) -> String {
        self.plan.path(self.node)
    }

    fn join(&self, name: &str) -> String {
        let path = self.path();
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    }

    /// The device on which the network is built.
    pub fn device(&self) -> &Device {
        &self.source.device
    }

    /// A setting of a type that the trace doesn't know: the root's own configuration.
    pub fn config<C: 'static>(&self) -> Option<&C> {
        self.config.and_then(|c| c.downcast_ref())
    }

    /// Size of dimension `dim` (from the end, if negative) of the layer's first input.
    ///
    /// # Errors
    /// If the trace with this configuration left it open.
    pub fn input_size(&self, dim: i64) -> Result<usize> {
        let open = |what: String| {
            Error::shape(
                self.path(),
                format!("{} must know its input size, but {what}\nhelp: state the input: `config(…).input([…])`", self.here().type_name),
            )
        };
        let Some(PlanValue::Tensor(x)) = self.here().inputs.first() else {
            return Err(open("it has no tensor input".into()));
        };
        let Some(dims) = &x.dims else {
            return Err(open("not even the rank of its input is known".into()));
        };
        let at = if dim < 0 {
            dim + dims.len() as i64
        } else {
            dim
        };
        match usize::try_from(at).ok().and_then(|at| dims.get(at)) {
            Some(Size::Known(n)) => Ok(*n),
            Some(Size::Free(s)) => Err(open(format!("dimension {dim} of its input is `{s}`"))),
            None => Err(open(format!("its input has no dimension {dim}"))),
        }
    }

    /// Shape of the registered parameter or buffer `name`, as the trace found it.
    ///
    /// # Errors
    /// If it isn't known.
    pub fn shape_of(&self, name: &str) -> Result<Vec<usize>> {
        let node = self.plan.members(self.node).find(|(_, n)| n.name == name);
        let dims = node.and_then(|(_, n)| n.output.dims.as_ref());
        let known = |s: &Size| match s {
            Size::Known(n) => Some(*n),
            Size::Free(_) => None,
        };
        dims.and_then(|d| d.iter().map(known).collect())
            .ok_or_else(|| {
                Error::shape(
                    self.join(name),
                    "the shape of this parameter is not known at construction\nhelp: state the input's shape, as `config().input([…])`",
                )
            })
    }

    // ---- tensors ----------------------------------------------------------------------------------------

    fn value(&mut self, name: &str, shape: &[usize], init: &Init) -> Result<Value> {
        let full = self.join(name);
        let Some(vb) = &self.source.stored else {
            return Ok(Value::New(self.source.initial_value(shape, init)?));
        };
        let fresh = !vb.contains_tensor(&full);
        // Of the sources of a builder, only a map of variables gives what it doesn't have.
        let value = Value::of(vb.get(shape, &full)?)?;
        if let (Value::Var(var), true) = (&value, fresh) {
            let initial = self.source.initial_value(shape, init)?;
            var.set(&initial.as_candle().to_dtype(var.dtype())?)?;
        }
        Ok(value)
    }

    /// A new parameter of this layer.
    ///
    /// # Errors
    /// If the stored values lack it or have another shape.
    pub fn param(&mut self, name: &str, shape: &[usize], init: &Init) -> Result<Param> {
        let param = match self.value(name, shape, init)? {
            Value::New(value) => Param::new(value)?,
            Value::Var(var) => Param::from_var(&var)?,
        };
        param.set_name(self.join(name));
        Ok(param)
    }

    /// A new buffer of this layer that counts, from 0. Stored values may lack it, as files older than PyTorch 0.4.1 do.
    ///
    /// # Errors
    /// If the stored value has another shape.
    pub fn counter(&mut self, name: &str) -> Result<Buffer> {
        let full = self.join(name);
        let hints = candle_nn::Init::Const(0.);
        let found = self.source.stored.as_ref().map(|vb| {
            let value = vb.get_with_hints_dtype((), &full, hints, DType::I64);
            (value, vb.contains_tensor(&full))
        });
        let value = match found {
            Some((Ok(data), _)) => Value::of(data)?,
            Some((Err(error), true)) => return Err(error.into()),
            _ => Value::New(Tensor::zeros((), DType::I64, &self.source.device)?),
        };
        let buffer = value.into_buffer()?;
        buffer.set_name(full);
        Ok(buffer)
    }

    /// Whether there is a stored value for this name, which is then taken as it is.
    pub fn is_stored(&self, name: &str) -> bool {
        let stored = self.source.stored.as_ref();
        stored.is_some_and(|vb| vb.contains_tensor(&self.join(name)))
    }

    /// A new buffer of this layer that state dicts leave out: it has its initial values whatever is stored.
    ///
    /// # Errors
    /// If the device can't hold it.
    pub fn unsaved_buffer(&mut self, name: &str, shape: &[usize], init: &Init) -> Result<Buffer> {
        let buffer = Buffer::new(self.source.initial_value(shape, init)?)?;
        buffer.set_name(self.join(name));
        Ok(buffer.persistent(false))
    }

    /// A new buffer of this layer.
    ///
    /// # Errors
    /// If the stored values lack it or have another shape.
    pub fn buffer(&mut self, name: &str, shape: &[usize], init: &Init) -> Result<Buffer> {
        let buffer = self.value(name, shape, init)?.into_buffer()?;
        buffer.set_name(self.join(name));
        Ok(buffer)
    }
}
