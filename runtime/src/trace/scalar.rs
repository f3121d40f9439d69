//! Operators of the language on symbolic values: arithmetic, comparisons, logic, indexing.

use super::bind::same;
use super::{Cond, Dim, TensorValue, Text, Tracer, Truth, Value};

/// A binary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`: floor division for integers
    Div,
    /// `%`
    Rem,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `&&`
    And,
    /// `||`
    Or,
}

impl BinaryOp {
    const fn word(self) -> &'static str {
        match self {
            BinaryOp::Add => "add",
            BinaryOp::Sub => "sub",
            BinaryOp::Mul => "mul",
            BinaryOp::Div => "div",
            BinaryOp::Rem => "rem",
            _ => "comparison",
        }
    }

    const fn is_comparison(self) -> bool {
        matches!(
            self,
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge
        )
    }
}

impl Tracer<'_> {
    /// `a op b` for any two values.
    pub const fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        match (a, b) {
            (Value::Any, _) | (_, Value::Any) => Value::Any,
            (
                Value::Tensor(_),
                Value::Tensor(_) | Value::Dim(_) | Value::Num(_) | Value::Opaque,
            )
            | (Value::Dim(_) | Value::Num(_) | Value::Opaque, Value::Tensor(_))
                if !op.is_comparison() =>
            {
                let mut inputs = super::Args::new();
                inputs.positional(a);
                inputs.positional(b);
                let kind = match op {
                    BinaryOp::Div => super::Kind::Float,
                    _ => super::Kind::Any,
                };
                self.broadcast_values(op.word(), &inputs, kind)
            }
            (Value::Dim(x), Value::Dim(y)) => self.integers(op, x, y),
            (Value::Flag(x), Value::Flag(y)) => self.flags(op, x, y),
            (Value::Num(x), Value::Num(y)) => numbers(op, x, y),
            (Value::Str(x), Value::Str(y)) if op.is_comparison() => match op {
                BinaryOp::Eq => Value::flag(same(x, y)),
                BinaryOp::Ne => Value::flag(!same(x, y)),
                _ => Value::Opaque,
            },
            _ if op.is_comparison() => Value::Flag(self.algebra.cond_opaque()),
            _ => Value::Opaque,
        }
    }

    const fn integers(&mut self, op: BinaryOp, a: Dim, b: Dim) -> Value {
        match op {
            BinaryOp::Add => Value::Dim(self.algebra.add(a, b)),
            BinaryOp::Sub => Value::Dim(self.algebra.sub(a, b)),
            BinaryOp::Mul => Value::Dim(self.algebra.mul(a, b)),
            BinaryOp::Div => Value::Dim(self.algebra.div(a, b)),
            BinaryOp::Rem => Value::Dim(self.algebra.rem(a, b)),
            BinaryOp::Eq => Value::Flag(self.algebra.cond_eq(a, b)),
            BinaryOp::Ne => {
                let eq = self.algebra.cond_eq(a, b);
                Value::Flag(self.algebra.cond_not(eq))
            }
            BinaryOp::Lt => Value::Flag(self.algebra.cond_lt(a, b)),
            BinaryOp::Le => Value::Flag(self.algebra.cond_le(a, b)),
            BinaryOp::Gt => Value::Flag(self.algebra.cond_lt(b, a)),
            BinaryOp::Ge => Value::Flag(self.algebra.cond_le(b, a)),
            BinaryOp::And | BinaryOp::Or => Value::Any,
        }
    }

    const fn flags(&mut self, op: BinaryOp, a: Cond, b: Cond) -> Value {
        let (both, neither) = (self.algebra.cond_and(a, b), self.algebra.cond_or(a, b));
        match op {
            BinaryOp::And => Value::Flag(both),
            BinaryOp::Or => Value::Flag(neither),
            BinaryOp::Eq | BinaryOp::Ne => {
                let neither = self.algebra.cond_not(neither);
                let eq = self.algebra.cond_or(both, neither);
                Value::Flag(if matches!(op, BinaryOp::Eq) {
                    eq
                } else {
                    self.algebra.cond_not(eq)
                })
            }
            _ => Value::Any,
        }
    }

    /// `-a`
    pub const fn negate(&mut self, a: Value) -> Value {
        match a {
            Value::Dim(d) => Value::Dim(self.algebra.sub(Dim::Known(0), d)),
            Value::Num(n) => Value::Num(-n),
            Value::Tensor(x) => {
                let mut inputs = super::Args::new();
                inputs.positional(a);
                self.called("neg", &inputs, Value::Tensor(x.of_kind(x.kind)))
            }
            _ => a,
        }
    }

    /// `!a`
    pub const fn not(&mut self, a: Value) -> Value {
        match a {
            Value::Flag(c) => Value::Flag(self.algebra.cond_not(c)),
            _ => a,
        }
    }

    /// `a as f64` and the like: integers to numbers where they are known.
    pub const fn cast(&mut self, a: Value, float: bool) -> Value {
        match a {
            Value::Dim(d) if float => match self.algebra.known(d) {
                Some(n) => Value::Num(n as f64),
                None => Value::Opaque,
            },
            Value::Num(n) if !float => Value::int(n as i64),
            _ => a,
        }
    }

    /// A truth value only known at run time.
    pub const fn unknown_flag(&mut self) -> Value {
        Value::Flag(self.algebra.cond_opaque())
    }

    /// `a[i]`
    pub const fn index(&mut self, a: Value, i: Value) -> Value {
        match (a, i) {
            (Value::List(l), Value::Dim(d)) => match self.algebra.known(d) {
                Some(n) if n >= 0 && (n as usize) < l.len() => self.item(l, n as usize),
                Some(n) => {
                    let mut m = Text::new();
                    m.push("index ");
                    m.push_int(n);
                    m.push(" is out of range for a list of ");
                    m.push_int(l.len() as i64);
                    self.fail(&m)
                }
                None => self.any_of(l),
            },
            // A key chosen at run time: any element may come.
            (Value::List(l), _) => self.any_of(l),
            (Value::Layers(field, _), Value::Dim(d)) => Value::Layer(field, d),
            (Value::Opaque, _) => Value::Opaque,
            _ => Value::Any,
        }
    }

    const fn any_of(&mut self, l: super::List) -> Value {
        if l.is_empty() {
            return Value::Any;
        }
        let mut out = self.item(l, 0);
        let mut i = 1;
        while i < l.len() {
            let mut b = self.branch(Value::Opaque);
            let (then, other) = (out, self.item(l, i));
            if self.begin(&mut b, true) {
                self.end(&mut b, true);
            }
            if self.begin(&mut b, false) {
                self.end(&mut b, false);
            }
            out = self.merge(&b, then, other);
            i += 1;
        }
        out
    }

    /// The broadcast shape, or the two dimensions that don't fit.
    pub const fn broadcast(
        &mut self,
        a: TensorValue,
        b: TensorValue,
    ) -> Result<TensorValue, (Dim, Dim)> {
        let kind = if matches!(a.kind, super::Kind::Float) {
            a.kind
        } else {
            b.kind
        };
        if !a.ranked || !b.ranked {
            return Ok(TensorValue::unranked(kind));
        }
        let rank = if a.rank > b.rank { a.rank } else { b.rank };
        let mut out = TensorValue::scalar(kind);
        out.rank = rank;
        let mut i = 0;
        while i < rank {
            let x = if i + a.rank >= rank {
                a.dims[i + a.rank - rank]
            } else {
                Dim::Known(1)
            };
            let y = if i + b.rank >= rank {
                b.dims[i + b.rank - rank]
            } else {
                Dim::Known(1)
            };
            out.dims[i] = match self.broadcast_dim(x, y) {
                Some(d) => d,
                None => return Err((x, y)),
            };
            i += 1;
        }
        Ok(out)
    }

    const fn broadcast_dim(&mut self, x: Dim, y: Dim) -> Option<Dim> {
        match (self.algebra.known(x), self.algebra.known(y)) {
            (Some(1), _) => return Some(y),
            (_, Some(1)) => return Some(x),
            (Some(a), Some(b)) => return if a == b { Some(x) } else { None },
            _ => {}
        }
        match self.algebra.require_equal(x, y) {
            // Of two equal forms the shorter-lived knowledge is the symbol's: keep a number where there is one.
            Truth::Yes => Some(if let Dim::Known(_) = y { y } else { x }),
            Truth::Unknown => Some(if let Dim::Unknown = x { y } else { x }),
            Truth::No => None,
        }
    }
}

const fn numbers(op: BinaryOp, a: f64, b: f64) -> Value {
    match op {
        BinaryOp::Add => Value::Num(a + b),
        BinaryOp::Sub => Value::Num(a - b),
        BinaryOp::Mul => Value::Num(a * b),
        BinaryOp::Div => Value::Num(a / b),
        BinaryOp::Rem => Value::Num(a % b),
        BinaryOp::Eq => Value::flag(a == b),
        BinaryOp::Ne => Value::flag(a != b),
        BinaryOp::Lt => Value::flag(a < b),
        BinaryOp::Le => Value::flag(a <= b),
        BinaryOp::Gt => Value::flag(a > b),
        BinaryOp::Ge => Value::flag(a >= b),
        BinaryOp::And | BinaryOp::Or => Value::Any,
    }
}
