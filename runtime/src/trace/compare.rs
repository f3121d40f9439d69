//! Questions about dimensions, asked for all values of their symbols.

use super::algebra::{Algebra, OBLIGATIONS};
use super::dim::{Dim, Truth};
use super::monomial;
use super::poly::gcd;
use super::rewrite::{same, Rule};
use super::symbol::Kind;

/// How many choices a question is split by.
const SPLITS: u32 = 6;

/// How many floors an accepted equality may remove.
const FLOORS: u32 = 4;

impl Algebra {
    /// Whether `a == b` for all values of the symbols that the current assumptions admit.
    ///
    /// `No` means that they differ for some: `C` is not `out`, `2*(H/2)` is not `H`. Of alternatives
    /// both must be equal.
    pub const fn equal(&mut self, a: Dim, b: Dim) -> Truth {
        match (a, b) {
            (Dim::Known(a), Dim::Known(b)) => Truth::from_bool(a == b),
            (Dim::Unknown, _) | (_, Dim::Unknown) => Truth::Unknown,
            _ => {
                let difference = self.difference(a, b);
                self.is_zero(difference, SPLITS)
            }
        }
    }

    /// Like [`equal`](Algebra::equal), but an equality that holds only if some `d` divides some `n` is
    /// accepted, and recorded among the [`obligations`](Algebra::obligations).
    pub const fn require_equal(&mut self, a: Dim, b: Dim) -> Truth {
        let plain = self.equal(a, b);
        if !matches!((a, b), (Dim::Expr(_), _) | (_, Dim::Expr(_))) || plain.is_yes() {
            return plain;
        }
        let difference = self.difference(a, b);
        // As few floors as possible: each asks something of the user.
        let mut floors = 1;
        let mut cut = true;
        while floors <= FLOORS && cut {
            cut = false;
            if self.vanishes(difference, floors, SPLITS, &mut cut) {
                return Truth::Yes;
            }
            floors += 1;
        }
        plain
    }

    /// Whether `a < b`: `Yes` if for all values that the current assumptions admit, `No` if for none.
    pub const fn less(&mut self, a: Dim, b: Dim) -> Truth {
        match (a, b) {
            (Dim::Known(a), Dim::Known(b)) => Truth::from_bool(a < b),
            (Dim::Unknown, _) | (_, Dim::Unknown) => Truth::Unknown,
            _ => {
                let room = self.difference(b, a);
                let room = self.sub(room, Dim::Known(1));
                self.is_not_negative(room, SPLITS)
            }
        }
    }

    /// Whether `d` divides `n`: `Yes` if for all values that the current assumptions admit, `No` if for
    /// none (or `d` is 0).
    pub const fn divides(&mut self, d: Dim, n: Dim) -> Truth {
        let (d, n) = (self.resolve(d), self.resolve(n));
        if d.is(0) {
            return Truth::No;
        }
        let rest = self.rem(n, d);
        self.can_be_zero(rest, SPLITS)
    }

    /// The number of conditions that [`require_equal`](Algebra::require_equal) has recorded.
    pub const fn obligations(&self) -> usize {
        self.obligation_count
    }

    /// The recorded condition of that number: `(n, d)`, where `d` must divide `n`.
    pub const fn obligation(&self, i: usize) -> (Dim, Dim) {
        self.obligations[i]
    }

    /// `a - b` under the current assumptions.
    const fn difference(&mut self, a: Dim, b: Dim) -> Dim {
        let difference = self.sub(a, b);
        self.resolve(difference)
    }

    /// Whether a resolved `p` is 0 for all values (`No`: not for some).
    const fn is_zero(&mut self, p: Dim, splits: u32) -> Truth {
        match p {
            Dim::Known(value) => return Truth::from_bool(value == 0),
            Dim::Unknown => return Truth::Unknown,
            Dim::Expr(_) => {}
        }
        if self.follows_zero(p) {
            return Truth::Yes;
        }
        if let Some(choice) = self.open_choice(p) {
            if splits == 0 {
                return Truth::Unknown;
            }
            let (first, second) = self.arms(p, choice);
            let first = self.is_zero(first, splits - 1);
            let second = self.is_zero(second, splits - 1);
            return first.and(second);
        }
        if self.has_witness(p) {
            Truth::No
        } else {
            Truth::Unknown
        }
    }

