//! Conditions on dimensions, as branches ask them.

use super::algebra::Algebra;
use super::dim::{Dim, Truth};
use super::hash::{mix, Index};
use super::monomial;

/// How many conditions an [`Algebra`] holds.
const CONDITIONS: usize = 512;

/// The index's slots.
const SLOTS: usize = 2 * CONDITIONS;

/// How many choices a decision is split by.
const SPLITS: u32 = 4;

/// A condition that holds, does not hold, or depends on symbols or on the run time.
///
/// An [`Expr`](Cond::Expr) belongs to the [`Algebra`] that made it.
#[derive(Clone, Copy, Debug)]
pub enum Cond {
    /// Always.
    Yes,
    /// Never.
    No,
    /// An interned condition.
    Expr(u32),
}

/// What a condition says, before a possible negation.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// A polynomial is 0.
    Zero(u32),
    /// A polynomial is at least 0.
    NotNegative(u32),
    /// Two conditions, by their numbers.
    Both(u32, u32),
    /// Something that only the run time knows.
    Opaque,
}

/// The arena. A condition's number is twice its place, plus one if it is negated.
pub(super) struct Conditions {
    shapes: [Shape; CONDITIONS],
    count: u32,
    index: Index<SLOTS>,
}

impl Conditions {
    /// An arena without conditions.
    pub(super) const fn new() -> Conditions {
        Conditions {
            shapes: [Shape::Opaque; CONDITIONS],
            count: 0,
            index: Index::new(),
        }
    }

    /// What the condition of that number says, and whether it is negated.
    pub(super) const fn get(&self, number: u32) -> (Shape, bool) {
        (self.shapes[(number >> 1) as usize], number & 1 == 1)
    }

    /// The condition of that shape, found or made; `None` when there is no room.
    const fn intern(&mut self, shape: Shape) -> Option<u32> {
        let code = code(shape);
        let hash = mix(0, code);
        let mut slot = Index::<SLOTS>::start(hash);
        if code != 0 {
            loop {
                let found = self.index.next(hash, &mut slot);
                if found == 0 {
                    break;
                }
                if self::code(self.shapes[found as usize - 1]) == code {
                    return Some((found - 1) << 1);
                }
            }
        }
        // The last place is that of `UNDECIDABLE`.
        if self.count as usize + 1 == CONDITIONS {
            return None;
        }
        let place = self.count;
        if code != 0 {
            self.index.insert(hash, slot, place);
        }
        self.shapes[place as usize] = shape;
        self.count += 1;
        Some(place << 1)
    }
}

/// A shape in one integer; 0 for what equals nothing but itself.
const fn code(shape: Shape) -> u64 {
    match shape {
        Shape::Zero(p) => 1 << 60 | p as u64,
        Shape::NotNegative(p) => 2 << 60 | p as u64,
        Shape::Both(a, b) => 3 << 60 | (a as u64) << 30 | b as u64,
        Shape::Opaque => 0,
    }
}

impl Algebra {
    /// `a == b`.
    pub const fn cond_eq(&mut self, a: Dim, b: Dim) -> Cond {
        match self.sub(a, b) {
            Dim::Known(difference) => Cond::from_bool(difference == 0),
            Dim::Unknown => self.cond_opaque(),
            Dim::Expr(id) => self.zero(id),
        }
    }

    /// `a < b`.
    pub const fn cond_lt(&mut self, a: Dim, b: Dim) -> Cond {
        let next = self.add(a, Dim::Known(1));
        self.cond_le(next, b)
    }

    /// `a <= b`.
    pub const fn cond_le(&mut self, a: Dim, b: Dim) -> Cond {
        let room = self.sub(b, a);
        self.not_negative(room)
    }

    /// Both.
    pub const fn cond_and(&mut self, a: Cond, b: Cond) -> Cond {
        match (a, b) {
            (Cond::No, _) | (_, Cond::No) => Cond::No,
            (Cond::Yes, other) | (other, Cond::Yes) => other,
            (Cond::Expr(a), Cond::Expr(b)) => {
                if a == b {
                    return Cond::Expr(a);
                }
                if a == b ^ 1 {
                    return Cond::No;
                }
                let (a, b) = if a < b { (a, b) } else { (b, a) };
                self.made(Shape::Both(a, b))
            }
        }
    }

    /// At least one.
    pub const fn cond_or(&mut self, a: Cond, b: Cond) -> Cond {
        let (not_a, not_b) = (self.cond_not(a), self.cond_not(b));
        let neither = self.cond_and(not_a, not_b);
        self.cond_not(neither)
    }

    /// The opposite.
    pub const fn cond_not(&mut self, a: Cond) -> Cond {
        match a {
            Cond::Yes => Cond::No,
            Cond::No => Cond::Yes,
            Cond::Expr(number) => Cond::Expr(number ^ 1),
        }
    }

    /// A new condition that only the run time knows. Asked again under an assumption about it, it is
    /// decided.
    pub const fn cond_opaque(&mut self) -> Cond {
        self.made(Shape::Opaque)
    }

