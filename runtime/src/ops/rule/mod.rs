//! What the shape rules of the operations have in common: reading dimensions, sizes and tensors from arguments.

mod axes;
mod sizes;
#[cfg(test)]
mod tests;
mod window;

pub(crate) use axes::Axis;
pub(crate) use sizes::SizeList;
pub(crate) use window::{pair, Window};

use crate::trace::{Args, Dim, Kind, Param, TensorValue, Text, Tracer, Value};

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

    /// A tensor that may be left out: nothing that can be checked then.
    pub(crate) const fn optional(&self, v: Value) -> Option<TensorValue> {
        match v {
            Value::Tensor(x) if x.ranked => Some(x),
            _ => None,
        }
    }

    /// Checks that a tensor is not known to hold something else than floats.
    pub(crate) const fn expect_floats(&mut self, what: &'static str, x: &TensorValue) -> bool {
        if x.kind.fits(Kind::Float) {
            return true;
        }
        let mut m = Text::new();
        m.push(what);
        m.push(" takes floats, but ");
        self.write_shape(x, &mut m);
        m.push(" holds ");
        m.push(x.kind.word());
        m.push("\nhelp: convert it with `.to_dtype(DType::F32)`");
        self.error(&m);
        false
    }

    /// Checks that a tensor has exactly these sizes, as far as both are known.
    pub(crate) const fn expect_shape(
        &mut self,
        op: &'static str,
        what: &'static str,
        x: &TensorValue,
        dims: &[Dim],
    ) -> bool {
        let mut fits = !x.ranked || x.rank == dims.len();
        let mut i = 0;
        while fits && x.ranked && i < dims.len() {
            fits = !self.differ(x.dims[i], dims[i]);
            i += 1;
        }
        if fits {
            return true;
        }
        let mut m = Text::new();
        m.push(op);
        m.push(": expected a ");
        m.push(what);
        m.push(" ");
        let wanted = TensorValue::floats(dims);
        self.write_shape(&wanted, &mut m);
        m.push(", but got ");
        self.write_shape(x, &mut m);
        self.error(&m);
        false
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
}