    /// Whether a resolved `p` is 0: `Yes` if for all values, `No` if for none.
    pub(super) const fn can_be_zero(&mut self, p: Dim, splits: u32) -> Truth {
        match p {
            Dim::Known(value) => return Truth::from_bool(value == 0),
            Dim::Unknown => return Truth::Unknown,
            Dim::Expr(_) => {}
        }
        if self.follows_zero(p) {
            return Truth::Yes;
        }
        if self.lower(p) > 0 || self.upper(p) < 0 || self.misses_zero(p) || self.follows_nonzero(p)
        {
            return Truth::No;
        }
        match self.open_choice(p) {
            Some(choice) if splits > 0 => {
                let (first, second) = self.arms(p, choice);
                let first = self.can_be_zero(first, splits - 1);
                let second = self.can_be_zero(second, splits - 1);
                first.agreed(second)
            }
            _ => Truth::Unknown,
        }
    }

    /// Whether a resolved `p` is at least 0: `Yes` if for all values, `No` if for none.
    pub(super) const fn is_not_negative(&mut self, p: Dim, splits: u32) -> Truth {
        match p {
            Dim::Known(value) => return Truth::from_bool(value >= 0),
            Dim::Unknown => return Truth::Unknown,
            Dim::Expr(_) => {}
        }
        if self.lower(p) >= 0 || self.follows_at_least(p, 0) {
            return Truth::Yes;
        }
        let minus = self.neg(p);
        if self.lower(minus) > 0 || self.follows_at_least(minus, 1) {
            return Truth::No;
        }
        match self.open_choice(p) {
            Some(choice) if splits > 0 => {
                let (first, second) = self.arms(p, choice);
                let first = self.is_not_negative(first, splits - 1);
                let second = self.is_not_negative(second, splits - 1);
                first.agreed(second)
            }
            _ => Truth::Unknown,
        }
    }

    /// Whether no integers make `p` 0, because its coefficients have a factor that its constant lacks.
    const fn misses_zero(&self, p: Dim) -> bool {
        match p {
            Dim::Expr(p) => self.polys.content(p, false) != self.polys.content(p, true),
            _ => false,
        }
    }

    /// `p` for both arms of a choice.
    const fn arms(&mut self, p: Dim, choice: u32) -> (Dim, Dim) {
        let first = self.rewrite(
            p,
            Rule::Choose {
                choice,
                first: true,
            },
        );
        let second = self.rewrite(
            p,
            Rule::Choose {
                choice,
                first: false,
            },
        );
        (self.resolve(first), self.resolve(second))
    }

    /// Whether `p` becomes 0 when up to `floors` of its floors are taken as exact quotients; what that
    /// demands is recorded, if so. `cut` becomes true if more floors might help.
    const fn vanishes(&mut self, p: Dim, floors: u32, splits: u32, cut: &mut bool) -> bool {
        let p = self.without_factors(p);
        let Dim::Expr(id) = p else { return p.is(0) };
        let recorded = self.obligation_count;
        if let Some(choice) = self.open_choice(p) {
            if splits == 0 {
                return false;
            }
            let (first, second) = self.arms(p, choice);
            if self.vanishes(first, floors, splits - 1, cut)
                && self.vanishes(second, floors, splits - 1, cut)
            {
                return true;
            }
            self.obligation_count = recorded;
            return false;
        }
        if floors == 0 {
            *cut |= self.has_floors(id);
            return false;
        }
        let mut number = self.next_symbol(id, u32::MAX);
        while number != 0 {
            if let Some((exact, n, d)) = self.exact_floor(id, number) {
                if self.oblige(n, d) && self.vanishes(exact, floors - 1, splits, cut) {
                    return true;
                }
                self.obligation_count = recorded;
            }
            number = self.next_symbol(id, number);
        }
        false
    }

