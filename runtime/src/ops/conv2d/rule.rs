//! The shape rule of `conv2d`.

use crate::ops::keeps::{Call, Gradients, Keeps, Order};
use crate::ops::rule::{bound, checked, pair, receiver, Window};
use crate::trace::{Args, Dim, Kind, Param, Takes, TensorValue, Text, Tracer, Truth, Value};

const CONV2D: &[Param] = &[
    Param::required("weight", Takes::Any),
    Param::leading("bias", Takes::Any, Value::Unit),
    Param::optional("stride", Takes::Pair, Value::int(1)),
    Param::optional("padding", Takes::PairOrWord, Value::int(0)),
    Param::optional("dilation", Takes::Pair, Value::int(1)),
    Param::optional("groups", Takes::Int, Value::int(1)),
];

/// Each operand for the other's gradient. The kernels work with the weight in their own order.
pub(crate) const KEEPS: Keeps = Keeps {
    order: Order::ChannelsLast,
    forward: packed,
    backward: packed,
    gradients: Gradients::Own,
    ..Keeps::EACH_OTHER
};

fn packed(call: &Call<'_>, float: usize) -> usize {
    call.operand(1) * float
}

/// `x.conv2d(&weight, bias, stride = 2)`: `[N, C, H, W]` with a weight `[out, C / groups, kh, kw]`.
pub(crate) const fn trace_conv2d(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "conv2d", CONV2D, args);
    let weight = checked!(t.operand(b.value(0)));
    if !t.check_planes("conv2d", &x, 2) {
        return Value::Any;
    }
    let mut inputs = Dim::Unknown;
    let mut out = Dim::Unknown;
    let mut kernel = [Dim::Unknown; 3];
    if weight.ranked {
        if weight.rank != 4 {
            let mut m = Text::new();
            m.push("conv2d: expected a weight [out, C / groups, kh, kw], but got ");
            t.write_shape(&weight, &mut m);
            return t.fail(&m);
        }
        out = weight.dims[0];
        inputs = t.algebra.mul(weight.dims[1], b.int(5));
        kernel = pair((weight.dims[2], weight.dims[3]));
    }
    if x.ranked && t.differ(inputs, x.dims[x.rank - 3]) {
        let mut m = Text::new();
        m.push("conv2d expects ");
        t.write_dim(inputs, &mut m);
        m.push(" input channels for a weight ");
        t.write_shape(&weight, &mut m);
        m.push(", but its input has shape ");
        t.write_shape(&x, &mut m);
        return t.fail(&m);
    }
    if let Some(bias) = t.optional(b.value(1))
        && !t.expect_shape("conv2d", "bias", &bias, &[out])
    {
        return Value::Any;
    }
    let mut window = Window::new(2, kernel);
    window.stride = pair(b.pair(t, 2));
    let padding = pair(b.pair(t, 3));
    if !t.pad_window("conv2d", &mut window, b.value(3), padding) {
        return Value::Any;
    }
    window.dilation = pair(b.pair(t, 4));
    let y = checked!(t.convolved("conv2d", &x, out, b.int(5), &window));
    t.called("conv2d", args, Value::Tensor(y))
}

impl Tracer<'_> {
    /// The shape of a convolution's result with `out` channels; counts its multiply-accumulates. `what` is the
    /// operation or layer that an error names.
    pub(crate) const fn convolved(
        &mut self,
        what: &'static str,
        x: &TensorValue,
        out: Dim,
        groups: Dim,
        window: &Window,
    ) -> Option<TensorValue> {
        let mut y = match self.slide(what, x, window) {
            Some(y) => y,
            None => return None,
        };
        if !x.ranked {
            return Some(TensorValue::unranked(Kind::Float));
        }
        let at = x.rank - window.rank - 1;
        let channels = x.dims[at];
        if !self.check_groups(what, "input channels", channels, groups)
            || !self.check_groups(what, "output channels", out, groups)
        {
            return None;
        }
        y.dims[at] = out;
        if self.measures() {
            let each = self.algebra.div(channels, groups);
            let taps = self.product(&window.kernel, 0, window.rank);
            self.count_macs(&y, &[each, taps]);
        }
        Some(y)
    }

    const fn check_groups(
        &mut self,
        what: &'static str,
        name: &'static str,
        channels: Dim,
        groups: Dim,
    ) -> bool {
        if !matches!(self.algebra.divides(groups, channels), Truth::No) {
            return true;
        }
        let mut m = Text::new();
        m.push(what);
        m.push(": ");
        self.write_dim(channels, &mut m);
        m.push(" ");
        m.push(name);
        m.push(" can't be divided into ");
        self.write_dim(groups, &mut m);
        m.push(" groups");
        self.error(&m);
        false
    }
}
