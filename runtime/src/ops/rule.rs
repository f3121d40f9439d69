//! What the shape rules of the operations have in common: reading dimensions, sizes and tensors from arguments.

use crate::trace::{
    as_dim, Args, Cond, Dim, Kind, Param, TensorValue, Text, Tracer, Truth, Value, MAX_RANK,
};

/// The tensor that an operation is a method of; the rule returns if there is none. What methods numbers and lists have
/// is Rust's to check.
macro_rules! receiver {
    ($args:expr) => {
        match $args.value(0) {
            $crate::trace::Value::Tensor(x) => x,
            $crate::trace::Value::Any => return $crate::trace::Value::Any,
            _ => return $crate::trace::Value::Opaque,
        }
    };
}

/// The arguments after the receiver, bound against a table; the rule returns on a mistake.
macro_rules! bound {
    ($t:expr, $op:expr, $table:expr, $args:expr) => {
        match $t.bind($op, $table, &$args.rest()) {
            Some(bound) => bound,
            None => return $crate::trace::Value::Any,
        }
    };
}

/// The value in a `Some`; the rule returns on a `None`, whose error is reported already.
macro_rules! checked {
    ($option:expr) => {
        match $option {
            Some(value) => value,
            None => return $crate::trace::Value::Any,
        }
    };
}

/// Rules of functions of every element by itself: `float` ones make floats of integers, `closed` ones keep the kind.
macro_rules! elementwise_rules {
    ($($rule:ident $op:literal $kind:ident;)*) => {$(
        pub(super) const fn $rule(
            t: &mut $crate::trace::Tracer<'_>,
            args: &$crate::trace::Args,
        ) -> $crate::trace::Value {
            t.elementwise($op, &[], args, $crate::ops::rule::elementwise_rules!(@ $kind))
        }
    )*};
    (@ float) => { $crate::trace::Kind::Float };
    (@ closed) => { $crate::trace::Kind::Any };
}

pub(crate) use {bound, checked, elementwise_rules, receiver};

/// The most elements of a list that a rule makes.
pub(crate) const MAX_PARTS: usize = 64;

/// One dimension of a tensor, as an argument names it.
#[derive(Clone, Copy)]
pub(crate) enum Axis {
    /// At this position.
    At(usize),
    /// Known at run time.
    Unknown,
}

/// Several dimensions of a tensor, as an argument names them.
#[derive(Clone, Copy)]
pub(crate) struct Axes {
    /// Whether all of them, and the tensor's rank, are known.
    pub(crate) known: bool,
    /// Whether they were left out: all dimensions.
    pub(crate) all: bool,
    /// Their number, where that is known.
    pub(crate) count: usize,
    /// Their positions in the order written.
    pub(crate) order: [usize; MAX_RANK],
    /// Which of the tensor's dimensions are among them.
    pub(crate) chosen: [bool; MAX_RANK],
}

/// A list of sizes as written.
#[derive(Clone, Copy)]
pub(crate) struct SizeList {
    /// Whether its length is known.
    pub(crate) known: bool,
    /// Number of sizes.
    pub(crate) len: usize,
    /// The sizes.
    pub(crate) dims: [Dim; MAX_RANK],
    /// Which of them are left to be inferred.
    pub(crate) infer: [bool; MAX_RANK],
}

impl SizeList {
    const UNKNOWN: SizeList = SizeList {
        known: false,
        len: 0,
        dims: [Dim::Unknown; MAX_RANK],
        infer: [false; MAX_RANK],
    };

    /// How many are to be inferred.
    pub(crate) const fn inferred(&self) -> usize {
        let (mut n, mut i) = (0, 0);
        while i < self.len {
            n += self.infer[i] as usize;
            i += 1;
        }
        n
    }
}

