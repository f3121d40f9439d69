//! The shape rules of `softmax` and `log_softmax`.

use crate::ops::rule::{bound, checked, receiver};
use crate::trace::{Args, Param, Takes, Tracer, Value};

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
        if !self.expect_floats(op, &x) {
            return Value::Any;
        }
        checked!(self.axis_or_one(op, &x, b.value(0)));
        self.called(op, args, Value::Tensor(x.of_kind(x.kind)))
    }
}
