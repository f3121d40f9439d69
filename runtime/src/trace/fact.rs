//! What follows from the current assumptions.

use super::algebra::Algebra;
use super::condition::Shape;
use super::dim::Dim;

impl Algebra {
    /// Whether no assumption has become impossible, seen on its own.
    pub(super) const fn is_consistent(&mut self) -> bool {
        let mut i = 0;
        while i < self.stack.len() {
            if let Some(fact) = self.stack.fact(i) {
                let (shape, negated) = self.conditions.get(fact);
                let possible = match (shape, negated) {
                    (Shape::Zero(p), false) => {
                        let p = self.resolve(Dim::Expr(p));
                        self.lower(p) <= 0 && self.upper(p) >= 0
                    }
                    (Shape::Zero(p), true) => !self.resolve(Dim::Expr(p)).is(0),
                    (Shape::NotNegative(_), _) => match self.at_least_zero(fact) {
                        Some(p) => self.upper(p) >= 0,
                        None => true,
                    },
                    _ => true,
                };
                if !possible {
                    return false;
                }
            }
            i += 1;
        }
        true
    }

    /// The resolved polynomial that a condition says is not negative.
    pub(super) const fn at_least_zero(&mut self, number: u32) -> Option<Dim> {
        match self.conditions.get(number) {
            (Shape::NotNegative(p), negated) => {
                let p = self.resolve(Dim::Expr(p));
                if !negated {
                    return Some(p);
                }
                let minus = self.neg(p);
                Some(self.sub(minus, Dim::Known(1)))
            }
            _ => None,
        }
    }

    /// Whether an assumption says that `p`, or something that divides it, is 0.
    pub(super) const fn follows_zero(&mut self, p: Dim) -> bool {
        let mut i = 0;
        while i < self.stack.len() {
            if let Some(fact) = self.stack.fact(i)
                && let (Shape::Zero(f), false) = self.conditions.get(fact)
            {
                let f = self.resolve(Dim::Expr(f));
                if self.goes_into(f, p) {
                    return true;
                }
            }
            i += 1;
        }
        false
    }

    /// Whether the assumptions say that a resolved `p` is not 0.
    pub(super) const fn follows_nonzero(&mut self, p: Dim) -> bool {
        let mut i = 0;
        while i < self.stack.len() {
            if let Some(fact) = self.stack.fact(i)
                && let (Shape::Zero(f), true) = self.conditions.get(fact)
            {
                let f = self.resolve(Dim::Expr(f));
                if self.goes_into(p, f) {
                    return true;
                }
            }
            i += 1;
        }
        if self.stack.len() == 0 {
            return false;
        }
        let minus = self.neg(p);
        self.follows_at_least(p, 1) || self.follows_at_least(minus, 1)
    }

    /// Whether one of the assumptions says that a resolved `p` is at least `least`.
    pub(super) const fn follows_at_least(&mut self, p: Dim, least: i64) -> bool {
        let mut i = 0;
        while i < self.stack.len() {
            if let Some(fact) = self.stack.fact(i)
                && let Some(f) = self.at_least_zero(fact)
            {
                let more = self.sub(p, f);
                if self.lower(more) >= least {
                    return true;
                }
            }
            i += 1;
        }
        false
    }

    /// Whether the polynomial `d` divides the polynomial `n`.
    const fn goes_into(&mut self, d: Dim, n: Dim) -> bool {
        if !matches!((d, n), (Dim::Expr(_), Dim::Expr(_))) {
            return false;
        }
        let d = if self.leading_is_negative(d) {
            self.neg(d)
        } else {
            d
        };
        self.split(n, d).1.is(0)
    }
}
