//! `dim`: the size of one dimension.

use crate::trace::{Args, Text, Tracer, Value};

/// `x.dim(i)`: a dimension as a number.
pub(super) const fn trace_dim(t: &mut Tracer<'_>, args: &Args) -> Value {
    let Value::Tensor(x) = args.value(0) else {
        return Value::Any;
    };
    let Some(dim) = t.known_i64(args.value(1)) else {
        return Value::Opaque;
    };
    if !x.ranked {
        return Value::Dim(crate::trace::Dim::Unknown);
    }
    match x.axis(dim) {
        Some(at) => Value::Dim(x.dims[at]),
        None => {
            let mut m = Text::new();
            m.push("dim: dimension ");
            m.push_int(dim);
            m.push(" is out of range for shape ");
            t.write_shape(&x, &mut m);
            t.fail(&m)
        }
    }
}
