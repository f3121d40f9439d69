//! The shape rules of the pools.

use crate::ops::keeps::Keeps;
use crate::ops::rule::{bound, checked, pair, receiver, Window};
use crate::trace::{Args, Bound, Dim, Param, Takes, TensorValue, Tracer, Value};

const MAX_POOL: &[Param] = &[
    Param::required("kernel_size", Takes::Pair),
    Param::optional("stride", Takes::Pair, Value::Unit),
    Param::optional("padding", Takes::Pair, Value::int(0)),
    Param::optional("ceil_mode", Takes::Bool, Value::flag(false)),
    Param::optional("dilation", Takes::Pair, Value::int(1)),
];

const AVG_POOL: &[Param] = &[
    Param::required("kernel_size", Takes::Pair),
    Param::optional("stride", Takes::Pair, Value::Unit),
    Param::optional("padding", Takes::Pair, Value::int(0)),
    Param::optional("ceil_mode", Takes::Bool, Value::flag(false)),
    Param::optional("count_include_pad", Takes::Bool, Value::flag(true)),
    Param::optional("divisor_override", Takes::Any, Value::Unit),
];

const ADAPTIVE: &[Param] = &[Param::required("output_size", Takes::Any)];

/// Where each maximum was, as u32.
pub(crate) const MAX: Keeps = Keeps {
    beside: |call, _| 4 * call.result(),
    ..Keeps::OWN
};

/// `x.max_pool2d(2, stride = 1)`
pub(crate) const fn trace_max_pool2d(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "max_pool2d", MAX_POOL, args);
    let mut window = sliding(t, &b);
    window.dilation = pair(b.pair(t, 4));
    let y = checked!(t.slide("max_pool2d", &x, &window));
    t.called("max_pool2d", args, Value::Tensor(y))
}

/// `x.avg_pool2d(2, stride = 1)`
pub(crate) const fn trace_avg_pool2d(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "avg_pool2d", AVG_POOL, args);
    let window = sliding(t, &b);
    let y = checked!(t.slide("avg_pool2d", &x, &window));
    t.called("avg_pool2d", args, Value::Tensor(y))
}

/// The first four rows of a pool's table.
const fn sliding(t: &mut Tracer<'_>, b: &Bound) -> Window {
    let mut window = Window::of_pair(b.pair(t, 0));
    window.stride = if let Value::Unit = b.value(1) {
        window.kernel
    } else {
        pair(b.pair(t, 1))
    };
    window.padding = pair(b.pair(t, 2));
    window.ceil_mode = b.flag(3);
    window.half_padding = true;
    window
}

/// `x.adaptive_avg_pool2d((1, 1))`
pub(crate) const fn trace_adaptive_avg_pool2d(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "adaptive_avg_pool2d", ADAPTIVE, args);
    let (height, width) = b.pair(t, 0);
    let keeps = match b.value(0) {
        Value::List(l) => [
            matches!(t.item(l, 0), Value::Infer | Value::Unit),
            matches!(t.item(l, 1), Value::Infer | Value::Unit),
        ],
        _ => [false; 2],
    };
    let y = checked!(t.adapted("adaptive_avg_pool2d", &x, 2, [height, width, height], keeps));
    t.called("adaptive_avg_pool2d", args, Value::Tensor(y))
}

impl Tracer<'_> {
    /// The shape of `x` with the last `rank` dimensions replaced by sizes, but for those that are kept.
    pub(crate) const fn adapted(
        &mut self,
        what: &'static str,
        x: &TensorValue,
        rank: usize,
        sizes: [Dim; 3],
        keeps: [bool; 2],
    ) -> Option<TensorValue> {
        if !self.check_planes(what, x, rank) {
            return None;
        }
        let mut y = x.of_kind(x.kind);
        let mut i = 0;
        while x.ranked && i < rank {
            if i >= keeps.len() || !keeps[i] {
                y.dims[x.rank - rank + i] = sizes[i];
            }
            i += 1;
        }
        Some(y)
    }
}
