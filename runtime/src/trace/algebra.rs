//! The arithmetic of dimensions.

use super::bound;
use super::condition::Conditions;
use super::dim::{Dim, Truth};
use super::hash::{key, key_by_number, Memo, Op, MISS};
use super::monomial;
use super::poly::Polys;
use super::stack::Stack;
use super::symbol::{Kind, Symbol, Symbols};

/// How many conditions [`Algebra::require_equal`] can record.
pub(super) const OBLIGATIONS: usize = 128;

/// Everything that is known about the integers of one trace.
///
/// Dimensions are polynomials with integer coefficients over free dimensions (at least 1),
/// hyperparameters (at least 0), floors of quotients, and alternatives left over by a branch. Each has a
/// normal form and is stored once, so that equal polynomials are equal numbers. What can't be represented
/// (a coefficient beyond `i64`, more than 12 terms, a degree above 6, a full arena) is
/// [`Dim::Unknown`]: never wrong, only undecided.
///
/// ```
/// use taper::trace::{Algebra, Dim, Truth};
///
/// const TWICE_HALVED: Truth = {
///     let mut algebra = Algebra::new();
///     let height = algebra.free("H");
///     let half = algebra.div(height, Dim::Known(2));
///     let twice_halved = algebra.div(half, Dim::Known(2));
///     let quarter = algebra.div(height, Dim::Known(4));
///     algebra.equal(twice_halved, quarter)
/// };
/// assert_eq!(TWICE_HALVED, Truth::Yes);
/// ```
pub struct Algebra {
    pub(super) polys: Polys,
    pub(super) symbols: Symbols,
    pub(super) memo: Memo,
    pub(super) conditions: Conditions,
    pub(super) stack: Stack,
    pub(super) obligations: [(Dim, Dim); OBLIGATIONS],
    pub(super) obligation_count: usize,
    /// The number of the choice that [`Algebra::either`] belongs to.
    pub(super) choice: u32,
}

impl Algebra {
    /// An algebra without symbols.
    #[allow(clippy::new_without_default)] // a quarter of a mebibyte: not to be made by accident
    pub const fn new() -> Algebra {
        Algebra {
            polys: Polys::new(),
            symbols: Symbols::new(),
            memo: Memo::new(),
            conditions: Conditions::new(),
            stack: Stack::new(),
            obligations: [(Dim::Unknown, Dim::Unknown); OBLIGATIONS],
            obligation_count: 0,
            choice: 0,
        }
    }

    /// A new free dimension: any integer from 1.
    pub const fn free(&mut self, name: &'static str) -> Dim {
        let number = self.symbols.named(Kind::Free, name, 1);
        self.symbol(number)
    }

    /// A new hyperparameter: any integer from 0.
    pub const fn hyper(&mut self, name: &'static str) -> Dim {
        let number = self.symbols.named(Kind::Hyper, name, 0);
        self.symbol(number)
    }

    /// An integer of which nothing is known.
    pub const fn opaque(&mut self) -> Dim {
        Dim::Unknown
    }

    /// `a + b`.
    pub const fn add(&mut self, a: Dim, b: Dim) -> Dim {
        match (a, b) {
            (Dim::Known(a), Dim::Known(b)) => number(a.checked_add(b)),
            (Dim::Known(0), a) | (a, Dim::Known(0)) => a,
            (Dim::Known(k), Dim::Expr(a)) | (Dim::Expr(a), Dim::Known(k)) => {
                let key = key_by_number(Op::Add, a, k);
                match self.memo.get(key) {
                    MISS => {
                        let result = self.polys.plus(a, k);
                        self.remember(key, result)
                    }
                    result => Dim::Expr(result),
                }
            }
            (Dim::Expr(i), Dim::Expr(j)) => {
                let key = key(Op::Add, i, j);
                match self.memo.get(key) {
                    MISS => {
                        let result = self.polys.sum(i, j, false);
                        self.remember(key, result)
                    }
                    result => Dim::Expr(result),
                }
            }
            _ => Dim::Unknown,
        }
    }

