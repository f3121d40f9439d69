//! Methods that change neither shape nor values as far as the trace is concerned.

use crate::trace::{Args, Kind, Tracer, Value};

/// The shape rule of `to_dtype`, whose kind of elements shows at run time.
pub(super) const fn trace_to_dtype(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = crate::ops::rule::receiver!(args);
    t.called("to_dtype", args, Value::Tensor(x.of_kind(Kind::Any)))
}

macro_rules! unchanged {
    ($($rule:ident $op:literal;)*) => {$(
        pub(super) const fn $rule(t: &mut Tracer<'_>, args: &Args) -> Value {
            t.elementwise($op, &[], args, Kind::Any)
        }
    )*};
}

unchanged! {
    trace_contiguous "contiguous";
    trace_detach "detach";
    trace_to_device "to_device";
    trace_zeros_like "zeros_like";
    trace_ones_like "ones_like";
}
