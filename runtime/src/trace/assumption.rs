//! Assumptions: what a branch implies while it is followed.

use super::algebra::Algebra;
use super::condition::{Cond, Shape, UNDECIDABLE};
use super::dim::{Dim, Truth};
use super::monomial;
use super::stack::Fact;
use super::symbol::Kind;

/// How many of them a taken set keeps.
const TAKEN: usize = 16;

/// A height of the stack of assumptions.
#[derive(Clone, Copy, Debug)]
pub struct Mark(usize);

/// What has been assumed since a [`Mark`].
#[derive(Clone, Copy)]
pub struct Assumptions {
    facts: [Fact; TAKEN],
    len: usize,
}

impl Algebra {
    /// The present height of the stack of assumptions.
    pub const fn mark(&self) -> Mark {
        Mark(self.stack.len())
    }

    /// Assumes that `c` holds, or that it does not. `false` means that it can't be: the branch is dead.
    ///
    /// An equality becomes a substitution where it can be solved for a symbol; everything else is
    /// remembered for [`decide`](Algebra::decide).
    pub const fn assume(&mut self, c: Cond, holds: bool) -> bool {
        let wanted = if holds { c } else { self.cond_not(c) };
        match self.decide(wanted) {
            Truth::Yes => return true,
            Truth::No => return false,
            Truth::Unknown => {}
        }
        let Cond::Expr(number) = wanted else {
            return true;
        };
        let before = self.stack.len();
        let possible = match self.conditions.get(number) {
            (Shape::Zero(p), false) => self.assume_zero(p, number),
            (Shape::Zero(p), true) => self.assume_nonzero(p, number),
            (Shape::NotNegative(_), _) => self.assume_order(number),
            (Shape::Both(a, b), false) => {
                self.assume(Cond::Expr(a), true) && self.assume(Cond::Expr(b), true)
            }
            (Shape::Both(a, b), true) => self.assume_not_both(a, b, number),
            (Shape::Opaque, _) => {
                self.stack.push(Fact::Holds(number));
                true
            }
        };
        possible && (self.stack.len() == before || self.is_consistent())
    }

    /// Takes the assumptions made since `m` off the stack.
    pub const fn take(&mut self, m: Mark) -> Assumptions {
        let mut taken = Assumptions {
            facts: [Fact::Holds(UNDECIDABLE); TAKEN],
            len: 0,
        };
        let mut i = m.0;
        // What has no room is forgotten, which only makes the set imply less.
        while i < self.stack.len() && taken.len < TAKEN {
            taken.facts[taken.len] = self.stack.get(i);
            taken.len += 1;
            i += 1;
        }
        self.stack.pop_to(m.0);
        self.next_choice();
        taken
    }

    /// [`equal`](Algebra::equal) with a taken set assumed again for the moment.
    pub const fn equal_under(&mut self, s: &Assumptions, a: Dim, b: Dim) -> Truth {
        let before = self.stack.len();
        let possible = self.assume_again(s);
        let truth = if possible {
            self.equal(a, b)
        } else {
            // No values at all: whatever is said of them holds.
            Truth::Yes
        };
        self.stack.pop_to(before);
        truth
    }

    const fn assume_again(&mut self, s: &Assumptions) -> bool {
        let mut i = 0;
        while i < s.len {
            let cond = match s.facts[i] {
                Fact::Substitute { symbol, by } => {
                    let symbol = self.symbol(symbol);
                    self.cond_eq(symbol, by)
                }
                Fact::Holds(number) => Cond::Expr(number),
            };
            if !self.assume(cond, true) {
                return false;
            }
            i += 1;
        }
        true
    }

    /// `p == 0`, as a substitution if possible.
    const fn assume_zero(&mut self, p: u32, number: u32) -> bool {
        let resolved = self.resolve(Dim::Expr(p));
        let Dim::Expr(id) = resolved else {
            return !matches!(resolved, Dim::Known(value) if value != 0);
        };
        let Some((symbol, by)) = self.solve(id) else {
            self.stack.push(Fact::Holds(number));
            return true;
        };
        let known = *self.symbols.get(symbol);
        self.stack.push(Fact::Substitute { symbol, by });
        if !matches!(known.kind, Kind::Free | Kind::Hyper) {
            // What is inside the symbol is bound by this too, which the substitution does not say.
            self.stack.push(Fact::Holds(number));
        }
        self.assume_within(by, known.low, known.high)
    }

