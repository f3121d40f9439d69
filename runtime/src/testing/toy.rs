//! Modules put together by hand, where real layers would be beside the point.

use crate::module::{Module, State, Visitor, VisitorMut};
use crate::{Buffer, DType, Device, Param, Result, Tensor};

/// A module of any type name and members, in the order they were added.
#[derive(Clone, Debug, Default)]
pub struct Toy {
    type_name: &'static str,
    extra: String,
    params: Vec<(String, Param)>,
    buffers: Vec<(String, Buffer)>,
    children: Vec<(String, Toy)>,
    state: State,
}

impl Toy {
    /// Without members.
    pub fn new(type_name: &'static str) -> Self {
        Toy {
            type_name,
            ..Toy::default()
        }
    }

    /// With what stands between the parentheses.
    #[must_use]
    pub fn extra(mut self, extra: impl Into<String>) -> Self {
        self.extra = extra.into();
        self
    }

    /// With a parameter of random values.
    pub fn param(self, name: &str, shape: &[usize]) -> Result<Self> {
        let param = Param::new(Tensor::rand(shape, DType::F32, &Device::Cpu)?)?;
        Ok(self.with_param(name, param))
    }

    /// With this parameter.
    #[must_use]
    pub fn with_param(mut self, name: &str, param: Param) -> Self {
        self.params.push((name.to_owned(), param));
        self
    }

    /// With a buffer of zeros.
    pub fn buffer(mut self, name: &str, shape: &[usize], dtype: DType) -> Result<Self> {
        let buffer = Buffer::new(Tensor::zeros(shape, dtype, &Device::Cpu)?)?;
        self.buffers.push((name.to_owned(), buffer));
        Ok(self)
    }

    /// With a submodule.
    #[must_use]
    pub fn with(mut self, name: &str, child: Toy) -> Self {
        self.children.push((name.to_owned(), child));
        self
    }

    /// `Sequential` of numbered modules.
    pub fn sequential(children: impl IntoIterator<Item = Toy>) -> Self {
        Self::numbered("Sequential", children)
    }

    /// Numbered modules.
    pub fn numbered(type_name: &'static str, children: impl IntoIterator<Item = Toy>) -> Self {
        let children = children.into_iter().enumerate();
        children.fold(Toy::new(type_name), |toy, (i, child)| {
            toy.with(&i.to_string(), child)
        })
    }

    /// `Linear`.
    pub fn linear(from: usize, to: usize) -> Result<Self> {
        let extra = format!("in_features={from}, out_features={to}, bias=True");
        let toy = Toy::new("Linear").extra(extra);
        toy.param("weight", &[to, from])?.param("bias", &[to])
    }

    /// `BatchNorm2d`.
    pub fn batch_norm(features: usize) -> Result<Self> {
        let extra =
            format!("{features}, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True");
        Toy::new("BatchNorm2d")
            .extra(extra)
            .param("weight", &[features])?
            .param("bias", &[features])?
            .buffer("running_mean", &[features], DType::F32)?
            .buffer("running_var", &[features], DType::F32)?
            .buffer("num_batches_tracked", &[], DType::I64)
    }

    /// A small image classifier of 10 classes.
    pub fn net() -> Result<Self> {
        Self::net_with_classes(10)
    }

    /// A small image classifier.
    pub fn net_with_classes(classes: usize) -> Result<Self> {
        let conv = Toy::new("Conv2d")
            .extra("1, 6, kernel_size=(3, 3), stride=(1, 1), bias=False")
            .param("weight", &[6, 1, 3, 3])?;
        let features = Toy::sequential([
            conv,
            Toy::batch_norm(5)?,
            Toy::new("ReLU"),
            Toy::new("Dropout").extra("p=0.5, inplace=False"),
        ]);
        let net = Toy::new("Net").with("features", features);
        let net = net.with("fc1", Toy::linear(16, 8)?);
        Ok(net.with("fc2", Toy::linear(8, classes)?))
    }

    /// The submodule of this name.
    pub fn child(&self, name: &str) -> &Toy {
        let found = self.children.iter().find(|(n, _)| n == name);
        found.map_or(self, |(_, child)| child)
    }

    /// Gives the input back and runs the forward hooks.
    pub fn call(&self, x: &Tensor) -> Result<Tensor> {
        self.state
            .run_hooks(std::slice::from_ref(x), std::slice::from_ref(x))?;
        Ok(x.clone())
    }
}

impl Module for Toy {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn extra_repr(&self) -> String {
        self.extra.clone()
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        // Submodules first: nothing may depend on the order of kinds.
        for (name, child) in &self.children {
            visitor.module(name, child);
        }
        for (name, buffer) in &self.buffers {
            visitor.buffer(name, buffer);
        }
        for (name, param) in &self.params {
            visitor.param(name, param);
        }
    }

    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) -> Result<()> {
        for (name, param) in &mut self.params {
            visitor.param(name, param)?;
        }
        for (name, buffer) in &mut self.buffers {
            visitor.buffer(name, buffer)?;
        }
        for (name, child) in &mut self.children {
            visitor.module(name, child)?;
        }
        Ok(())
    }

    fn state(&self) -> Option<&State> {
        Some(&self.state)
    }
}