    /// `p` without the symbols that divide all of it: a product is 0 if one of its factors is.
    const fn without_factors(&mut self, p: Dim) -> Dim {
        match p {
            Dim::Expr(id) => {
                let common = self.polys.common_monomial(id);
                self.polys.cancel(id, common, 1)
            }
            p => p,
        }
    }

    /// `p` with `d·floor(n/d)` replaced by `n`, where the floor is the symbol `q` and `d` as much of its
    /// divisor as its factor in `p` contains; and `n` and `d`.
    const fn exact_floor(&mut self, p: u32, q: u32) -> Option<(Dim, Dim, Dim)> {
        let symbol = *self.symbols.get(q);
        if !matches!(symbol.kind, Kind::Floor) {
            return None;
        }
        let Some(factor) = self.polys.cofactor(p, q) else {
            return None;
        };
        let (n, d) = (self.polys.dim(symbol.a), self.polys.dim(symbol.b));
        let Some((factor_left, d_taken)) = self.shared_divisor(factor, d) else {
            return None;
        };
        // floor(n/d) = floor(floor(n/d_left)/d_taken)
        let d_left = self.div(d, d_taken);
        let inner = self.div(n, d_left);
        let floor = self.symbol(q);
        let part = self.mul(factor, floor);
        let others = self.sub(Dim::Expr(p), part);
        let exact = self.mul(factor_left, inner);
        let replaced = self.add(others, exact);
        if replaced.is_unknown() {
            return None;
        }
        Some((replaced, inner, d_taken))
    }

    /// A divisor `t` of both a floor's factor and its divisor: `(factor/t, t)`.
    const fn shared_divisor(&mut self, factor: Dim, d: Dim) -> Option<(Dim, Dim)> {
        let (whole, rest) = match (factor, d) {
            (Dim::Known(factor), Dim::Known(d)) => (
                Dim::Known(factor.div_euclid(d)),
                Dim::Known(factor.rem_euclid(d)),
            ),
            _ => self.split(factor, d),
        };
        if rest.is(0) {
            return Some((whole, d));
        }
        let (coef, key) = match (factor, d) {
            (Dim::Known(factor), Dim::Known(d)) => (gcd(factor, d), monomial::ONE),
            (Dim::Known(factor), Dim::Expr(d)) => {
                (gcd(factor, self.polys.content(d, true)), monomial::ONE)
            }
            (Dim::Expr(factor), Dim::Known(d)) => {
                (gcd(self.polys.content(factor, true), d), monomial::ONE)
            }
            (Dim::Expr(factor), Dim::Expr(d)) => (
                gcd(
                    self.polys.content(factor, true),
                    self.polys.content(d, true),
                ),
                monomial::common(
                    self.polys.common_monomial(factor),
                    self.polys.common_monomial(d),
                ),
            ),
            _ => return None,
        };
        if coef == 1 && key == monomial::ONE {
            return None;
        }
        self.polys.push(key, coef);
        let taken = self.polys.finish();
        let left = self.cancel(factor, key, coef);
        if taken.is_unknown() || left.is_unknown() {
            return None;
        }
        Some((left, taken))
    }

    /// Records that `d` must divide `n`; fails where that can't be or there is no room.
    const fn oblige(&mut self, n: Dim, d: Dim) -> bool {
        if let (Dim::Known(n), Dim::Known(d)) = (n, d) {
            return d != 0 && n % d == 0;
        }
        let mut i = 0;
        while i < self.obligation_count {
            let (old_n, old_d) = self.obligations[i];
            if same(n, old_n) && same(d, old_d) {
                return true;
            }
            i += 1;
        }
        if i == OBLIGATIONS || n.is_unknown() || d.is_unknown() {
            return false;
        }
        self.obligations[i] = (n, d);
        self.obligation_count += 1;
        true
    }
}
