//! Proofs by example: values of the symbols for which something does not hold.

use super::algebra::Algebra;
use super::condition::Shape;
use super::dim::Dim;
use super::hash::mix;
use super::monomial;
use super::symbol::Kind;

/// The ranges of the values that are tried, one point each: large ones first, since small ones make
/// most floors 0.
const RANGES: [u64; 12] = [400, 400, 90, 90, 30, 30, 12, 12, 7, 5, 3, 2];

impl Algebra {
    /// Whether values of the symbols are found, such that the current assumptions hold, for which a
    /// resolved `p` without open choices is not 0.
    pub(super) const fn has_witness(&self, p: Dim) -> bool {
        let Dim::Expr(id) = p else { return false };
        let mut point = 0;
        while point < RANGES.len() {
            if let Some(value) = self.evaluate(id, point as u64)
                && value != 0
                && self.admits(point as u64)
            {
                return true;
            }
            point += 1;
        }
        false
    }

    /// Whether all remembered facts hold at a point, as far as they are about dimensions.
    const fn admits(&self, point: u64) -> bool {
        let mut i = 0;
        while i < self.stack.len() {
            if let Some(fact) = self.stack.fact(i)
                && !matches!(self.fact_at(fact, point), Some(true))
            {
                return false;
            }
            i += 1;
        }
        true
    }

    /// Whether a condition, by its number, holds at a point.
    const fn fact_at(&self, fact: u32, point: u64) -> Option<bool> {
        let (shape, negated) = self.conditions.get(fact);
        let holds = match shape {
            Shape::Zero(p) => match self.evaluate(p, point) {
                Some(value) => value == 0,
                None => return None,
            },
            Shape::NotNegative(p) => match self.evaluate(p, point) {
                Some(value) => value >= 0,
                None => return None,
            },
            Shape::Both(a, b) => match (self.fact_at(a, point), self.fact_at(b, point)) {
                (Some(a), Some(b)) => a && b,
                _ => return None,
            },
            // It says nothing about dimensions, or nothing that is known.
            Shape::Opaque => return Some(true),
        };
        Some(holds != negated)
    }

    /// The value of a polynomial at a point; `None` where it is undefined or overflows.
    const fn evaluate(&self, id: u32, point: u64) -> Option<i64> {
        let (mut i, end) = self.polys.span(id);
        let mut sum = 0_i64;
        while i < end {
            let term = self.polys.term(i);
            let mut product = Some(term.coef);
            let mut key = term.key;
            while key != monomial::ONE {
                let value = self.value(monomial::first(key), point);
                product = match (product, value) {
                    (Some(product), Some(value)) => product.checked_mul(value),
                    _ => return None,
                };
                key = monomial::rest(key);
            }
            sum = match product {
                Some(product) => match sum.checked_add(product) {
                    Some(sum) => sum,
                    None => return None,
                },
                None => return None,
            };
            i += 1;
        }
        Some(sum)
    }

    /// The value of a symbol at a point.
    const fn value(&self, number: u32, point: u64) -> Option<i64> {
        let symbol = self.symbols.get(number);
        match symbol.kind {
            Kind::Free | Kind::Hyper => {
                if let Some(by) = self.stack.substitute(number) {
                    return self.value_of(by, point);
                }
                let spread = mix(mix(0, number as u64 + 1), point + 1) >> 20;
                let range = RANGES[point as usize];
                Some(symbol.low + (spread % range) as i64)
            }
            Kind::Floor => match (
                self.value_of(self.polys.dim(symbol.a), point),
                self.value_of(self.polys.dim(symbol.b), point),
            ) {
                (Some(a), Some(b)) if b > 0 => Some(a.div_euclid(b)),
                (Some(a), Some(b)) if b < 0 => match (a.checked_neg(), b.checked_neg()) {
                    (Some(a), Some(b)) => a.checked_div_euclid(b),
                    _ => None,
                },
                _ => None,
            },
            Kind::Either(_) => None,
        }
    }

    const fn value_of(&self, a: Dim, point: u64) -> Option<i64> {
        match a {
            Dim::Known(value) => Some(value),
            Dim::Expr(id) => self.evaluate(id, point),
            Dim::Unknown => None,
        }
    }
}
