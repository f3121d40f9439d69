//! Lists of sizes.

use crate::trace::{as_dim, Dim, TensorValue, Text, Tracer, Value, MAX_RANK};

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
