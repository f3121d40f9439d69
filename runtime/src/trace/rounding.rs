//! Divisions of numbers that left a rest: the likely reason where a shape doesn't fit afterwards.

use super::{BinaryOp, Dim, Text, Tracer, Value};

/// How many are remembered.
const KEPT: usize = 4;

/// The last divisions that were rounded down.
#[derive(Clone, Copy)]
pub(super) struct Rounded {
    divisions: [(&'static str, i64, i64); KEPT],
    count: usize,
}

impl Rounded {
    pub(super) const NONE: Rounded = Rounded {
        divisions: [("", 0, 1); KEPT],
        count: 0,
    };

    /// Notes `a / b`, written as `words`, if it has a rest.
    const fn note(&mut self, words: &'static str, a: Dim, b: Dim) {
        if let (Dim::Known(a), Dim::Known(b)) = (a, b)
            && a > 0
            && b > 0
            && a % b != 0
        {
            self.divisions[self.count % KEPT] = (words, a, b);
            self.count += 1;
        }
    }
}

impl Tracer<'_> {
    /// `a / b`, which stands in the code as `words`.
    pub const fn divide(&mut self, words: &'static str, a: Value, b: Value) -> Value {
        if let (Value::Dim(a), Value::Dim(b)) = (a, b) {
            self.rounded.note(words, a, b);
        }
        self.binary(BinaryOp::Div, a, b)
    }

    /// Where `sizes`, whose product is `product`, would make `expected` but for a division that was rounded down: says which.
    pub(crate) const fn explain_rounding(
        &mut self,
        expected: Dim,
        product: Dim,
        sizes: &[Dim],
        m: &mut Text,
    ) {
        let mut i = 0;
        while i < KEPT && i < self.rounded.count {
            let (words, a, b) = self.rounded.divisions[i];
            if contains(sizes, a / b) {
                let exact = self.algebra.mul(product, Dim::Known(a));
                let rounded = self.algebra.mul(expected, Dim::Known(a / b * b));
                if self.algebra.equal(exact, rounded).is_yes() {
                    m.push("\nhelp: `");
                    m.push(words);
                    m.push("` is rounded down: ");
                    m.push_int(a);
                    m.push(" is not a multiple of ");
                    m.push_int(b);
                    return;
                }
            }
            i += 1;
        }
    }
}

const fn contains(sizes: &[Dim], size: i64) -> bool {
    let mut i = 0;
    while i < sizes.len() {
        if matches!(sizes[i], Dim::Known(n) if n == size) {
            return true;
        }
        i += 1;
    }
    false
}
