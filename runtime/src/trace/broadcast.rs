//! Operands that are broadcast against each other: tensors and numbers.

use super::{Args, Kind, TensorValue, Text, Tracer, Value};

impl Tracer<'_> {
    /// An operation on tensors and numbers that are broadcast, of this kind or, for [`Kind::Any`], of the operands' own.
    pub(crate) const fn broadcast_values(
        &mut self,
        op: &'static str,
        args: &Args,
        kind: Kind,
    ) -> Value {
        let Some(out) = self.broadcast_all(op, args) else {
            return Value::Any;
        };
        let kind = match kind {
            Kind::Any => self.promoted_kind(args),
            kind => kind,
        };
        self.called(op, args, Value::Tensor(out.of_kind(kind)))
    }

    /// The shape of all tensors among the arguments broadcast against each other.
    pub(crate) const fn broadcast_all(
        &mut self,
        op: &'static str,
        args: &Args,
    ) -> Option<TensorValue> {
        let mut out = TensorValue::scalar(Kind::Any);
        let mut i = 0;
        while i < args.len() {
            let x = match args.value(i) {
                Value::Tensor(x) => x,
                Value::Dim(_) | Value::Num(_) => TensorValue::scalar(Kind::Any),
                // A hyperparameter, as a rule.
                Value::Opaque => TensorValue::scalar(Kind::Any),
                // What failed before, or what Rust refuses.
                _ => return None,
            };
            out = match self.broadcast(out, x) {
                Ok(out) => out,
                Err((a, b)) => {
                    let mut m = Text::new();
                    m.push(op);
                    m.push(": shapes ");
                    self.write_operands(args, &mut m);
                    m.push(" do not broadcast: ");
                    self.write_dim(a, &mut m);
                    m.push(" against ");
                    self.write_dim(b, &mut m);
                    self.error(&m);
                    return None;
                }
            };
            i += 1;
        }
        Some(out)
    }

    const fn write_operands(&mut self, args: &Args, m: &mut Text) {
        let mut first = true;
        let mut i = 0;
        while i < args.len() {
            if let Value::Tensor(x) = args.value(i) {
                if !first {
                    m.push(" and ");
                }
                first = false;
                self.write_shape(&x, m);
            }
            i += 1;
        }
    }

    /// The kind of what is computed from these operands: floats if one of them is, else integers if one of them is.
    pub(crate) const fn promoted_kind(&self, args: &Args) -> Kind {
        let mut out = Kind::Bool;
        let mut i = 0;
        while i < args.len() {
            out = promoted(out, kind_of(args.value(i)));
            i += 1;
        }
        out
    }
}

const fn kind_of(v: Value) -> Kind {
    match v {
        Value::Tensor(x) => x.kind,
        Value::Dim(_) => Kind::Int,
        Value::Num(_) => Kind::Float,
        _ => Kind::Any,
    }
}

/// The kind of a result of both.
const fn promoted(a: Kind, b: Kind) -> Kind {
    match (a, b) {
        (Kind::Float, _) | (_, Kind::Float) => Kind::Float,
        (Kind::Any, _) | (_, Kind::Any) => Kind::Any,
        (Kind::Int, _) | (_, Kind::Int) => Kind::Int,
        (Kind::Bool, Kind::Bool) => Kind::Bool,
    }
}
