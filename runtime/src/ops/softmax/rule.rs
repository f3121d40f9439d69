//! The shape rules of `softmax` and `log_softmax`.

use crate::ops::rule::{bound, receiver};
use crate::trace::{Args, Param, Takes, TensorValue, Tracer, Value};

const DIM: &[Param] = &[Param::required("dim", Takes::Int)];

/// `x.softmax(-1)`
pub(crate) const fn trace_softmax(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.along("softmax", args)
}

/// `x.log_softmax(-1)`
pub(crate) const fn trace_log_softmax(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.along("log_softmax", args)
}

impl Tracer<'_> {
    /// A function of floats along one dimension that keeps the shape.
    const fn along(&mut self, op: &'static str, args: &Args) -> Value {
        let x = receiver!(args);
        let b = bound!(self, op, DIM, args);
        if !self.check_along(op, &x, b.value(0)) {
            return Value::Any;
        }
        self.called(op, args, Value::Tensor(x.of_kind(x.kind)))
    }

    /// Checks that `x` is of floats and has the dimension. `what` is the operation or layer that an error names.
    pub(crate) const fn check_along(
        &mut self,
        what: &'static str,
        x: &TensorValue,
        dim: Value,
    ) -> bool {
        if !self.expect_floats(what, x) {
            return false;
        }
        self.axis_or_one(what, x, dim).is_some()
    }
}
