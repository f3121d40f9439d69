//! Conditions and loops: branches that can't be decided are followed both ways, and what they leave is merged.

use super::{Assumptions, Cond, Dim, Mark, TensorValue, Tracer, Truth, Value};

/// An `if` being traced.
#[derive(Clone, Copy)]
pub struct Branch {
    cond: Cond,
    decided: Truth,
    mark: Mark,
    ran: [bool; 2],
    under: [Option<Assumptions>; 2],
}

/// A loop being traced.
#[derive(Clone, Copy)]
pub struct Loop {
    over: Over,
    turn: i64,
    turns: i64,
    /// Whether the number of turns is symbolic: two are traced, which stand for all.
    symbolic: bool,
}

#[derive(Clone, Copy)]
enum Over {
    Range(Dim),
    List(super::List),
    Layers(u64),
    Nothing,
}

impl Tracer<'_> {
    /// Begins an `if` on `cond`.
    pub const fn branch(&mut self, cond: Value) -> Branch {
        let cond = match cond {
            Value::Flag(c) => c,
            _ => self.algebra.cond_opaque(),
        };
        let decided = self.algebra.decide(cond);
        let mark = self.algebra.mark();
        Branch {
            cond,
            decided,
            mark,
            ran: [false; 2],
            under: [None; 2],
        }
    }

    /// Begins the branch where the condition holds (or not). False if it can't be taken.
    pub const fn begin(&mut self, b: &mut Branch, holds: bool) -> bool {
        let possible = match b.decided {
            Truth::Yes => holds,
            Truth::No => !holds,
            Truth::Unknown => true,
        };
        if !possible {
            return false;
        }
        b.mark = self.algebra.mark();
        if matches!(b.decided, Truth::Unknown) && !self.algebra.assume(b.cond, holds) {
            self.algebra.take(b.mark);
            return false;
        }
        b.ran[holds as usize] = true;
        true
    }

    /// Ends the branch begun last.
    pub const fn end(&mut self, b: &mut Branch, holds: bool) {
        b.under[holds as usize] = Some(self.algebra.take(b.mark));
    }

    /// What a variable (or the whole `if`) is worth after both branches.
    pub const fn merge(&mut self, b: &Branch, then: Value, otherwise: Value) -> Value {
        match b.ran {
            [false, true] => then,
            [true, false] => otherwise,
            [true, true] => self.merge_values(&b.under[1], &b.under[0], then, otherwise),
            [false, false] => Value::Any,
        }
    }

    const fn merge_values(
        &mut self,
        s1: &Option<Assumptions>,
        s2: &Option<Assumptions>,
        v1: Value,
        v2: Value,
    ) -> Value {
        match (v1, v2) {
            (Value::Any, v) | (v, Value::Any) => v,
            (Value::Tensor(a), Value::Tensor(b)) => Value::Tensor(self.merge_tensors(s1, s2, a, b)),
            (Value::Dim(a), Value::Dim(b)) => Value::Dim(self.merge_dims(s1, s2, a, b)),
            (Value::Num(a), Value::Num(b)) if a == b => v1,
            (Value::Unit, Value::Unit) => Value::Unit,
            (Value::Layer(a, i), Value::Layer(b, j)) if a == b && self.is_equal(i, j) => v1,
            (Value::List(a), Value::List(b)) if a.len() == b.len() => {
                let mut out = [Value::Any; super::MAX_ARGS];
                let mut i = 0;
                while i < a.len() && i < out.len() {
                    out[i] = self.merge_values(s1, s2, self.item(a, i), self.item(b, i));
                    i += 1;
                }
                let (head, _) = out.split_at(i);
                self.list(head)
            }
            (Value::Flag(Cond::Yes), Value::Flag(Cond::Yes)) => v1,
            (Value::Flag(Cond::No), Value::Flag(Cond::No)) => v1,
            (Value::Flag(_), Value::Flag(_)) => Value::Flag(self.algebra.cond_opaque()),
            _ => Value::Opaque,
        }
    }

    const fn is_equal(&mut self, a: Dim, b: Dim) -> bool {
        matches!(self.algebra.equal(a, b), Truth::Yes)
    }

    const fn merge_tensors(
        &mut self,
        s1: &Option<Assumptions>,
        s2: &Option<Assumptions>,
        a: TensorValue,
        b: TensorValue,
    ) -> TensorValue {
        let kind = if a.kind.fits(b.kind) {
            a.kind
        } else {
            super::Kind::Any
        };
        if !a.ranked || !b.ranked || a.rank != b.rank {
            return TensorValue::unranked(kind);
        }
        let mut out = a.of_kind(kind);
        let mut i = 0;
        while i < a.rank {
            out.dims[i] = self.merge_dims(s1, s2, a.dims[i], b.dims[i]);
            i += 1;
        }
        out
    }

    /// A formula that is right in one branch and agrees with the other under what that branch implies is
    /// right in both.
    const fn merge_dims(
        &mut self,
        s1: &Option<Assumptions>,
        s2: &Option<Assumptions>,
        a: Dim,
        b: Dim,
    ) -> Dim {
        if self.is_equal(a, b) {
            return a;
        }
        if let Some(s2) = s2
            && matches!(self.algebra.equal_under(s2, a, b), Truth::Yes)
        {
            return a;
        }
        if let Some(s1) = s1
            && matches!(self.algebra.equal_under(s1, a, b), Truth::Yes)
        {
            return b;
        }
        self.algebra.either(a, b)
    }

    // ---- loops ------------------------------------------------------------------------------------------

    /// Begins `for … in from..to`.
    pub const fn range(&mut self, from: Value, to: Value) -> Loop {
        let from = super::args::as_dim(from);
        let count = self.algebra.sub(super::args::as_dim(to), from);
        self.turns(Over::Range(from), count)
    }

    /// Begins `for … in list`.
    pub const fn each(&mut self, list: Value) -> Loop {
        match list {
            Value::List(l) => Loop {
                over: Over::List(l),
                turn: -1,
                turns: l.len() as i64,
                symbolic: false,
            },
            Value::Layers(field, count) => self.turns(Over::Layers(field), count),
            _ => Loop {
                over: Over::Nothing,
                turn: -1,
                turns: 1,
                symbolic: true,
            },
        }
    }

    const fn turns(&mut self, over: Over, count: Dim) -> Loop {
        match self.algebra.known(count) {
            Some(turns) => Loop {
                over,
                turn: -1,
                turns,
                symbolic: false,
            },
            None => Loop {
                over,
                turn: -1,
                turns: 2,
                symbolic: true,
            },
        }
    }

    /// Begins the next turn; false after the last.
    pub const fn next(&mut self, l: &mut Loop) -> bool {
        l.turn += 1;
        l.turn < l.turns && !self.overflow
    }

    /// The loop's variable in this turn.
    pub const fn loop_item(&mut self, l: &Loop) -> Value {
        match l.over {
            Over::Range(from) => Value::Dim(self.algebra.add(from, Dim::Known(l.turn))),
            Over::List(list) => self.item(list, l.turn as usize),
            Over::Layers(field) => Value::Layer(field, Dim::Known(l.turn)),
            Over::Nothing => Value::Any,
        }
    }

    /// Number of this turn, from 0.
    pub const fn loop_index(&self, l: &Loop) -> Value {
        Value::int(l.turn)
    }

    /// Number of this turn as a plain number, for paths.
    pub const fn loop_turn(&self, l: &Loop) -> i64 {
        l.turn
    }

    /// At the end of each turn, for each variable that the body assigns: with a known number of turns the value
    /// itself; else what the two turns traced have in common, and unknown dimensions where they differ.
    pub const fn settle(&mut self, l: &Loop, first: &mut Value, now: Value) -> Value {
        if !l.symbolic {
            return now;
        }
        if l.turn == 0 {
            *first = now;
            return now;
        }
        self.widen(*first, now)
    }

    const fn widen(&mut self, a: Value, b: Value) -> Value {
        match (a, b) {
            (Value::Tensor(x), Value::Tensor(y)) => {
                if !x.ranked || !y.ranked || x.rank != y.rank {
                    return Value::Tensor(TensorValue::unranked(y.kind));
                }
                let mut out = y;
                let mut i = 0;
                while i < x.rank {
                    if !self.is_equal(x.dims[i], y.dims[i]) {
                        out.dims[i] = Dim::Unknown;
                    }
                    i += 1;
                }
                Value::Tensor(out)
            }
            (Value::Dim(x), Value::Dim(y)) if !self.is_equal(x, y) => Value::Dim(Dim::Unknown),
            (Value::Dim(_), Value::Dim(_)) => b,
            (Value::Num(x), Value::Num(y)) if x == y => b,
            (Value::Any, _) | (_, Value::Any) => Value::Any,
            _ => Value::Opaque,
        }
    }
}