    /// `a - b`.
    pub const fn sub(&mut self, a: Dim, b: Dim) -> Dim {
        match (a, b) {
            (Dim::Known(a), Dim::Known(b)) => number(a.checked_sub(b)),
            (_, Dim::Known(k)) if k != i64::MIN => self.add(a, Dim::Known(-k)),
            (Dim::Known(_), Dim::Expr(_)) => {
                let minus = self.neg(b);
                self.add(a, minus)
            }
            (Dim::Expr(i), Dim::Expr(j)) if i == j => Dim::Known(0),
            (Dim::Expr(i), Dim::Expr(j)) => {
                let key = key(Op::Sub, i, j);
                match self.memo.get(key) {
                    MISS => {
                        let result = self.polys.sum(i, j, true);
                        self.remember(key, result)
                    }
                    result => Dim::Expr(result),
                }
            }
            _ => Dim::Unknown,
        }
    }

    /// `-a`.
    pub const fn neg(&mut self, a: Dim) -> Dim {
        self.mul(a, Dim::Known(-1))
    }

    /// `a·b`.
    pub const fn mul(&mut self, a: Dim, b: Dim) -> Dim {
        match (a, b) {
            (Dim::Known(a), Dim::Known(b)) => number(a.checked_mul(b)),
            (Dim::Known(0), Dim::Expr(_)) | (Dim::Expr(_), Dim::Known(0)) => Dim::Known(0),
            (Dim::Known(1), a) | (a, Dim::Known(1)) => a,
            (Dim::Known(k), Dim::Expr(a)) | (Dim::Expr(a), Dim::Known(k)) => {
                let key = key_by_number(Op::Mul, a, k);
                match self.memo.get(key) {
                    MISS => {
                        let result = self.polys.scale(a, monomial::ONE, k);
                        self.remember(key, result)
                    }
                    result => Dim::Expr(result),
                }
            }
            (Dim::Expr(i), Dim::Expr(j)) => {
                let key = key(Op::Mul, i, j);
                match self.memo.get(key) {
                    MISS => {
                        let result = self.product(i, j);
                        self.remember(key, result)
                    }
                    result => Dim::Expr(result),
                }
            }
            _ => Dim::Unknown,
        }
    }

    /// `a` to the power `n`.
    pub const fn pow(&mut self, a: Dim, n: u32) -> Dim {
        match a {
            Dim::Known(a) => number(a.checked_pow(n)),
            _ => {
                let mut power = Dim::Known(1);
                let mut i = 0;
                // Every power of a polynomial above the highest degree is unknown.
                while i < n && !power.is_unknown() {
                    power = self.mul(power, a);
                    i += 1;
                }
                power
            }
        }
    }

    /// `a - b·floor(a/b)`.
    pub const fn rem(&mut self, a: Dim, b: Dim) -> Dim {
        let quotient = self.div(a, b);
        let multiple = self.mul(b, quotient);
        self.sub(a, multiple)
    }

    /// The lesser of the two, when that can be told (under the current assumptions).
    pub const fn min(&mut self, a: Dim, b: Dim) -> Dim {
        match self.less(a, b) {
            Truth::Yes => a,
            Truth::No => b,
            Truth::Unknown => match self.less(b, a) {
                Truth::Yes => b,
                Truth::No => a,
                Truth::Unknown => Dim::Unknown,
            },
        }
    }

    /// The greater of the two, when that can be told (under the current assumptions).
    pub const fn max(&mut self, a: Dim, b: Dim) -> Dim {
        match self.less(a, b) {
            Truth::Yes => b,
            Truth::No => a,
            Truth::Unknown => match self.less(b, a) {
                Truth::Yes => a,
                Truth::No => b,
                Truth::Unknown => Dim::Unknown,
            },
        }
    }

