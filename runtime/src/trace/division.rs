//! Floor division and its normal form.

use super::algebra::{number, Algebra};
use super::bound;
use super::dim::Dim;
use super::hash::{key, key_by_number, Op, MISS};
use super::monomial;
use super::poly::gcd;
use super::symbol::Kind;

/// How many steps a division by a sum may take; what is left over stays under the floor.
const STEPS: usize = 16;

impl Algebra {
    /// `floor(n/d)`, which is Rust's `n / d` where neither is negative; unknown for the divisor 0.
    ///
    /// The normal form takes out what the divisor divides (`(2·H + 3)/2` is `H + 1`, `heads·d/heads` is
    /// `d`), reduces to lowest terms, and joins nested floors (`(H/2 + 1)/2` is `(H + 2)/4`), so that two
    /// layers of stride 2 compare equal to one of stride 4.
    pub const fn div(&mut self, n: Dim, d: Dim) -> Dim {
        match (n, d) {
            (_, Dim::Known(0)) => Dim::Unknown,
            (Dim::Known(n), Dim::Known(d)) => floor(n, d),
            (Dim::Known(0), Dim::Expr(_)) => Dim::Known(0),
            (n, Dim::Known(1)) => n,
            (Dim::Unknown, _) | (_, Dim::Unknown) => Dim::Unknown,
            _ => {
                let key = match (n, d) {
                    (Dim::Expr(n), Dim::Known(d)) => key_by_number(Op::Div, n, d),
                    (Dim::Expr(n), Dim::Expr(d)) => key(Op::Div, n, d),
                    _ => 0,
                };
                match self.memo.get(key) {
                    MISS => {
                        let result = self.divide(n, d);
                        self.remember(key, result)
                    }
                    result => Dim::Expr(result),
                }
            }
        }
    }

    /// `div` of operands that are not both numbers.
    const fn divide(&mut self, n: Dim, d: Dim) -> Dim {
        let (n, d) = if self.leading_is_negative(d) {
            (self.neg(n), self.neg(d))
        } else {
            (n, d)
        };
        let (quotient, rest) = self.split(n, d);
        let under = match rest {
            Dim::Known(0) => Dim::Known(0),
            rest => self.floor_of(rest, d),
        };
        self.add(quotient, under)
    }

    /// The polynomials `q` and `r` with `n = q·d + r` by which `d` divides `n` as far as it goes, the
    /// coefficients of `r` that `d` reaches being not negative. The leading coefficient of `d` is
    /// positive.
    pub(super) const fn split(&mut self, n: Dim, d: Dim) -> (Dim, Dim) {
        match (n, d) {
            (Dim::Expr(n), Dim::Known(d)) => self.polys.divide_by_term(n, monomial::ONE, d),
            (Dim::Expr(i), Dim::Expr(j)) if self.polys.len(j) == 1 => {
                let term = self.polys.leading(j);
                self.polys.divide_by_term(i, term.key, term.coef)
            }
            (Dim::Expr(_), Dim::Expr(j)) => self.split_by_sum(n, j),
            _ => (Dim::Known(0), n),
        }
    }

    /// `split` by a polynomial of several terms.
    const fn split_by_sum(&mut self, n: Dim, d: u32) -> (Dim, Dim) {
        let leading = self.polys.leading(d);
        let mut quotient = Dim::Known(0);
        let mut rest = n;
        let mut step = 0;
        while step < STEPS {
            let Dim::Expr(r) = rest else { break };
            let (mut i, end) = self.polys.span(r);
            let mut found = (monomial::ONE, 0);
            while i < end && found.1 == 0 {
                let term = self.polys.term(i);
                if let Some(key) = monomial::quotient(term.key, leading.key) {
                    found = (key, term.coef.div_euclid(leading.coef));
                }
                i += 1;
            }
            if found.1 == 0 {
                break;
            }
            self.polys.push(found.0, found.1);
            let part = self.polys.finish();
            let less = self.polys.minus_scaled(r, d, found.0, found.1);
            let more = self.add(quotient, part);
            if less.is_unknown() || more.is_unknown() {
                break;
            }
            (quotient, rest) = (more, less);
            step += 1;
        }
        (quotient, rest)
    }

    /// `floor(n/d)` for an `n` that has been [`split`](Algebra::split) by `d`.
    const fn floor_of(&mut self, n: Dim, d: Dim) -> Dim {
        let positive = match d {
            Dim::Known(d) => d > 0,
            // Where the quotient is defined at all, `d` is not 0.
            d => self.lower(d) >= 0,
        };
        if positive {
            if let Some((n, d)) = self.lowest_terms(n, d) {
                return self.div(n, d);
            }
            if self.is_below_one(n, d) {
                return Dim::Known(0);
            }
            if let Dim::Known(-1) = n {
                // Where the quotient is defined, `d` is at least 1.
                return Dim::Known(-1);
            }
            if let Some(joined) = self.join_floors(n, d) {
                return joined;
            }
        }
        let (low, high) = if positive {
            self.floor_bounds(n, d)
        } else {
            (i64::MIN, i64::MAX)
        };
        self.compound(Kind::Floor, n, d, low, high)
    }

