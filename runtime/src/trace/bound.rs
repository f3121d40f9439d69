//! Bounds of polynomials, from the bounds of their symbols.

use super::algebra::Algebra;
use super::dim::Dim;
use super::hash::{key, Op, MISS};
use super::monomial;
use super::symbol::{Kind, UNBOUNDED};

/// How many floors are replaced, one after the other, by the quotients that they round.
const FLOORS: u32 = 3;

/// 'No bound', in the memo.
const NO_BOUND: u32 = 1 << 31;

/// The bound 0, in the memo, which holds others relative to it.
const ZERO: u32 = 1 << 30;

/// What the terms of a polynomial say about its lower bound.
struct Terms {
    /// The sum of their bounds.
    low: i64,
    /// Whether a term has a positive coefficient.
    rises: bool,
    /// Whether there is a product of symbols.
    product: bool,
    /// Whether there is a floor.
    floor: bool,
}

impl Algebra {
    /// A number that `a` is never below; `i64::MIN` if none is found.
    pub(super) const fn lower(&mut self, a: Dim) -> i64 {
        let id = match a {
            Dim::Known(value) => return value,
            Dim::Unknown => return UNBOUNDED,
            Dim::Expr(id) => id,
        };
        let key = key(Op::Lower, id, 0);
        match self.memo.get(key) {
            MISS => {
                let low = self.lower_within(a, FLOORS);
                if low == UNBOUNDED {
                    self.memo.put(key, NO_BOUND);
                } else if low.abs() < ZERO as i64 {
                    self.memo.put(key, (low + ZERO as i64) as u32);
                }
                low
            }
            NO_BOUND => UNBOUNDED,
            low => low as i64 - ZERO as i64,
        }
    }

    /// A number that `a` is never above; `i64::MAX` if none is found.
    pub(super) const fn upper(&mut self, a: Dim) -> i64 {
        match a {
            Dim::Known(value) => value,
            Dim::Unknown => i64::MAX,
            Dim::Expr(_) => {
                let minus = self.neg(a);
                opposite(self.lower(minus))
            }
        }
    }

    const fn lower_within(&mut self, a: Dim, floors: u32) -> i64 {
        let id = match a {
            Dim::Known(value) => return value,
            Dim::Unknown => return UNBOUNDED,
            Dim::Expr(id) => id,
        };
        let Terms {
            low,
            rises,
            product,
            floor,
        } = self.lower_by_terms(id);
        // What falls without bound needs something that rises with it.
        if low != UNBOUNDED || !rises {
            return low;
        }
        let low = if product {
            self.lower_by_shift(id)
        } else {
            UNBOUNDED
        };
        if low != UNBOUNDED || floors == 0 || !floor {
            return low;
        }
        self.lower_by_floors(id, floors)
    }

    /// The sum of the terms' own bounds.
    const fn lower_by_terms(&self, id: u32) -> Terms {
        let (mut i, end) = self.polys.span(id);
        let mut terms = Terms {
            low: 0,
            rises: false,
            product: false,
            floor: false,
        };
        while i < end {
            let term = self.polys.term(i);
            i += 1;
            if term.key != monomial::ONE {
                terms.rises |= term.coef > 0;
                terms.product |= !monomial::is_symbol(term.key);
                terms.floor |= self.has_floor(term.key);
            }
            if terms.low == UNBOUNDED {
                continue;
            }
            let low = self.term_lower(term.key, term.coef);
            terms.low = match terms.low.checked_add(low) {
                Some(sum) if low != UNBOUNDED => sum,
                _ => UNBOUNDED,
            };
        }
        terms
    }

    /// Whether a term of a polynomial has a floor among its factors.
    pub(super) const fn has_floors(&self, id: u32) -> bool {
        let (mut i, end) = self.polys.span(id);
        while i < end {
            if self.has_floor(self.polys.term(i).key) {
                return true;
            }
            i += 1;
        }
        false
    }

    const fn has_floor(&self, key: u64) -> bool {
        let mut rest = key;
        while rest != monomial::ONE {
            if matches!(self.symbols.get(monomial::first(rest)).kind, Kind::Floor) {
                return true;
            }
            rest = monomial::rest(rest);
        }
        false
    }

