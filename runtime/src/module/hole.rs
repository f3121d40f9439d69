//! What stands where a model or its forward has errors: fits everywhere and says nothing, so that the mistake is the
//! only error.

use super::{Build, Forward, Layer, Module, TraceFn};
use crate::trace::{Args, Tracer, Value};
use crate::{Error, Result, Tensor};

/// A layer and a rule, none of which the program ever runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Hole;

/// A struct with generic parameters that `#[model]` has refused.
#[diagnostic::on_unimplemented(
    message = "a model has no generic parameters: make it a `#[config]` field",
    label = "this has no `#[model]`"
)]
pub trait Refused {}

impl Hole {
    /// Fits all arguments and inputs.
    pub const fn trace(self, _: &mut Tracer<'_>, _: &Args, _: &Args) -> Value {
        Value::Any
    }

    /// Counts nothing.
    pub const fn count(self) -> u64 {
        0
    }
}

impl Module for Hole {
    fn type_name(&self) -> &'static str {
        "Hole"
    }
}

impl Forward for Hole {
    fn forward(&self, _: &Tensor) -> Result<Tensor> {
        Err(Error::argument(
            "a model with errors",
            "layer",
            "none",
            "a layer",
        ))
    }
}

#[diagnostic::do_not_recommend]
impl Layer for Hole {
    type Rule = Hole;
    const RULE: Hole = Hole;
    const TRACE: TraceFn<Self> = Hole::trace;

    fn build(_: &mut Build<'_, '_>) -> Result<Self> {
        Ok(Hole)
    }
}
