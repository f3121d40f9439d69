//! Assumptions: what a branch implies while it is followed.

use super::algebra::Algebra;
use super::condition::{Cond, Shape, UNDECIDABLE};
use super::dim::{Dim, Truth};
use super::rewrite::Rule;
use super::symbol::Kind;

/// How many assumptions can be made at a time; further ones are forgotten.
const DEPTH: usize = 64;

/// How many of them a taken set keeps.
const TAKEN: usize = 16;

/// One assumption.
#[derive(Clone, Copy)]
enum Fact {
    /// A symbol equals something that it does not occur in.
    Substitute { symbol: u32, by: Dim },
    /// A condition, by its number, holds.
    Holds(u32),
}

/// The current assumptions.
pub(super) struct Stack {
    facts: [Fact; DEPTH],
    len: usize,
    substitutions: usize,
}

/// A height of the stack of assumptions.
#[derive(Clone, Copy, Debug)]
pub struct Mark(usize);

/// What has been assumed since a [`Mark`].
#[derive(Clone, Copy)]
pub struct Assumptions {
    facts: [Fact; TAKEN],
    len: usize,
}

impl Stack {
    /// No assumptions.
    pub(super) const fn new() -> Stack {
        Stack {
            facts: [Fact::Holds(UNDECIDABLE); DEPTH],
            len: 0,
            substitutions: 0,
        }
    }

    /// The number of assumptions.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// The number of those that are substitutions.
    pub(super) const fn substitutions(&self) -> usize {
        self.substitutions
    }

    /// The substitution at a place, if there is one.
    pub(super) const fn rule(&self, i: usize) -> Option<Rule> {
        match self.facts[i] {
            Fact::Substitute { symbol, by } => Some(Rule::Substitute { symbol, by }),
            Fact::Holds(_) => None,
        }
    }

    /// The condition at a place, if there is one.
    pub(super) const fn fact(&self, i: usize) -> Option<u32> {
        match self.facts[i] {
            Fact::Holds(number) => Some(number),
            Fact::Substitute { .. } => None,
        }
    }

    /// What a symbol is assumed to equal.
    pub(super) const fn substitute(&self, number: u32) -> Option<Dim> {
        let mut i = 0;
        while i < self.len {
            if let Fact::Substitute { symbol, by } = self.facts[i] {
                if symbol == number {
                    return Some(by);
                }
            }
            i += 1;
        }
        None
    }

    /// Whether a condition is itself among the assumptions, or its opposite.
    pub(super) const fn states(&self, number: u32) -> Truth {
        let mut i = 0;
        while i < self.len {
            if let Fact::Holds(fact) = self.facts[i] {
                if fact | 1 == number | 1 {
                    return Truth::from_bool(fact == number);
                }
            }
            i += 1;
        }
        Truth::Unknown
    }

    const fn push(&mut self, fact: Fact) {
        if self.len == DEPTH || matches!(fact, Fact::Holds(n) if n | 1 == UNDECIDABLE | 1) {
            return;
        }
        self.facts[self.len] = fact;
        self.len += 1;
        if matches!(fact, Fact::Substitute { .. }) {
            self.substitutions += 1;
        }
    }

    const fn pop_to(&mut self, len: usize) {
        while self.len > len {
            self.len -= 1;
            if matches!(self.facts[self.len], Fact::Substitute { .. }) {
                self.substitutions -= 1;
            }
        }
    }
}

impl Algebra {
    /// The present height of the stack of assumptions.
    pub const fn mark(&self) -> Mark {
        Mark(self.stack.len)
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
        let before = self.stack.len;
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
        possible && (self.stack.len == before || self.is_consistent())
    }

    /// Takes the assumptions made since `m` off the stack.
    pub const fn take(&mut self, m: Mark) -> Assumptions {
        let mut taken = Assumptions {
            facts: [Fact::Holds(UNDECIDABLE); TAKEN],
            len: 0,
        };
        let mut i = m.0;
        // What has no room is forgotten, which only makes the set imply less.
        while i < self.stack.len && taken.len < TAKEN {
            taken.facts[taken.len] = self.stack.facts[i];
            taken.len += 1;
            i += 1;
        }
        self.stack.pop_to(m.0);
        self.next_choice();
        taken
    }

    /// [`equal`](Algebra::equal) with a taken set assumed again for the moment.
    pub const fn equal_under(&mut self, s: &Assumptions, a: Dim, b: Dim) -> Truth {
        let before = self.stack.len;
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
            if !matches!(self.decide(positive), Truth::Yes) {
                if let Cond::Expr(number) = positive {
                    self.stack.push(Fact::Holds(number));
                }
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
            let number = super::monomial::first(term.key);
            if !super::monomial::is_symbol(term.key) || term.coef.abs() != 1 {
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

    /// Whether no assumption has become impossible, seen on its own.
    const fn is_consistent(&mut self) -> bool {
        let mut i = 0;
        while i < self.stack.len {
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
    const fn at_least_zero(&mut self, number: u32) -> Option<Dim> {
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
        while i < self.stack.len {
            if let Some(fact) = self.stack.fact(i) {
                if let (Shape::Zero(f), false) = self.conditions.get(fact) {
                    let f = self.resolve(Dim::Expr(f));
                    if self.goes_into(f, p) {
                        return true;
                    }
                }
            }
            i += 1;
        }
        false
    }

    /// Whether the assumptions say that a resolved `p` is not 0.
    pub(super) const fn follows_nonzero(&mut self, p: Dim) -> bool {
        let mut i = 0;
        while i < self.stack.len {
            if let Some(fact) = self.stack.fact(i) {
                if let (Shape::Zero(f), true) = self.conditions.get(fact) {
                    let f = self.resolve(Dim::Expr(f));
                    if self.goes_into(p, f) {
                        return true;
                    }
                }
            }
            i += 1;
        }
        if self.stack.len == 0 {
            return false;
        }
        let minus = self.neg(p);
        self.follows_at_least(p, 1) || self.follows_at_least(minus, 1)
    }

    /// Whether one of the assumptions says that a resolved `p` is at least `least`.
    pub(super) const fn follows_at_least(&mut self, p: Dim, least: i64) -> bool {
        let mut i = 0;
        while i < self.stack.len {
            if let Some(fact) = self.stack.fact(i) {
                if let Some(f) = self.at_least_zero(fact) {
                    let more = self.sub(p, f);
                    if self.lower(more) >= least {
                        return true;
                    }
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