    /// `a` or `b`, depending on how a branch went: `a` for its first arm, `b` for its second.
    ///
    /// Alternatives made without a [`take`](Algebra::take) in between belong to the same merge: they go
    /// the same way together. Where several merges follow one `take`, call
    /// [`next_choice`](Algebra::next_choice) between them.
    pub const fn either(&mut self, a: Dim, b: Dim) -> Dim {
        self.alternative(self.choice, a, b)
    }

    /// Starts a merge of its own for [`either`](Algebra::either).
    pub const fn next_choice(&mut self) {
        self.choice += 1;
    }

    /// The symbol `a` or `b` of a choice.
    pub(super) const fn alternative(&mut self, choice: u32, a: Dim, b: Dim) -> Dim {
        if a.is_unknown() || b.is_unknown() {
            return Dim::Unknown;
        }
        if self.sub(a, b).is(0) {
            return a;
        }
        let low = bound::least(self.lower(a), self.lower(b));
        let high = bound::greatest(self.upper(a), self.upper(b));
        self.compound(Kind::Either(choice), a, b, low, high)
    }

    /// The symbol of two dimensions, found or made.
    pub(super) const fn compound(
        &mut self,
        kind: Kind,
        a: Dim,
        b: Dim,
        low: i64,
        high: i64,
    ) -> Dim {
        let (Dim::Expr(a), Dim::Expr(b)) = (self.interned(a), self.interned(b)) else {
            return Dim::Unknown;
        };
        let (mut number, place) = self.symbols.find(kind, a, b);
        if number == 0 {
            let (inside_a, choice_a) = self.inside(a);
            let (inside_b, choice_b) = self.inside(b);
            let symbol = Symbol {
                kind,
                a,
                b,
                low,
                high,
                inside: inside_a | inside_b,
                choice: choice_a || choice_b || matches!(kind, Kind::Either(_)),
            };
            number = self.symbols.insert(place, symbol);
        }
        self.symbol(number)
    }

    /// The symbols inside a polynomial (see [`Symbol::inside`]), and whether there is a choice.
    pub(super) const fn inside(&self, a: u32) -> (u64, bool) {
        let (mut i, end) = self.polys.span(a);
        let mut inside = 0;
        let mut choice = false;
        while i < end {
            let mut key = self.polys.term(i).key;
            while key != monomial::ONE {
                let symbol = self.symbols.get(monomial::first(key));
                inside |= symbol.inside;
                choice |= symbol.choice;
                key = monomial::rest(key);
            }
            i += 1;
        }
        (inside, choice)
    }

    /// A dimension as the number of a polynomial, numbers included.
    pub(super) const fn interned(&mut self, a: Dim) -> Dim {
        match a {
            Dim::Known(value) => self.polys.constant(value),
            other => other,
        }
    }

    /// A symbol as a dimension.
    pub(super) const fn symbol(&mut self, number: u32) -> Dim {
        if number == 0 {
            return Dim::Unknown;
        }
        self.polys.push(monomial::of(number), 1);
        self.polys.finish()
    }

    /// A product of polynomials, term by term of the shorter.
    const fn product(&mut self, a: u32, b: u32) -> Dim {
        let (a, b) = if self.polys.len(a) < self.polys.len(b) {
            (a, b)
        } else {
            (b, a)
        };
        let (mut i, end) = self.polys.span(a);
        let mut sum = Dim::Known(0);
        while i < end {
            let term = self.polys.term(i);
            let part = self.polys.scale(b, term.key, term.coef);
            sum = self.add(sum, part);
            i += 1;
        }
        sum
    }

    /// Stores a result in the memo, and passes it on.
    pub(super) const fn remember(&mut self, key: u64, result: Dim) -> Dim {
        if let Dim::Expr(id) = result {
            self.memo.put(key, id);
        }
        result
    }
}

/// A number, unless it overflowed.
pub(super) const fn number(value: Option<i64>) -> Dim {
    match value {
        Some(value) => Dim::Known(value),
        None => Dim::Unknown,
    }
}