    /// Whether the condition follows from numbers, from what all values of the symbols have in common,
    /// or from the current assumptions.
    pub const fn decide(&mut self, c: Cond) -> Truth {
        let number = match c {
            Cond::Yes => return Truth::Yes,
            Cond::No => return Truth::No,
            Cond::Expr(number) => number,
        };
        match self.decide_alone(number) {
            Truth::Unknown => self.decide_by_alternatives(number),
            truth => truth,
        }
    }

    /// `decide` without what follows from an assumed 'not both'.
    pub(super) const fn decide_alone(&mut self, number: u32) -> Truth {
        let assumed = self.stack.states(number);
        if !matches!(assumed, Truth::Unknown) {
            return assumed;
        }
        let (shape, negated) = self.conditions.get(number);
        let truth = match shape {
            Shape::Zero(p) => {
                let p = self.resolve(Dim::Expr(p));
                self.can_be_zero(p, SPLITS)
            }
            Shape::NotNegative(p) => {
                let p = self.resolve(Dim::Expr(p));
                self.is_not_negative(p, SPLITS)
            }
            Shape::Both(a, b) => {
                let a = self.decide_alone(a);
                if a.is_no() {
                    a
                } else {
                    a.and(self.decide_alone(b))
                }
            }
            Shape::Opaque => Truth::Unknown,
        };
        if negated {
            truth.not()
        } else {
            truth
        }
    }

    /// From 'not both `x` and `y`' and `y` follows 'not `x`'.
    const fn decide_by_alternatives(&mut self, number: u32) -> Truth {
        let mut i = 0;
        while i < self.stack.len() {
            if let Some(fact) = self.stack.fact(i)
                && let (Shape::Both(a, b), true) = self.conditions.get(fact)
            {
                let other = if a | 1 == number | 1 {
                    Some((a, b))
                } else if b | 1 == number | 1 {
                    Some((b, a))
                } else {
                    None
                };
                if let Some((own, other)) = other
                    && self.decide_alone(other).is_yes()
                {
                    return Truth::from_bool(own != number);
                }
            }
            i += 1;
        }
        Truth::Unknown
    }

    /// `p == 0`, in lowest terms and with a positive leading coefficient.
    const fn zero(&mut self, id: u32) -> Cond {
        let content = self.polys.content(id, false);
        if self.polys.content(id, true) != content {
            return Cond::No;
        }
        let key = self.positive_factors(id);
        let sign = if self.polys.leading(id).coef < 0 {
            -1
        } else {
            1
        };
        let reduced = self.polys.cancel(id, key, content);
        match self.mul(reduced, Dim::Known(sign)) {
            Dim::Known(value) => Cond::from_bool(value == 0),
            Dim::Unknown => self.cond_opaque(),
            Dim::Expr(id) => self.made(Shape::Zero(id)),
        }
    }

    /// `p >= 0`, in lowest terms; a `p` with a negative leading coefficient as the negation of
    /// `-p - 1 >= 0`, so that a condition and its opposite are one.
    pub(super) const fn not_negative(&mut self, p: Dim) -> Cond {
        let reduced = match p {
            Dim::Expr(id) => {
                let key = self.positive_factors(id);
                let content = self.polys.content(id, false);
                self.polys.cancel(id, key, content)
            }
            p => p,
        };
        let negative = self.leading_is_negative(reduced);
        let kept = if negative {
            let minus = self.neg(reduced);
            self.sub(minus, Dim::Known(1))
        } else {
            reduced
        };
        match (reduced, kept) {
            (Dim::Known(value), _) => Cond::from_bool(value >= 0),
            (_, Dim::Expr(id)) => {
                let made = self.made(Shape::NotNegative(id));
                if negative {
                    self.cond_not(made)
                } else {
                    made
                }
            }
            _ => self.cond_opaque(),
        }
    }

    /// The product of the symbols that divide all of a polynomial and are at least 1: what can be
    /// divided by without changing its sign.
    const fn positive_factors(&self, id: u32) -> u64 {
        let mut common = self.polys.common_monomial(id);
        let mut positive = monomial::ONE;
        while common != monomial::ONE {
            let symbol = monomial::first(common);
            if self.symbols.get(symbol).low >= 1
                && let Some(product) = monomial::product(positive, monomial::of(symbol))
            {
                positive = product;
            }
            common = monomial::rest(common);
        }
        positive
    }

    /// The condition of a shape. Without room it is one that nothing decides, not even an assumption.
    const fn made(&mut self, shape: Shape) -> Cond {
        match self.conditions.intern(shape) {
            Some(number) => Cond::Expr(number),
            None => Cond::Expr(UNDECIDABLE),
        }
    }
}

/// The number of the condition that stands for all those without room.
pub(super) const UNDECIDABLE: u32 = (CONDITIONS as u32 - 1) << 1;

impl Cond {
    /// From a decided question.
    pub const fn from_bool(holds: bool) -> Cond {
        if holds {
            Cond::Yes
        } else {
            Cond::No
        }
    }

    /// Whether it always holds.
    pub const fn is_yes(self) -> bool {
        matches!(self, Cond::Yes)
    }
}
