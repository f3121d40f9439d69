//! The shape rules of `narrow`, `select`, `chunk`, `split`.

use crate::ops::rule::{bound, checked, receiver, Axis, MAX_PARTS};
use crate::trace::{as_dim, Args, Dim, Param, Takes, TensorValue, Text, Tracer, Truth, Value};

const NARROW: &[Param] = &[
    Param::required("dim", Takes::Int),
    Param::required("start", Takes::Int),
    Param::required("length", Takes::Int),
];

const SELECT: &[Param] = &[
    Param::required("dim", Takes::Int),
    Param::required("index", Takes::Int),
];

const CHUNK: &[Param] = &[
    Param::required("chunks", Takes::Int),
    Param::leading("dim", Takes::Int, Value::int(0)),
];

const SPLIT: &[Param] = &[
    Param::required("split_size", Takes::Ints),
    Param::leading("dim", Takes::Int, Value::int(0)),
];

/// `x.narrow(dim, start, length)`
pub(crate) const fn trace_narrow(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "narrow", NARROW, args);
    let Axis::At(dim) = checked!(t.axis("narrow", &x, b.value(0))) else {
        return t.called("narrow", args, Value::Tensor(unknown_dims(x)));
    };
    let (size, length) = (x.dims[dim], b.int(2));
    let start = match t.known_i64(b.value(1)) {
        Some(n) if n < 0 => t.algebra.add(size, Dim::Known(n)),
        _ => b.int(1),
    };
    let end = t.algebra.add(start, length);
    let zero = Dim::Known(0);
    let outside = t.below(size, end) || t.below(size, length);
    if outside || t.below(start, zero) || t.below(length, zero) {
        let mut m = Text::new();
        m.push("narrow: ");
        t.write_dim(length, &mut m);
        m.push(" positions from ");
        t.write_dim(b.int(1), &mut m);
        m.push(" on leave dimension ");
        m.push_int(dim as i64);
        m.push(" of ");
        t.write_shape(&x, &mut m);
        return t.fail(&m);
    }
    t.called("narrow", args, Value::Tensor(x.with(dim, length)))
}

/// `x.select(dim, index)`
pub(crate) const fn trace_select(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "select", SELECT, args);
    let Axis::At(dim) = checked!(t.axis("select", &x, b.value(0))) else {
        let mut out = unknown_dims(x);
        out.rank = x.rank.saturating_sub(1);
        return t.called("select", args, Value::Tensor(out));
    };
    let index = b.int(1);
    let behind = match t.known_i64(b.value(1)) {
        Some(n) if n < 0 => t.below(x.dims[dim], Dim::Known(n.saturating_neg())),
        _ => {
            let end = t.algebra.add(index, Dim::Known(1));
            t.below(x.dims[dim], end)
        }
    };
    if behind {
        let mut m = Text::new();
        m.push("select: index ");
        t.write_dim(index, &mut m);
        m.push(" is out of range for dimension ");
        m.push_int(dim as i64);
        m.push(" of ");
        t.write_shape(&x, &mut m);
        return t.fail(&m);
    }
    t.called("select", args, Value::Tensor(x.without(dim)))
}

/// `x.chunk(chunks, dim)`: a list of parts of one size, but for the last.
pub(crate) const fn trace_chunk(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "chunk", CHUNK, args);
    let axis = checked!(t.axis("chunk", &x, b.value(1)));
    let chunks = t.algebra.resolve(b.int(0));
    if t.below(chunks, Dim::Known(1)) {
        let mut m = Text::new();
        m.push("chunk: ");
        t.write_dim(chunks, &mut m);
        m.push(" chunks were asked for, which must be at least 1");
        return t.fail(&m);
    }
    let (Axis::At(dim), Dim::Known(n)) = (axis, chunks) else {
        return Value::Opaque;
    };
    let size = t.algebra.resolve(x.dims[dim]);
    if let Dim::Known(size) = size {
        // PyTorch gives as many empty parts as were asked for.
        let each = if size == 0 { 0 } else { (size + n - 1) / n };
        let count = if each == 0 {
            n
        } else {
            (size + each - 1) / each
        };
        return t.equal_parts(&x, dim, each, count, size);
    }
    if n as usize > MAX_PARTS {
        return Value::Opaque;
    }
    let each = {
        let sum = t.algebra.add(size, Dim::Known(n - 1));
        t.algebra.div(sum, Dim::Known(n))
    };
    let exact = matches!(t.algebra.divides(Dim::Known(n), size), Truth::Yes);
    let mut parts = [Value::Any; MAX_PARTS];
    let mut i = 0;
    while i < n as usize {
        let part = if exact || i == 0 {
            each
        } else if n == 2 {
            t.algebra.sub(size, each)
        } else {
            // There may be fewer parts than were asked for, the last of any size.
            Dim::Unknown
        };
        parts[i] = Value::Tensor(x.with(dim, part));
        i += 1;
    }
    t.list(parts.split_at(i).0)
}

