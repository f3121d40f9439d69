//! The arena of interned polynomials with integer coefficients, and arithmetic on them.
//!
//! A polynomial is a run of terms in one big array, the greatest monomial first, without zero
//! coefficients. A new one is built at the array's end with [`Polys::push`] and either found to exist
//! already or kept by [`Polys::finish`]: no polynomial is ever copied. Equal polynomials have equal
//! numbers.

use super::dim::Dim;
use super::hash::{mix, Index};
use super::monomial;

/// How many polynomials an [`Algebra`](super::Algebra) holds.
pub(super) const POLYS: usize = 4096;

/// How many terms all of them hold together.
const TERMS: usize = 8192;

/// How many terms one of them may have.
pub(super) const TERMS_EACH: u32 = 12;

/// The index's slots.
const SLOTS: usize = 2 * POLYS;

/// A coefficient and its monomial.
#[derive(Clone, Copy)]
pub(super) struct Term {
    /// The monomial.
    pub(super) key: u64,
    /// The coefficient, neither 0 nor `i64::MIN`.
    pub(super) coef: i64,
}

/// The arena.
pub(super) struct Polys {
    terms: [Term; TERMS],
    /// How many terms are taken.
    used: u32,
    /// How many terms follow them that belong to the polynomial being built.
    pending: u32,
    /// Whether the polynomial being built can't be represented.
    failed: bool,
    /// For each polynomial, where its terms start, shifted left by 8, and their number.
    heads: [u32; POLYS],
    count: u32,
    index: Index<SLOTS>,
}

impl Polys {
    /// An arena without polynomials.
    pub(super) const fn new() -> Polys {
        Polys {
            terms: [Term { key: 0, coef: 0 }; TERMS],
            used: 0,
            pending: 0,
            failed: false,
            heads: [0; POLYS],
            count: 0,
            index: Index::new(),
        }
    }

    /// Where a polynomial's terms start and end.
    pub(super) const fn span(&self, id: u32) -> (u32, u32) {
        let head = self.heads[id as usize];
        let start = head >> 8;
        (start, start + (head & 0xff))
    }

    /// A term, by a place within a [`span`](Polys::span).
    pub(super) const fn term(&self, place: u32) -> Term {
        self.terms[place as usize]
    }

    /// The greatest term.
    pub(super) const fn leading(&self, id: u32) -> Term {
        self.terms[(self.heads[id as usize] >> 8) as usize]
    }

    /// The number of terms.
    pub(super) const fn len(&self, id: u32) -> u32 {
        self.heads[id as usize] & 0xff
    }

    /// The symbol, if the polynomial is just one.
    pub(super) const fn as_symbol(&self, id: u32) -> Option<u32> {
        let term = self.leading(id);
        if self.len(id) == 1 && term.coef == 1 && monomial::is_symbol(term.key) {
            Some(monomial::first(term.key))
        } else {
            None
        }
    }

    /// Appends a term, less than those before it, to the polynomial being built.
    pub(super) const fn push(&mut self, key: u64, coef: i64) {
        if coef == 0 {
            return;
        }
        let place = (self.used + self.pending) as usize;
        if self.pending == TERMS_EACH || place == TERMS || coef == i64::MIN {
            self.failed = true;
            return;
        }
        self.terms[place] = Term { key, coef };
        self.pending += 1;
    }

    /// Appends a term whose computation may have overflowed.
    const fn push_checked(&mut self, key: Option<u64>, coef: Option<i64>) {
        match (key, coef) {
            (Some(key), Some(coef)) => self.push(key, coef),
            _ => self.failed = true,
        }
    }

    /// The polynomial built by the calls of [`push`](Polys::push) since the last.
    pub(super) const fn finish(&mut self) -> Dim {
        let start = self.used;
        let len = self.pending;
        self.pending = 0;
        if self.failed {
            self.failed = false;
            return Dim::Unknown;
        }
        if len == 0 {
            return Dim::Known(0);
        }
        let leading = self.terms[start as usize];
        if leading.key == monomial::ONE {
            return Dim::Known(leading.coef);
        }
        self.intern(start, len)
    }

    /// A number as an interned polynomial, for places that hold nothing else.
    pub(super) const fn constant(&mut self, value: i64) -> Dim {
        let place = self.used as usize;
        if place == TERMS {
            return Dim::Unknown;
        }
        self.terms[place] = Term {
            key: monomial::ONE,
            coef: value,
        };
        self.intern(place as u32, 1)
    }

    /// What an interned polynomial stands for: the reverse of [`constant`](Polys::constant).
    pub(super) const fn dim(&self, id: u32) -> Dim {
        let leading = self.leading(id);
        if leading.key == monomial::ONE {
            Dim::Known(leading.coef)
        } else {
            Dim::Expr(id)
        }
    }

    /// Finds the terms at the array's end among the interned polynomials, or keeps them as a new one.
    const fn intern(&mut self, start: u32, len: u32) -> Dim {
        let mut hash = 0;
        let mut i = start;
        while i < start + len {
            let term = self.terms[i as usize];
            hash = mix(hash ^ term.key, term.coef as u64);
            i += 1;
        }
        let mut slot = Index::<SLOTS>::start(hash);
        loop {
            let found = self.index.next(hash, &mut slot);
            if found == 0 {
                break;
            }
            if self.same(found - 1, start, len) {
                return Dim::Expr(found - 1);
            }
        }
        if self.count as usize == POLYS {
            return Dim::Unknown;
        }
        let id = self.count;
        self.index.insert(hash, slot, id);
        self.heads[id as usize] = start << 8 | len;
        self.count += 1;
        self.used += len;
        Dim::Expr(id)
    }

