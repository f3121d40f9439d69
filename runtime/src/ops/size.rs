//! `dim`, `shape`, `rank`, `elem_count`: sizes as numbers.

use crate::ops::rule::{checked, receiver, Axis};
use crate::trace::{Args, Dim, Tracer, Value, MAX_RANK};

/// `x.dim(i)`: a dimension as a number.
pub(super) const fn trace_dim(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    match checked!(t.axis("dim", &x, args.value(1))) {
        Axis::At(at) => Value::Dim(x.dims[at]),
        Axis::Unknown => Value::Dim(Dim::Unknown),
    }
}

/// `x.shape()`: all dimensions.
pub(super) const fn trace_shape(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    if !x.ranked {
        return Value::Opaque;
    }
    if x.rank == 0 {
        return Value::Unit;
    }
    let mut sizes = [Value::Any; MAX_RANK];
    let mut i = 0;
    while i < x.rank {
        sizes[i] = Value::Dim(x.dims[i]);
        i += 1;
    }
    t.list(sizes.split_at(i).0)
}

/// `x.rank()`: the number of dimensions.
pub(super) const fn trace_rank(_: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    if x.ranked {
        Value::int(x.rank as i64)
    } else {
        Value::Dim(Dim::Unknown)
    }
}

/// `x.elem_count()`: the number of elements.
pub(super) const fn trace_elem_count(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    Value::Dim(t.elements(&x))
}