impl Tracer<'_> {
    /// A function of every element by itself: of floats, or, for [`Kind::Any`], of the kind that comes.
    pub(crate) const fn elementwise(
        &mut self,
        op: &'static str,
        table: &[Param],
        args: &Args,
        kind: Kind,
    ) -> Value {
        let x = receiver!(args);
        if !table.is_empty() {
            bound!(self, op, table, args);
        }
        let kind = if let Kind::Any = kind { x.kind } else { kind };
        self.called(op, args, Value::Tensor(x.of_kind(kind)))
    }

    /// A tensor that is not the receiver: `None` for what Rust refuses or what failed before.
    pub(crate) const fn operand(&self, v: Value) -> Option<TensorValue> {
        match v {
            Value::Tensor(x) => Some(x),
            Value::Opaque => Some(TensorValue::unranked(Kind::Any)),
            _ => None,
        }
    }

    /// Checks that a tensor of positions holds no floats.
    pub(crate) const fn positions(
        &mut self,
        op: &'static str,
        what: &'static str,
        x: &TensorValue,
    ) -> bool {
        if !matches!(x.kind, Kind::Float) {
            return true;
        }
        let mut m = Text::new();
        m.push(op);
        m.push(": ");
        m.push(what);
        m.push(" must be integers, but ");
        self.write_shape(x, &mut m);
        m.push(" holds floats\nhelp: convert it with `.to_dtype(DType::I64)`");
        self.error(&m);
        false
    }

    // ---- dimensions by number ---------------------------------------------------------------------------

    /// The dimension that `v` names.
    pub(crate) const fn axis(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        v: Value,
    ) -> Option<Axis> {
        self.axis_among(op, x, v, x.rank)
    }

    /// The place that `v` names for a new dimension.
    pub(crate) const fn axis_inserted(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        v: Value,
    ) -> Option<Axis> {
        self.axis_among(op, x, v, x.rank + 1)
    }

    const fn axis_among(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        v: Value,
        count: usize,
    ) -> Option<Axis> {
        let Some(dim) = self.known_i64(v) else {
            return Some(Axis::Unknown);
        };
        if !x.ranked {
            return Some(Axis::Unknown);
        }
        let at = if dim < 0 { dim + count as i64 } else { dim };
        if at >= 0 && at < count as i64 {
            return Some(Axis::At(at as usize));
        }
        let mut m = Text::new();
        m.push(op);
        m.push(": dimension ");
        m.push_int(dim);
        m.push(" is out of range for shape ");
        self.write_shape(x, &mut m);
        self.error(&m);
        None
    }

    /// The dimensions that `v` names: all for nothing, one, or a list.
    pub(crate) const fn axes(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        v: Value,
    ) -> Option<Axes> {
        let mut axes = Axes {
            known: x.ranked,
            all: matches!(v, Value::Unit),
            count: 0,
            order: [0; MAX_RANK],
            chosen: [false; MAX_RANK],
        };
        match v {
            Value::Unit => {
                while axes.count < x.rank {
                    axes.order[axes.count] = axes.count;
                    axes.chosen[axes.count] = true;
                    axes.count += 1;
                }
            }
            Value::List(list) => {
                let mut i = 0;
                while i < list.len() {
                    let item = self.item(list, i);
                    if !self.add_axis(op, x, item, &mut axes) {
                        return None;
                    }
                    i += 1;
                }
            }
            Value::Dim(_) => {
                if !self.add_axis(op, x, v, &mut axes) {
                    return None;
                }
            }
            _ => axes.known = false,
        }
        Some(axes)
    }

    const fn add_axis(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        v: Value,
        axes: &mut Axes,
    ) -> bool {
        let at = match self.axis(op, x, v) {
            Some(Axis::At(at)) => at,
            Some(Axis::Unknown) => {
                axes.known = false;
                axes.count += 1;
                return true;
            }
            None => return false,
        };
        if axes.chosen[at] {
            let mut m = Text::new();
            m.push(op);
            m.push(": dimension ");
            m.push_int(at as i64);
            m.push(" is listed twice");
            self.error(&m);
            return false;
        }
        axes.chosen[at] = true;
        if axes.count < MAX_RANK {
            axes.order[axes.count] = at;
        }
        axes.count += 1;
        true
    }

    /// The shape of `x` without the given dimensions, or with them as 1 where they are kept.
    pub(crate) const fn reduced(
        &mut self,
        x: &TensorValue,
        axes: &Axes,
        keepdim: Cond,
        kind: Kind,
    ) -> TensorValue {
        let keep = match self.algebra.decide(keepdim) {
            Truth::Yes => true,
            Truth::No => false,
            Truth::Unknown => return TensorValue::unranked(kind),
        };
        if axes.all && !keep {
            return TensorValue::scalar(kind);
        }
        if !x.ranked || (!axes.known && (axes.count == 0 || axes.count > x.rank)) {
            return TensorValue::unranked(kind);
        }
        let mut out = TensorValue::scalar(kind);
        if !axes.known {
            out.dims = [Dim::Unknown; MAX_RANK];
            out.rank = if keep { x.rank } else { x.rank - axes.count };
            return out;
        }
        let mut i = 0;
        while i < x.rank {
            if !axes.chosen[i] || keep {
                out.dims[out.rank] = if axes.chosen[i] {
                    Dim::Known(1)
                } else {
                    x.dims[i]
                };
                out.rank += 1;
            }
            i += 1;
        }
        out
    }

    // ---- sizes ------------------------------------------------------------------------------------------

    /// A list of sizes: nothing, one, or several; `_` and -1 are to be inferred.
    pub(crate) const fn sizes(&mut self, op: &'static str, v: Value) -> Option<SizeList> {
        let mut sizes = SizeList {
            known: true,
            ..SizeList::UNKNOWN
        };
        match v {
            Value::Unit => Some(sizes),
            Value::List(list) if list.len() <= MAX_RANK => {
                while sizes.len < list.len() {
                    let item = self.item(list, sizes.len);
                    if !self.add_size(op, item, &mut sizes) {
                        return None;
                    }
                }
                Some(sizes)
            }
            Value::Dim(_) | Value::Infer => {
                if self.add_size(op, v, &mut sizes) {
                    Some(sizes)
                } else {
                    None
                }
            }
            _ => Some(SizeList::UNKNOWN),
        }
    }

    const fn add_size(&mut self, op: &'static str, v: Value, sizes: &mut SizeList) -> bool {
        let at = sizes.len;
        sizes.len += 1;
        let negative = match self.known_i64(v) {
            Some(n) if n < 0 => n,
            _ => {
                sizes.infer[at] = matches!(v, Value::Infer);
                sizes.dims[at] = as_dim(v);
                return true;
            }
        };
        sizes.infer[at] = true;
        if negative == -1 {
            return true;
        }
        let mut m = Text::new();
        m.push(op);
        m.push(": ");
        m.push_int(negative);
        m.push(" is no size\nhelp: `_` (or -1) stands for the one that is inferred");
        self.error(&m);
        false
    }

    /// Writes `[B, 3, _]`.
    pub(crate) const fn write_sizes(&mut self, sizes: &SizeList, out: &mut Text) {
        out.push("[");
        let mut i = 0;
        while i < sizes.len {
            if i > 0 {
                out.push(", ");
            }
            if sizes.infer[i] {
                out.push("_");
            } else {
                self.write_dim(sizes.dims[i], out);
            }
            i += 1;
        }
        out.push("]");
    }

    /// The number of elements.
    pub(crate) const fn elements(&mut self, x: &TensorValue) -> Dim {
        if !x.ranked {
            return Dim::Unknown;
        }
        self.product(&x.dims, 0, x.rank)
    }

    /// The product of some dimensions.
    pub(crate) const fn product(&mut self, dims: &[Dim], from: usize, to: usize) -> Dim {
        let mut product = Dim::Known(1);
        let mut i = from;
        while i < to {
            product = self.algebra.mul(product, dims[i]);
            i += 1;
        }
        product
    }

    /// Whether two dimensions certainly differ.
    pub(crate) const fn differ(&mut self, a: Dim, b: Dim) -> bool {
        self.algebra.require_equal(a, b).is_no()
    }

    /// Whether `a` is certainly below `b`.
    pub(crate) const fn below(&mut self, a: Dim, b: Dim) -> bool {
        self.algebra.less(a, b).is_yes()
    }
}