    /// The bound of one term: of a monomial whose symbols are never negative, or of a lone symbol.
    const fn term_lower(&self, key: u64, coef: i64) -> i64 {
        let alone = monomial::is_symbol(key);
        let mut product = Some(coef);
        let mut rest = key;
        while rest != monomial::ONE {
            let symbol = self.symbols.get(monomial::first(rest));
            let side = if coef > 0 { symbol.low } else { symbol.high };
            let bounded = side != UNBOUNDED && side != i64::MAX;
            product = match product {
                Some(product) if bounded && (alone || symbol.low >= 0) => product.checked_mul(side),
                _ => return UNBOUNDED,
            };
            rest = monomial::rest(rest);
        }
        match product {
            Some(product) => product,
            None => UNBOUNDED,
        }
    }

    /// The constant after each symbol has been replaced by its least value plus something not negative,
    /// if all other coefficients are then positive: `H·W - H >= 0`.
    const fn lower_by_shift(&mut self, id: u32) -> i64 {
        let mut shifted = Dim::Expr(id);
        let mut number = self.next_symbol(id, u32::MAX);
        while number != 0 {
            let low = self.symbols.get(number).low;
            if low == UNBOUNDED {
                return UNBOUNDED;
            }
            if low != 0 {
                let symbol = self.symbol(number);
                let by = self.add(symbol, Dim::Known(low));
                shifted = self.replace(shifted, number, by);
            }
            number = self.next_symbol(id, number);
        }
        let Dim::Expr(id) = shifted else {
            return match shifted {
                Dim::Known(value) => value,
                _ => UNBOUNDED,
            };
        };
        let (mut i, end) = self.polys.span(id);
        let mut constant = 0;
        while i < end {
            let term = self.polys.term(i);
            if term.key == monomial::ONE {
                constant = term.coef;
            } else if term.coef < 0 {
                return UNBOUNDED;
            }
            i += 1;
        }
        constant
    }

    /// The bound after a floor has been replaced by what it rounds: `floor(n/d)` lies between
    /// `(n - d + 1)/d` and `n/d`.
    const fn lower_by_floors(&mut self, id: u32, floors: u32) -> i64 {
        let mut best = UNBOUNDED;
        let mut number = self.next_symbol(id, u32::MAX);
        while number != 0 && best == UNBOUNDED {
            let symbol = *self.symbols.get(number);
            let d = self.polys.dim(symbol.b);
            if let (Kind::Floor, Dim::Known(d)) = (symbol.kind, d)
                && d > 0
            {
                let n = self.polys.dim(symbol.a);
                best = self.lower_without_floor(id, number, n, d, floors);
            }
            number = self.next_symbol(id, number);
        }
        best
    }

    const fn lower_without_floor(&mut self, id: u32, q: u32, n: Dim, d: i64, floors: u32) -> i64 {
        let Some(factor) = self.polys.cofactor(id, q) else {
            return UNBOUNDED;
        };
        let symbol = self.symbol(q);
        let part = self.mul(factor, symbol);
        let others = self.sub(Dim::Expr(id), part);
        // d·a = d·others + factor·(d·floor(n/d)), the bracket taken from the side that makes it least.
        let bracket = if self.lower_within(factor, 0) >= 0 {
            self.sub(n, Dim::Known(d - 1))
        } else {
            let minus = self.neg(factor);
            if self.lower_within(minus, 0) < 0 {
                return UNBOUNDED;
            }
            n
        };
        let scaled = self.mul(others, Dim::Known(d));
        let replaced = self.mul(factor, bracket);
        let bound = self.add(scaled, replaced);
        match self.lower_within(bound, floors - 1) {
            UNBOUNDED => UNBOUNDED,
            low => opposite(opposite(low).div_euclid(d)),
        }
    }
}

/// `-a`, the marks of 'no bound' swapped.
const fn opposite(a: i64) -> i64 {
    match a {
        i64::MIN => i64::MAX,
        i64::MAX => i64::MIN,
        a => -a,
    }
}

/// The lesser.
pub(super) const fn least(a: i64, b: i64) -> i64 {
    if a < b {
        a
    } else {
        b
    }
}

/// The greater.
pub(super) const fn greatest(a: i64, b: i64) -> i64 {
    if a > b {
        a
    } else {
        b
    }
}

/// The lower bound of `floor(n/d)` from that of `n`.
pub(super) const fn floor_low(low: i64, d: i64) -> i64 {
    if low == UNBOUNDED {
        UNBOUNDED
    } else {
        low.div_euclid(d)
    }
}

/// The upper bound of `floor(n/d)` from that of `n`.
pub(super) const fn floor_high(high: i64, d: i64) -> i64 {
    if high == i64::MAX {
        i64::MAX
    } else {
        high.div_euclid(d)
    }
}