    const fn same(&self, id: u32, start: u32, len: u32) -> bool {
        if self.len(id) != len {
            return false;
        }
        let from = self.heads[id as usize] >> 8;
        let mut i = 0;
        while i < len {
            let a = self.terms[(from + i) as usize];
            let b = self.terms[(start + i) as usize];
            if a.key != b.key || a.coef != b.coef {
                return false;
            }
            i += 1;
        }
        true
    }

    /// `a + b`, or `a - b`.
    pub(super) const fn sum(&mut self, a: u32, b: u32, minus: bool) -> Dim {
        let (mut i, i_end) = self.span(a);
        let (mut j, j_end) = self.span(b);
        while i < i_end || j < j_end {
            let x = if i < i_end {
                self.terms[i as usize]
            } else {
                Term { key: 0, coef: 0 }
            };
            let y = if j < j_end {
                self.terms[j as usize]
            } else {
                Term { key: 0, coef: 0 }
            };
            // A side that has ended is the zero constant: less than all terms but the other's constant,
            // which it joins harmlessly.
            if x.key > y.key {
                self.push(x.key, x.coef);
                i += 1;
                continue;
            }
            let coef = if minus { -y.coef } else { y.coef };
            if x.key < y.key {
                self.push(y.key, coef);
            } else {
                self.push_checked(Some(x.key), x.coef.checked_add(coef));
                i += 1;
            }
            j += 1;
        }
        self.finish()
    }

    /// `a + value`.
    pub(super) const fn plus(&mut self, a: u32, value: i64) -> Dim {
        let (mut i, end) = self.span(a);
        let mut constant = Some(value);
        while i < end {
            let term = self.terms[i as usize];
            if term.key == monomial::ONE {
                constant = term.coef.checked_add(value);
            } else {
                self.push(term.key, term.coef);
            }
            i += 1;
        }
        self.push_checked(Some(monomial::ONE), constant);
        self.finish()
    }

    /// `a` times one term.
    pub(super) const fn scale(&mut self, a: u32, key: u64, coef: i64) -> Dim {
        let (mut i, end) = self.span(a);
        while i < end {
            let term = self.terms[i as usize];
            self.push_checked(
                monomial::product(term.key, key),
                term.coef.checked_mul(coef),
            );
            i += 1;
        }
        self.finish()
    }

    /// `a - b·term`, if the product can be represented: a step of polynomial division.
    pub(super) const fn minus_scaled(&mut self, a: u32, b: u32, key: u64, coef: i64) -> Dim {
        match self.scale(b, key, coef) {
            Dim::Expr(product) => self.sum(a, product, true),
            Dim::Known(value) if value != i64::MIN => self.plus(a, -value),
            _ => Dim::Unknown,
        }
    }

    /// The part of `a` that the term divides: `(Σ floor(c/coef)·m/key, Σ (c mod coef)·m + …)`, for a
    /// positive `coef`.
    pub(super) const fn divide_by_term(&mut self, a: u32, key: u64, coef: i64) -> (Dim, Dim) {
        let (start, end) = self.span(a);
        let mut i = start;
        while i < end {
            let term = self.terms[i as usize];
            if let Some(rest) = monomial::quotient(term.key, key) {
                self.push(rest, term.coef.div_euclid(coef));
            }
            i += 1;
        }
        let quotient = self.finish();
        i = start;
        while i < end {
            let term = self.terms[i as usize];
            if monomial::quotient(term.key, key).is_some() {
                self.push(term.key, term.coef.rem_euclid(coef));
            } else {
                self.push(term.key, term.coef);
            }
            i += 1;
        }
        (quotient, self.finish())
    }

    /// The terms that contain `symbol` exactly once, without it; `None` when it occurs in a higher power
    /// or not at all.
    pub(super) const fn cofactor(&mut self, a: u32, symbol: u32) -> Option<Dim> {
        let (mut i, end) = self.span(a);
        let mut linear = true;
        while i < end {
            let term = self.terms[i as usize];
            if let Some(rest) = monomial::quotient(term.key, monomial::of(symbol)) {
                linear &= monomial::power(rest, symbol) == 0;
                self.push(rest, term.coef);
            }
            i += 1;
        }
        match self.finish() {
            Dim::Unknown | Dim::Known(0) => None,
            cofactor if linear => Some(cofactor),
            _ => None,
        }
    }

    /// The monomial that divides every term.
    pub(super) const fn common_monomial(&self, a: u32) -> u64 {
        let (mut i, end) = self.span(a);
        let mut common = self.terms[i as usize].key;
        while i < end && common != monomial::ONE {
            common = monomial::common(common, self.terms[i as usize].key);
            i += 1;
        }
        common
    }

    /// The greatest number that divides every coefficient, the constant's only on demand; 0 if none
    /// counts.
    pub(super) const fn content(&self, a: u32, with_constant: bool) -> i64 {
        let (mut i, end) = self.span(a);
        let mut content = 0;
        while i < end && content != 1 {
            let term = self.terms[i as usize];
            if with_constant || term.key != monomial::ONE {
                content = gcd(content, term.coef);
            }
            i += 1;
        }
        content
    }

    /// `a/(key·coef)`, constants rounded down: the term divides all of `a` but perhaps a constant.
    pub(super) const fn cancel(&mut self, a: u32, key: u64, coef: i64) -> Dim {
        let (mut i, end) = self.span(a);
        while i < end {
            let term = self.terms[i as usize];
            self.push_checked(
                monomial::quotient(term.key, key),
                Some(term.coef.div_euclid(coef)),
            );
            i += 1;
        }
        self.finish()
    }
}

/// The greatest common divisor, not negative. Coefficients are never `i64::MIN`.
pub(super) const fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
