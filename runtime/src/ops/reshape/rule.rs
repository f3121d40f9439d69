//! The shape rules of `reshape`, `view`, `flatten`, `unflatten`.

use crate::ops::rule::{bound, checked, receiver, Axis, SizeList};
use crate::trace::{Args, Dim, Param, Takes, TensorValue, Text, Tracer, Truth, Value, MAX_RANK};

const SHAPE: &[Param] = &[Param::required("shape", Takes::Any)];

const FLATTEN: &[Param] = &[
    Param::leading("start_dim", Takes::Any, Value::int(0)),
    Param::leading("end_dim", Takes::Int, Value::int(-1)),
];

const UNFLATTEN: &[Param] = &[
    Param::required("dim", Takes::Int),
    Param::required("sizes", Takes::Any),
];

/// `x.reshape([b, t, _])`: as many elements under another shape.
pub(crate) const fn trace_reshape(t: &mut Tracer<'_>, args: &Args) -> Value {
    reshape(t, "reshape", args)
}

/// `x.view([b, t, _])`
pub(crate) const fn trace_view(t: &mut Tracer<'_>, args: &Args) -> Value {
    reshape(t, "view", args)
}

const fn reshape(t: &mut Tracer<'_>, op: &'static str, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, op, SHAPE, args);
    let sizes = checked!(t.sizes(op, b.value(0)));
    if !sizes.known {
        return t.called(op, args, Value::Tensor(TensorValue::unranked(x.kind)));
    }
    let count = t.elements(&x);
    let sizes = checked!(t.fill(op, &x, count, &sizes));
    let mut out = TensorValue::scalar(x.kind);
    out.rank = sizes.len;
    out.dims = sizes.dims;
    t.called(op, args, Value::Tensor(out))
}

/// `x.flatten(1)`: the dimensions from `start_dim` to `end_dim` as one.
pub(crate) const fn trace_flatten(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "flatten", FLATTEN, args);
    let start = if let Value::Unit = b.value(0) {
        Value::int(0)
    } else {
        b.value(0)
    };
    let out = checked!(t.flattened("flatten", &x, start, b.value(1)));
    t.called("flatten", args, Value::Tensor(out))
}

/// `x.unflatten(1, [heads, _])`: one dimension as several.
pub(crate) const fn trace_unflatten(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "unflatten", UNFLATTEN, args);
    let out = checked!(t.unflattened("unflatten", &x, b.value(0), b.value(1)));
    t.called("unflatten", args, Value::Tensor(out))
}

/// The value in a `Some`; what is looked for is `None` without it.
macro_rules! found {
    ($option:expr) => {
        match $option {
            Some(value) => value,
            None => return None,
        }
    };
}

impl Tracer<'_> {
    /// The shape of `x` with the dimensions from `start` to `end` as one. `what` is the operation or layer that an error
    /// names.
    pub(crate) const fn flattened(
        &mut self,
        what: &'static str,
        x: &TensorValue,
        start: Value,
        end: Value,
    ) -> Option<TensorValue> {
        let start = found!(self.axis_or_one(what, x, start));
        let end = found!(self.axis_or_one(what, x, end));
        let (Axis::At(start), Axis::At(end)) = (start, end) else {
            return Some(TensorValue::unranked(x.kind));
        };
        if start > end {
            let mut m = Text::new();
            m.push(what);
            m.push(": start_dim ");
            m.push_int(start as i64);
            m.push(" comes after end_dim ");
            m.push_int(end as i64);
            self.error(&m);
            return None;
        }
        if x.rank == 0 {
            return x.inserted(0, Dim::Known(1));
        }
        let mut out = x.with(start, self.product(&x.dims, start, end + 1));
        let mut i = end + 1;
        while i < x.rank {
            out.dims[start + i - end] = x.dims[i];
            i += 1;
        }
        out.rank = x.rank - (end - start);
        Some(out)
    }

    /// The shape of `x` with dimension `dim` as several. `what` is the operation or layer that an error names.
    pub(crate) const fn unflattened(
        &mut self,
        what: &'static str,
        x: &TensorValue,
        dim: Value,
        sizes: Value,
    ) -> Option<TensorValue> {
        let dim = found!(self.axis(what, x, dim));
        let sizes = found!(self.sizes(what, sizes));
        let Axis::At(dim) = dim else {
            return Some(TensorValue::unranked(x.kind));
        };
        if !sizes.known || x.rank + sizes.len > MAX_RANK + 1 {
            return Some(TensorValue::unranked(x.kind));
        }
        if sizes.len == 0 {
            let mut m = Text::new();
            m.push(what);
            m.push(": expected at least one size, but none came");
            self.error(&m);
            return None;
        }
        let sizes = found!(self.fill(what, x, x.dims[dim], &sizes));
        let mut out = TensorValue::scalar(x.kind);
        out.rank = x.rank + sizes.len - 1;
        let mut i = 0;
        while i < out.rank {
            out.dims[i] = if i < dim {
                x.dims[i]
            } else if i < dim + sizes.len {
                sizes.dims[i - dim]
            } else {
                x.dims[i + 1 - sizes.len]
            };
            i += 1;
        }
        Some(out)
    }

    /// The sizes that `count` elements of `x` are arranged in, with the inferred one filled in.
    const fn fill(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        count: Dim,
        sizes: &SizeList,
    ) -> Option<SizeList> {
        let (mut product, mut at, mut i) = (Dim::Known(1), sizes.len, 0);
        while i < sizes.len {
            if sizes.infer[i] {
                at = i;
            } else {
                product = self.algebra.mul(product, sizes.dims[i]);
            }
            i += 1;
        }
        match sizes.inferred() {
            0 => {
                if self.differ(count, product) {
                    self.refuse_sizes(op, x, count, sizes, product);
                    return None;
                }
                Some(*sizes)
            }
            1 => {
                if matches!(self.algebra.divides(product, count), Truth::No) {
                    self.refuse_sizes(op, x, count, sizes, product);
                    return None;
                }
                let mut filled = *sizes;
                filled.infer[at] = false;
                filled.dims[at] = self.algebra.div(count, product);
                // Notes that the division must leave no rest.
                let whole = self.algebra.mul(filled.dims[at], product);
                self.algebra.require_equal(whole, count);
                Some(filled)
            }
            n => {
                let mut m = Text::new();
                m.push(op);
                m.push(": one size can be inferred, but ");
                m.push_int(n as i64);
                m.push(" of ");
                self.write_sizes(sizes, &mut m);
                m.push(" are left open");
                self.error(&m);
                None
            }
        }
    }

    const fn refuse_sizes(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        count: Dim,
        sizes: &SizeList,
        product: Dim,
    ) {
        let mut m = Text::new();
        m.push(op);
        m.push(": ");
        self.write_dim(count, &mut m);
        m.push(" elements of ");
        self.write_shape(x, &mut m);
        m.push(" don't fit the sizes ");
        self.write_sizes(sizes, &mut m);
        if sizes.inferred() == 0 {
            m.push(", which make ");
        } else {
            m.push(": they are no multiple of ");
        }
        self.write_dim(product, &mut m);
        if sizes.inferred() == 0 {
            self.explain_rounding(count, product, &sizes.dims, &mut m);
        }
        self.error(&m);
    }
}
