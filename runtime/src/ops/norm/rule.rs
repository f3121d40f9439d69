//! The shape rules of `batch_norm` and `layer_norm`.

use crate::ops::keeps::{elements, Gradients, Keeps};
use crate::ops::rule::{bound, checked, receiver, SizeList};
use crate::trace::{Args, Param, Takes, TensorValue, Text, Tracer, Value};

const BATCH_NORM_ARGS: &[Param] = &[
    Param::required("running_mean", Takes::Any),
    Param::required("running_var", Takes::Any),
    Param::leading("weight", Takes::Any, Value::Unit),
    Param::leading("bias", Takes::Any, Value::Unit),
    Param::optional("training", Takes::Bool, Value::flag(false)),
    Param::optional("momentum", Takes::Float, Value::Num(0.1)),
    Param::optional("eps", Takes::Float, Value::Num(1e-5)),
];

const LAYER_NORM_ARGS: &[Param] = &[
    Param::required("normalized_shape", Takes::Any),
    Param::leading("weight", Takes::Any, Value::Unit),
    Param::leading("bias", Takes::Any, Value::Unit),
    Param::optional("eps", Takes::Float, Value::Num(1e-5)),
];

/// In training the input, for its own gradient and the weights'.
pub(crate) const BATCH_NORM: Keeps = Keeps {
    gradients: Gradients::InPlace,
    ..Keeps::INPUT
};

/// In evaluation, and where the layer is frozen, the input for the weights' gradients alone.
pub(crate) const FROZEN_BATCH_NORM: Keeps = Keeps {
    gradients: Gradients::Own,
    ..Keeps::of(&[(0, &[1, 2, 3, 4])])
};

/// The input, and two numbers of each row.
pub(crate) const LAYER_NORM: Keeps = Keeps {
    beside: |call, float| {
        let row = call.params.first().map_or(1, |weight| elements(weight));
        2 * float * call.result() / row.max(1)
    },
    ..Keeps::INPUT
};

/// `x.batch_norm(mean, var, weight, bias)`: `[N, C, …]` with statistics and weights `[C]`.
pub(crate) const fn trace_batch_norm(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "batch_norm", BATCH_NORM_ARGS, args);
    let fits = t.check_batch_norm("batch_norm", &x, 2, 5, "[N, C], [N, C, L] or [N, C, H, W]");
    if !fits {
        return Value::Any;
    }
    let mut i = 0;
    while x.ranked && i < 4 {
        if let Some(given) = t.optional(b.value(i)) {
            let name = BATCH_NORM_ARGS[i].name;
            if !t.expect_shape("batch_norm", name, &given, &[x.dims[1]]) {
                return Value::Any;
            }
        }
        i += 1;
    }
    t.called("batch_norm", args, Value::Tensor(x.of_kind(x.kind)))
}

/// `x.layer_norm([d], weight, bias)`: `[…, d]` with weights `[d]`.
pub(crate) const fn trace_layer_norm(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "layer_norm", LAYER_NORM_ARGS, args);
    let shape = checked!(t.sizes("layer_norm", b.value(0)));
    if !t.check_layer_norm("layer_norm", &x, &shape) {
        return Value::Any;
    }
    let mut i = 1;
    while shape.known && i < 3 {
        if let Some(given) = t.optional(b.value(i)) {
            let (dims, _) = shape.dims.split_at(shape.len);
            if !t.expect_shape("layer_norm", LAYER_NORM_ARGS[i].name, &given, dims) {
                return Value::Any;
            }
        }
        i += 1;
    }
    t.called("layer_norm", args, Value::Tensor(x.of_kind(x.kind)))
}

impl Tracer<'_> {
    /// Checks that `x` is of floats and has from `least` to `most` dimensions, which `wanted` describes.
    pub(crate) const fn check_batch_norm(
        &mut self,
        what: &'static str,
        x: &TensorValue,
        least: usize,
        most: usize,
        wanted: &'static str,
    ) -> bool {
        if !self.expect_floats(what, x) {
            return false;
        }
        if !x.ranked || (x.rank >= least && x.rank <= most) {
            return true;
        }
        let mut m = Text::new();
        m.push(what);
        m.push(" expects an input ");
        m.push(wanted);
        m.push(", but got ");
        self.write_shape(x, &mut m);
        self.error(&m);
        false
    }

    /// Checks that `x` is of floats and ends in the given sizes.
    pub(crate) const fn check_layer_norm(
        &mut self,
        what: &'static str,
        x: &TensorValue,
        shape: &SizeList,
    ) -> bool {
        if !self.expect_floats(what, x) {
            return false;
        }
        let mut fits = !shape.known || shape.len > 0;
        if x.ranked && shape.known {
            fits = fits && shape.len <= x.rank;
            let mut i = 0;
            while fits && i < shape.len {
                fits = !self.differ(x.dims[x.rank - shape.len + i], shape.dims[i]);
                i += 1;
            }
        }
        if fits {
            return true;
        }
        let mut m = Text::new();
        m.push(what);
        m.push(" normalises the last dimensions ");
        self.write_sizes(shape, &mut m);
        m.push(", but its input has shape ");
        self.write_shape(x, &mut m);
        self.error(&m);
        false
    }
}