/// `x.split(size, dim)` and `x.split([a, b], dim)`: a list of parts.
pub(crate) const fn trace_split(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "split", SPLIT, args);
    let axis = checked!(t.axis("split", &x, b.value(1)));
    let Axis::At(dim) = axis else {
        return Value::Opaque;
    };
    if let Value::List(_) = b.value(0) {
        return split_listed(t, &x, dim, b.value(0));
    }
    let (each, size) = (t.algebra.resolve(b.int(0)), t.algebra.resolve(x.dims[dim]));
    let empty = t.below(each, Dim::Known(1)) && t.below(Dim::Known(0), size);
    if empty || t.below(each, Dim::Known(0)) {
        let mut m = Text::new();
        m.push("split: parts of size ");
        t.write_dim(each, &mut m);
        m.push(" were asked for, which must be at least 1");
        return t.fail(&m);
    }
    match (each, size) {
        (_, Dim::Known(0)) => t.list(&[Value::Tensor(x.with(dim, Dim::Known(0)))]),
        (Dim::Known(each), Dim::Known(size)) => {
            let count = (size - 1) / each + 1;
            t.equal_parts(&x, dim, each, count, size)
        }
        _ => {
            let Dim::Known(count) = t.algebra.div(size, each) else {
                return Value::Opaque;
            };
            let whole = t.algebra.mul(each, Dim::Known(count));
            let exact = t.algebra.equal(whole, size).is_yes();
            if !exact || count < 1 || count as usize > MAX_PARTS {
                return Value::Opaque;
            }
            let parts = [Value::Tensor(x.with(dim, each)); MAX_PARTS];
            t.list(parts.split_at(count as usize).0)
        }
    }
}

const fn split_listed(t: &mut Tracer<'_>, x: &TensorValue, dim: usize, sizes: Value) -> Value {
    let Value::List(list) = sizes else {
        return Value::Opaque;
    };
    if list.len() > MAX_PARTS {
        return Value::Opaque;
    }
    let mut parts = [Value::Any; MAX_PARTS];
    let mut sum = Dim::Known(0);
    let mut negative = false;
    let mut i = 0;
    while i < list.len() {
        let part = as_dim(t.item(list, i));
        negative |= t.below(part, Dim::Known(0));
        sum = t.algebra.add(sum, part);
        parts[i] = Value::Tensor(x.with(dim, part));
        i += 1;
    }
    if negative || t.differ(sum, x.dims[dim]) {
        let mut m = Text::new();
        m.push("split: the sizes add up to ");
        t.write_dim(sum, &mut m);
        m.push(", but dimension ");
        m.push_int(dim as i64);
        m.push(" of ");
        t.write_shape(x, &mut m);
        m.push(" is ");
        t.write_dim(x.dims[dim], &mut m);
        return t.fail(&m);
    }
    t.list(parts.split_at(i).0)
}

impl Tracer<'_> {
    /// A list of `count` parts of dimension `dim`, of size `each` but for the last.
    const fn equal_parts(
        &mut self,
        x: &TensorValue,
        dim: usize,
        each: i64,
        count: i64,
        size: i64,
    ) -> Value {
        if count as usize > MAX_PARTS {
            return Value::Opaque;
        }
        let mut parts = [Value::Tensor(x.with(dim, Dim::Known(each))); MAX_PARTS];
        if count > 0 {
            let last = size - each * (count - 1);
            parts[count as usize - 1] = Value::Tensor(x.with(dim, Dim::Known(last)));
        }
        self.list(parts.split_at(count as usize).0)
    }
}

/// A tensor of the same rank of whose sizes nothing is known.
const fn unknown_dims(x: TensorValue) -> TensorValue {
    let mut out = TensorValue::unranked(x.kind);
    out.ranked = x.ranked;
    out.rank = x.rank;
    out
}