    /// The bounds of a symbol hold for what replaces it.
    const fn assume_within(&mut self, a: Dim, low: i64, high: i64) -> bool {
        if low != i64::MIN && self.lower(a) < low {
            let enough = self.cond_le(Dim::Known(low), a);
            if !self.assume(enough, true) {
                return false;
            }
        }
        if high != i64::MAX && self.upper(a) > high {
            let enough = self.cond_le(a, Dim::Known(high));
            return self.assume(enough, true);
        }
        true
    }

    /// `p != 0`, which is `p >= 1` where `p >= 0`.
    const fn assume_nonzero(&mut self, p: u32, number: u32) -> bool {
        self.stack.push(Fact::Holds(number));
        let resolved = self.resolve(Dim::Expr(p));
        let minus = self.neg(resolved);
        let size = if self.lower(resolved) == 0 || self.follows_at_least(resolved, 0) {
            resolved
        } else if self.lower(minus) == 0 || self.follows_at_least(minus, 0) {
            minus
        } else {
            return true;
        };
        let positive = self.cond_le(Dim::Known(1), size);
        self.assume(positive, true)
    }

    /// `p >= 0`, which is `p == 0` where `p <= 0`.
    const fn assume_order(&mut self, number: u32) -> bool {
        let Some(p) = self.at_least_zero(number) else {
            return true;
        };
        let minus = self.neg(p);
        if self.lower(minus) == 0 || self.follows_at_least(minus, 0) {
            let equal = self.cond_eq(p, Dim::Known(0));
            return self.assume(equal, true);
        }
        self.stack.push(Fact::Holds(number));
        // `p != 0` may have been assumed before.
        let zero = self.cond_eq(p, Dim::Known(0));
        if self.decide(zero).is_no() && self.lower(p) < 1 {
            let positive = self.cond_le(Dim::Known(1), p);
            if !matches!(self.decide(positive), Truth::Yes)
                && let Cond::Expr(number) = positive
            {
                self.stack.push(Fact::Holds(number));
            }
        }
        true
    }

    /// 'Not both': the opposite of one where the other holds.
    const fn assume_not_both(&mut self, a: u32, b: u32, number: u32) -> bool {
        if self.decide(Cond::Expr(a)).is_yes() {
            return self.assume(Cond::Expr(b), false);
        }
        if self.decide(Cond::Expr(b)).is_yes() {
            return self.assume(Cond::Expr(a), false);
        }
        self.stack.push(Fact::Holds(number));
        true
    }

    /// Solves a resolved `p == 0` for a symbol that occurs once, with the coefficient 1 or -1: a free
    /// dimension rather than a hyperparameter, either rather than a floor, the latest of its kind.
    const fn solve(&mut self, p: u32) -> Option<(u32, Dim)> {
        let mut best = (u32::MAX, 0, Dim::Unknown);
        let (mut i, end) = self.polys.span(p);
        while i < end {
            let term = self.polys.term(i);
            i += 1;
            let number = monomial::first(term.key);
            if !monomial::is_symbol(term.key) || term.coef.abs() != 1 {
                continue;
            }
            let rank = match self.symbols.get(number).kind {
                Kind::Free => 0,
                Kind::Hyper => 1,
                Kind::Floor => 2,
                Kind::Either(_) => 3,
            };
            if rank >= best.0 {
                continue;
            }
            self.polys.push(term.key, term.coef);
            let own = self.polys.finish();
            let others = self.sub(Dim::Expr(p), own);
            if others.is_unknown() || self.occurs(number, others) {
                continue;
            }
            let by = self.mul(others, Dim::Known(-term.coef));
            best = (rank, number, by);
        }
        match best {
            (u32::MAX, ..) => None,
            (_, number, by) => Some((number, by)),
        }
    }
}
