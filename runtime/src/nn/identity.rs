//! `Identity`: the input as it is.

use crate::module::{Build, Forward, Module, Rule, State};
use crate::trace::{Args, Kind, Tracer, Value};
use crate::{Result, Tensor};

super::layer! {
    /// Returns its input (PyTorch: `torch.nn.Identity`): a stand-in for a layer that is left out.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let identity = Identity::config().input([2]).init(&Device::Cpu)?;
    /// let x = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
    /// assert_eq!(identity.forward(&x)?.to_vec::<f32>()?, [1., 2.]);
    /// # Ok(()) }
    /// ```
    pub struct Identity {}

    /// Settings of [`Identity`].
    pub config IdentityConfig {}
}

impl Rule<Identity> {
    /// The shape rule.
    pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        match t.layer("Identity", Identity::TABLE, args, inputs, Kind::Any) {
            Some((_, x)) => t.called("Identity", inputs, Value::Tensor(x.of_kind(x.kind))),
            None => Value::Any,
        }
    }
}

impl Identity {
    fn make(_: &mut Build<'_, '_>) -> Result<Self> {
        Ok(Identity {
            state: State::new(),
        })
    }
}

impl Module for Identity {
    fn type_name(&self) -> &'static str {
        "Identity"
    }

    super::members!();
}

impl Forward for Identity {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Ok(x.clone())
    }
}