    /// Numerator and denominator without their common factors, if there are any. A number in the
    /// numerator is rounded: `floor((2·H + 1)/4) = floor(H/2)`.
    const fn lowest_terms(&mut self, n: Dim, d: Dim) -> Option<(Dim, Dim)> {
        let (content, common) = match (n, d) {
            (Dim::Expr(n), Dim::Known(d)) => (gcd(self.polys.content(n, false), d), monomial::ONE),
            (Dim::Known(_), Dim::Expr(d)) => (self.polys.content(d, true), monomial::ONE),
            (Dim::Expr(n), Dim::Expr(d)) => (
                gcd(self.polys.content(n, false), self.polys.content(d, true)),
                monomial::common(self.polys.common_monomial(n), self.polys.common_monomial(d)),
            ),
            // `split` has left a number below a known divisor.
            _ => return None,
        };
        if content == 1 && common == monomial::ONE {
            return None;
        }
        let n = self.cancel(n, common, content);
        let d = self.cancel(d, common, content);
        if n.is_unknown() || d.is_unknown() {
            return None;
        }
        Some((n, d))
    }

    /// `a/(coef·key)` where that is exact but for a number, which is rounded down.
    pub(super) const fn cancel(&mut self, a: Dim, key: u64, coef: i64) -> Dim {
        match a {
            Dim::Known(a) => floor(a, coef),
            Dim::Expr(a) => self.polys.cancel(a, key, coef),
            Dim::Unknown => Dim::Unknown,
        }
    }

    /// Whether `0 <= n < d`, seen from the bounds of their symbols.
    const fn is_below_one(&mut self, n: Dim, d: Dim) -> bool {
        match (n, d) {
            (Dim::Known(n), Dim::Known(d)) => 0 <= n && n < d,
            (Dim::Expr(_), Dim::Known(d)) => self.lower(n) >= 0 && self.upper(n) < d,
            _ => {
                if self.lower(n) < 0 {
                    return false;
                }
                let room = self.sub(d, n);
                self.lower(room) > 0
            }
        }
    }

    /// `floor((floor(x/b) + s)/d) = floor((x + b·s)/(b·d))`, for the greatest floor that stands alone in
    /// `n`; `d` is positive.
    const fn join_floors(&mut self, n: Dim, d: Dim) -> Option<Dim> {
        let Dim::Expr(id) = n else { return None };
        let (mut i, end) = self.polys.span(id);
        while i < end {
            let term = self.polys.term(i);
            i += 1;
            if term.coef != 1 || !monomial::is_symbol(term.key) {
                continue;
            }
            let inner = *self.symbols.get(monomial::first(term.key));
            if !matches!(inner.kind, Kind::Floor) {
                continue;
            }
            let (x, b) = (self.polys.dim(inner.a), self.polys.dim(inner.b));
            if self.lower(b) < 0 {
                continue;
            }
            self.polys.push(term.key, 1);
            let alone = self.polys.finish();
            let others = self.sub(n, alone);
            let raised = self.mul(b, others);
            let numerator = self.add(x, raised);
            let denominator = self.mul(b, d);
            if !numerator.is_unknown() && !denominator.is_unknown() {
                return Some(self.div(numerator, denominator));
            }
        }
        None
    }

    /// The least and the greatest value of `floor(n/d)` for a positive `d`.
    const fn floor_bounds(&mut self, n: Dim, d: Dim) -> (i64, i64) {
        let (low, high) = (self.lower(n), self.upper(n));
        match d {
            Dim::Known(d) => (bound::floor_low(low, d), bound::floor_high(high, d)),
            _ => (
                // Division moves a value towards 0 (or to -1), wherever the divisor lies.
                if low >= 0 { 0 } else { low },
                if high >= 0 { high } else { -1 },
            ),
        }
    }

    /// Whether the greatest term's coefficient is negative.
    pub(super) const fn leading_is_negative(&self, a: Dim) -> bool {
        match a {
            Dim::Known(a) => a < 0,
            Dim::Expr(a) => self.polys.leading(a).coef < 0,
            Dim::Unknown => false,
        }
    }
}

/// `floor(n/d)` of numbers.
pub(super) const fn floor(n: i64, d: i64) -> Dim {
    let (n, d) = if d < 0 {
        match (n.checked_neg(), d.checked_neg()) {
            (Some(n), Some(d)) => (n, d),
            _ => return Dim::Unknown,
        }
    } else {
        (n, d)
    };
    number(n.checked_div_euclid(d))
}
