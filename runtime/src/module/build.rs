//! Construction: a layer reads its arguments and input sizes from the plan and makes its parameters.

use super::{Config, Layer, Plan, PlanNode, PlanValue, Size};
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
        Source {
            device,
            dtype,
            generator: Generator::new(0),
            stored: Some(vb),
        }
    }
}

/// The place in a network where a layer is being built.
pub struct Build<'a, 'v> {
    plan: &'a Plan,
    node: usize,
    source: &'a mut Source<'v>,
    config: Option<&'a dyn std::any::Any>,
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

    /// Builds the element of `field`, if `forward` reaches it.
    ///
    /// # Errors
    /// As the layer's own.
    pub fn optional<L: Layer>(&mut self, field: u64) -> Result<Option<L>> {
        let node = self.plan.children(self.node, field).next();
        node.map(|n| self.build_node(n)).transpose()
    }

    /// Builds all elements of `field`, in order.
    ///
    /// # Errors
    /// As the layers' own.
    pub fn list<L: Layer>(&mut self, field: u64) -> Result<Vec<L>> {
        let nodes: Vec<usize> = self.plan.children(self.node, field).collect();
        nodes.into_iter().map(|n| self.build_node(n)).collect()
    }

    /// For the children of the fields with these hashes, in the order of the trace: the position of the field.
    pub fn order(&self, fields: &[u64]) -> Vec<u16> {
        let of = |n: &PlanNode| {
            let own = n.parent == Some(self.node) && n.kind == crate::trace::RecordKind::Component;
            own.then(|| fields.iter().position(|f| *f == n.field))
                .flatten()
        };
        self.plan
            .nodes
            .iter()
            .filter_map(of)
            .map(|i| i as u16)
            .collect()
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
        })
    }

    /// The error for a setting that only the root's own configuration can give.
    pub fn unknown_setting(&self, name: &str) -> Error {
        Error::shape(
            self.join(name),
            "a setting of this type can't be passed to a nested model\nhelp: give it a default",
        )
    }

    /// The names under which the elements of `field` are registered.
    pub fn names(&self, field: u64) -> Vec<String> {
        self.plan
            .children(self.node, field)
            .map(|n| self.plan.nodes[n].name.clone())
            .collect()
    }

    fn build_node<L: Layer>(&mut self, node: usize) -> Result<L> {
        L::build(&mut Build {
            plan: self.plan,
            node,
            source: self.source,
            config: None,
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
        let node = self
            .plan
            .nodes
            .iter()
            .find(|n| n.parent == Some(self.node) && n.name == name);
        let dims = node.and_then(|n| n.output.dims.as_ref());
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

    fn value(&mut self, name: &str, shape: &[usize], init: &Init) -> Result<Tensor> {
        if let Some(vb) = &self.source.stored {
            let full = self.join(name);
            return Ok(Tensor::from(vb.get(shape, &full)?));
        }
        init.tensor(
            shape,
            self.source.dtype,
            &self.source.device,
            &mut self.source.generator,
        )
    }

    /// A new parameter of this layer.
    ///
    /// # Errors
    /// If the stored values lack it or have another shape.
    pub fn param(&mut self, name: &str, shape: &[usize], init: &Init) -> Result<Param> {
        let value = self.value(name, shape, init)?;
        let param = Param::new(value)?;
        param.set_name(self.join(name));
        Ok(param)
    }

    /// A new buffer of this layer that counts, from 0. Stored values may lack it, as files older than PyTorch 0.4.1 do.
    ///
    /// # Errors
    /// If the stored value has another shape.
    pub fn counter(&mut self, name: &str) -> Result<Buffer> {
        let full = self.join(name);
        let value = match &self.source.stored {
            Some(vb) if vb.contains_tensor(&full) => {
                let hints = candle_nn::Init::Const(0.);
                Tensor::from(vb.get_with_hints_dtype((), &full, hints, DType::I64)?)
            }
            _ => Tensor::zeros((), DType::I64, &self.source.device)?,
        };
        let buffer = Buffer::new(value)?;
        buffer.set_name(full);
        Ok(buffer)
    }

    /// Whether values are stored ones, so that nothing may be changed in them.
    pub fn is_stored(&self) -> bool {
        self.source.stored.is_some()
    }

    /// A new buffer of this layer.
    ///
    /// # Errors
    /// If the stored values lack it or have another shape.
    pub fn buffer(&mut self, name: &str, shape: &[usize], init: &Init) -> Result<Buffer> {
        let value = self.value(name, shape, init)?;
        let buffer = Buffer::new(value)?;
        buffer.set_name(self.join(name));
        Ok(buffer)
    }
}
