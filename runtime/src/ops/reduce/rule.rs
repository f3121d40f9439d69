//! The shape rules of the reductions.

use crate::ops::rule::{bound, checked, receiver};
use crate::trace::{Args, Bound, Kind, Param, Takes, TensorValue, Text, Tracer, Value};

const KEEPDIM: Param = Param::optional("keepdim", Takes::Bool, Value::flag(false));

const DIM: Param = Param::leading("dim", Takes::Any, Value::Unit);

const REDUCE: &[Param] = &[DIM, KEEPDIM];

const VAR: &[Param] = &[
    DIM,
    KEEPDIM,
    Param::optional("correction", Takes::Float, Value::int(1)),
    Param::optional("unbiased", Takes::Bool, Value::flag(true)),
];

const NORM: &[Param] = &[
    DIM,
    KEEPDIM,
    Param::optional("p", Takes::Float, Value::Num(2.)),
];

/// What a reduction takes and gives.
#[derive(Clone, Copy)]
enum Reduces {
    /// Floats to floats.
    Floats,
    /// Anything to its own kind; truth values are counted.
    Sum,
    /// Anything to its own kind.
    Own,
    /// Anything to the positions of elements.
    Positions,
}

macro_rules! reductions {
    ($($rule:ident $op:literal $table:ident $reduces:ident $several:literal;)*) => {$(
        pub(crate) const fn $rule(t: &mut Tracer<'_>, args: &Args) -> Value {
            t.reduction($op, $table, args, Reduces::$reduces, $several)
        }
    )*};
}

// The last column: whether it reduces several listed dimensions at once.
reductions! {
    trace_sum "sum" REDUCE Sum true;
    trace_mean "mean" REDUCE Floats true;
    trace_var "var" VAR Floats true;
    trace_std "std" VAR Floats true;
    trace_amax "amax" REDUCE Own true;
    trace_amin "amin" REDUCE Own true;
    trace_argmax "argmax" REDUCE Positions false;
    trace_argmin "argmin" REDUCE Positions false;
    trace_logsumexp "logsumexp" REDUCE Floats true;
    trace_norm "norm" NORM Floats true;
}

/// `x.max(1)`; also of integers, as `n.max(1)`.
pub(crate) const fn trace_max(t: &mut Tracer<'_>, args: &Args) -> Value {
    if let (Value::Dim(a), Value::Dim(b)) = (args.value(0), args.value(1)) {
        return Value::Dim(t.algebra.max(a, b));
    }
    t.reduction("max", REDUCE, args, Reduces::Own, false)
}

/// `x.min(1)`; also of integers, as `n.min(1)`.
pub(crate) const fn trace_min(t: &mut Tracer<'_>, args: &Args) -> Value {
    if let (Value::Dim(a), Value::Dim(b)) = (args.value(0), args.value(1)) {
        return Value::Dim(t.algebra.min(a, b));
    }
    t.reduction("min", REDUCE, args, Reduces::Own, false)
}

/// `x.max_with_indices(1)`: values and positions.
pub(crate) const fn trace_max_with_indices(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.with_indices("max_with_indices", args)
}

/// `x.min_with_indices(1)`: values and positions.
pub(crate) const fn trace_min_with_indices(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.with_indices("min_with_indices", args)
}

impl Tracer<'_> {
    const fn reduction(
        &mut self,
        op: &'static str,
        table: &[Param],
        args: &Args,
        reduces: Reduces,
        several: bool,
    ) -> Value {
        let x = receiver!(args);
        let b = bound!(self, op, table, args);
        if matches!(reduces, Reduces::Floats) && !self.expect_floats(op, &x) {
            return Value::Any;
        }
        let kind = match (reduces, x.kind) {
            (Reduces::Floats, _) => Kind::Float,
            (Reduces::Positions, _) | (Reduces::Sum, Kind::Bool) => Kind::Int,
            (_, kind) => kind,
        };
        let out = checked!(self.reduced_by(op, &x, &b, kind, several));
        self.called(op, args, Value::Tensor(out))
    }

    const fn reduced_by(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        b: &Bound,
        kind: Kind,
        several: bool,
    ) -> Option<TensorValue> {
        let (mut dims, mut listed) = (b.value(0), 1);
        if let Value::List(list) = dims {
            listed = list.len();
        }
        if listed > 1 && !several {
            let mut m = Text::new();
            m.push(op);
            m.push(": expected one dimension or none, but ");
            m.push_int(listed as i64);
            m.push(" are listed\nhelp: `amax` and `amin` take several");
            self.error(&m);
            return None;
        }
        // As in PyTorch, an empty list is all dimensions.
        if listed == 0 {
            dims = Value::Unit;
        }
        match self.axes_or_one(op, x, dims) {
            Some(axes) => Some(self.reduced(x, &axes, b.flag(1), kind)),
            None => None,
        }
    }

    const fn with_indices(&mut self, op: &'static str, args: &Args) -> Value {
        let x = receiver!(args);
        let b = bound!(self, op, REDUCE, args);
        let values = checked!(self.reduced_by(op, &x, &b, x.kind, false));
        let values = self.called(op, args, Value::Tensor(values));
        let Value::Tensor(out) = values else {
            return values;
        };
        let mut positions = out;
        positions.kind = Kind::Int;
        self.list(&[values, Value::Tensor(positions)])
    }
}
