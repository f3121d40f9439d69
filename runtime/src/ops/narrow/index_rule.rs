//! The shape rule of `index`.

use crate::ops::rule::{bound, receiver};
use crate::trace::{Args, Dim, List, Param, Takes, TensorValue, Text, Tracer, Value};

const INDEX: &[Param] = &[Param::required("indices", Takes::Any)];

/// What stands at the head of a range, which is a list: the mark, start, end, whether it holds the last.
const RANGE: &str = "..";

/// `x.index((.., 0, 1..n))`: a position removes its dimension, a range keeps it.
pub(crate) const fn trace_index(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "index", INDEX, args);
    if !x.ranked {
        return t.called("index", args, Value::Tensor(x));
    }
    let indices = b.value(0);
    let several = match indices {
        Value::List(list) if !t.is_range(list) => Some(list),
        _ => None,
    };
    let count = match several {
        Some(list) => list.len(),
        None => 1,
    };
    if count > x.rank {
        let mut m = Text::new();
        m.push("index: ");
        m.push_int(count as i64);
        m.push(" indices for the shape ");
        t.write_shape(&x, &mut m);
        return t.fail(&m);
    }
    let (mut out, mut dim, mut i) = (x, 0, 0);
    while i < count {
        let index = match several {
            Some(list) => t.item(list, i),
            None => indices,
        };
        match index {
            Value::List(range) => {
                let size = t.range_size(range, out.dims[dim]);
                out = out.with(dim, size);
                dim += 1;
            }
            Value::Dim(at) => {
                if t.behind(at, out.dims[dim]) {
                    return t.no_position(at, i, &x);
                }
                out = out.without(dim);
            }
            // Nothing that the trace knows: whether the dimension stays is open too.
            _ => return t.called("index", args, Value::Tensor(TensorValue::unranked(x.kind))),
        }
        i += 1;
    }
    t.called("index", args, Value::Tensor(out))
}

impl Tracer<'_> {
    const fn is_range(&mut self, list: List) -> bool {
        if list.len() != 4 {
            return false;
        }
        matches!(self.item(list, 0), Value::Str(word) if word.len() == RANGE.len() && word.as_bytes()[0] == b'.')
    }

    /// Whether a position is certainly outside.
    const fn behind(&mut self, at: Dim, size: Dim) -> bool {
        match self.algebra.known(at) {
            Some(n) if n < 0 => self.below(size, Dim::Known(n.saturating_neg())),
            _ => {
                let end = self.algebra.add(at, Dim::Known(1));
                self.below(size, end)
            }
        }
    }

    const fn no_position(&mut self, at: Dim, place: usize, x: &TensorValue) -> Value {
        let mut m = Text::new();
        m.push("index: position ");
        self.write_dim(at, &mut m);
        m.push(" is out of range for dimension ");
        m.push_int(place as i64);
        m.push(" of ");
        self.write_shape(x, &mut m);
        self.fail(&m)
    }

    /// The length of a range within `size`, cut off at the ends as Python's slices are.
    const fn range_size(&mut self, range: List, size: Dim) -> Dim {
        let start = match self.item(range, 1) {
            Value::Unit => Dim::Known(0),
            Value::Dim(d) => self.cut(d, size),
            _ => Dim::Unknown,
        };
        let closed = match self.item(range, 3) {
            Value::Flag(c) => self.algebra.decide(c).is_yes(),
            _ => false,
        };
        let end = match (self.item(range, 2), closed) {
            (Value::Unit, _) => size,
            (Value::Dim(d), false) => self.cut(d, size),
            // The end after the last position is 0 as a number, but not as a position.
            (Value::Dim(d), true) => match self.algebra.known(d) {
                Some(-1) => size,
                _ => {
                    let after = self.algebra.add(d, Dim::Known(1));
                    self.cut(after, size)
                }
            },
            _ => Dim::Unknown,
        };
        let less = self.algebra.less(end, start);
        if less.is_yes() {
            Dim::Known(0)
        } else if less.is_no() {
            self.algebra.sub(end, start)
        } else {
            Dim::Unknown
        }
    }

    /// A position from the front, no less than 0 and no more than `size`; unknown where that can't be decided.
    const fn cut(&mut self, d: Dim, size: Dim) -> Dim {
        if let Some(n) = self.algebra.known(d)
            && n < 0
        {
            let from_front = self.algebra.add(size, Dim::Known(n));
            let outside = self.algebra.less(from_front, Dim::Known(0));
            return if outside.is_yes() {
                Dim::Known(0)
            } else if outside.is_no() {
                from_front
            } else {
                Dim::Unknown
            };
        }
        let longer = self.algebra.less(size, d);
        if longer.is_yes() {
            size
        } else if longer.is_no() {
            d
        } else {
            Dim::Unknown
        }
    }
}
