//! Dimensions as text, in Rust's notation.

use super::algebra::Algebra;
use super::dim::Dim;
use super::monomial;
use super::poly::Term;
use super::symbol::Kind;
use super::text::Text;

/// How tightly a piece of text must hold together where it is put.
#[derive(Clone, Copy)]
enum Place {
    /// On its own.
    Alone,
    /// A summand.
    Sum,
    /// The left side of `/`.
    Numerator,
    /// A factor, or the right side of `/`.
    Factor,
}

impl Algebra {
    /// Appends `a` to `out`, as one would write it in Rust: `2*C + 1`, `(H + 1)/2`, `32 or C`; `?` for
    /// an unknown.
    pub const fn write(&self, a: Dim, out: &mut Text) {
        self.write_dim(a, Place::Alone, out);
    }

    const fn write_dim(&self, a: Dim, place: Place, out: &mut Text) {
        match a {
            Dim::Unknown => out.push("?"),
            Dim::Known(value) => {
                let bare = value >= 0 || matches!(place, Place::Alone | Place::Sum);
                open(!bare, out);
                out.push_int(value);
                close(!bare, out);
            }
            Dim::Expr(id) => match self.polys.as_symbol(id) {
                Some(symbol) => self.write_symbol(symbol, place, out),
                None => {
                    if let Some((quotient, added)) = self.as_quotient(id) {
                        self.write_quotient(quotient, added, place, out);
                        return;
                    }
                    let one_term = self.polys.len(id) == 1;
                    let bare = match place {
                        Place::Alone | Place::Sum => true,
                        Place::Numerator => one_term && self.polys.leading(id).coef > 0,
                        Place::Factor => false,
                    };
                    open(!bare, out);
                    self.write_sum(id, 0, out);
                    close(!bare, out);
                }
            },
        }
    }

    /// `(H + 1)/2 - 1`, which one would write `(H - 1)/2`: the quotient, and what is added to its numerator.
    const fn as_quotient(&self, id: u32) -> Option<(u32, i64)> {
        let (start, end) = self.polys.span(id);
        if end - start != 2 {
            return None;
        }
        let (term, constant) = (self.polys.term(start), self.polys.term(start + 1));
        if term.coef != 1 || !monomial::is_symbol(term.key) || constant.key != monomial::ONE {
            return None;
        }
        let quotient = self.symbols.get(monomial::first(term.key));
        let divisor = match (quotient.kind, self.polys.dim(quotient.b)) {
            (Kind::Floor, Dim::Known(divisor)) if divisor > 0 => divisor,
            _ => return None,
        };
        let (_, end) = self.polys.span(quotient.a);
        let rest = self.polys.term(end - 1);
        if constant.coef > 0 || rest.key != monomial::ONE || rest.coef < 0 {
            return None;
        }
        match constant.coef.checked_mul(divisor) {
            Some(added) => Some((monomial::first(term.key), added)),
            None => None,
        }
    }

    /// The terms: a positive one first, then in the order in which their symbols were made, the
    /// constant last, with `added`.
    const fn write_sum(&self, id: u32, added: i64, out: &mut Text) {
        let (start, end) = self.polys.span(id);
        let mut first = end - 1;
        while first > start && !self.may_lead(first) {
            first -= 1;
        }
        if !self.may_lead(first) {
            first = end - 1;
        }
        self.write_term(self.polys.term(first), true, out);
        let mut constant = end;
        let mut i = end;
        while i > start {
            i -= 1;
            if i == first {
                continue;
            }
            if self.polys.term(i).key == monomial::ONE {
                constant = i;
            } else {
                self.write_term(self.polys.term(i), false, out);
            }
        }
        if constant != end {
            let mut term = self.polys.term(constant);
            term.coef += added;
            self.write_term(term, false, out);
        }
    }

    const fn may_lead(&self, place: u32) -> bool {
        let term = self.polys.term(place);
        term.coef > 0 && term.key != monomial::ONE
    }

    const fn write_term(&self, term: Term, first: bool, out: &mut Text) {
        match (first, term.coef < 0) {
            (true, false) => {}
            (true, true) => out.push("-"),
            (false, false) => out.push(" + "),
            (false, true) => out.push(" - "),
        }
        let size = term.coef.abs();
        let product = size != 1 || !monomial::is_symbol(term.key);
        if size != 1 || term.key == monomial::ONE {
            out.push_int(size);
            if term.key != monomial::ONE {
                out.push("*");
            }
        }
        let place = if product || (first && term.coef < 0) {
            Place::Factor
        } else {
            Place::Sum
        };
        self.write_factors(term.key, place, out);
    }

    /// The symbols of a monomial, the first made first.
    const fn write_factors(&self, key: u64, place: Place, out: &mut Text) {
        if key == monomial::ONE {
            return;
        }
        let rest = monomial::rest(key);
        if rest != monomial::ONE {
            self.write_factors(rest, place, out);
            out.push("*");
        }
        self.write_symbol(monomial::first(key), place, out);
    }

    const fn write_symbol(&self, number: u32, place: Place, out: &mut Text) {
        let symbol = self.symbols.get(number);
        let (a, b) = (symbol.a, symbol.b);
        match symbol.kind {
            Kind::Free | Kind::Hyper => out.push(self.symbols.name(number)),
            Kind::Floor => self.write_quotient(number, 0, place, out),
            Kind::Either(_) => {
                let inner = !matches!(place, Place::Alone);
                open(inner, out);
                self.write_dim(self.polys.dim(a), Place::Alone, out);
                out.push(" or ");
                self.write_dim(self.polys.dim(b), Place::Alone, out);
                close(inner, out);
            }
        }
    }

    /// A quotient with `added` in its numerator.
    const fn write_quotient(&self, number: u32, added: i64, place: Place, out: &mut Text) {
        let symbol = self.symbols.get(number);
        let inner = matches!(place, Place::Factor);
        open(inner, out);
        if added == 0 {
            self.write_dim(self.polys.dim(symbol.a), Place::Numerator, out);
        } else {
            out.push("(");
            self.write_sum(symbol.a, added, out);
            out.push(")");
        }
        out.push("/");
        self.write_dim(self.polys.dim(symbol.b), Place::Factor, out);
        close(inner, out);
    }
}

const fn open(needed: bool, out: &mut Text) {
    if needed {
        out.push("(");
    }
}

const fn close(needed: bool, out: &mut Text) {
    if needed {
        out.push(")");
    }
}
