//! Substitution in polynomials.

use super::algebra::Algebra;
use super::dim::Dim;
use super::hash::{key, key_by_number, Op, MISS};
use super::monomial;
use super::symbol::{Kind, Symbols};

/// How often the current substitutions are gone through: one may bring back a floor that an earlier one
/// replaces.
const ROUNDS: usize = 3;

/// What is replaced, wherever it stands.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// A symbol.
    Substitute {
        /// The symbol's number.
        symbol: u32,
        /// What it becomes.
        by: Dim,
    },
    /// The alternatives of one choice.
    Choose {
        /// The choice.
        choice: u32,
        /// Whether its first arm was taken.
        first: bool,
    },
}

impl Algebra {
    /// `a` with the current assumptions substituted.
    pub const fn resolve(&mut self, a: Dim) -> Dim {
        if self.stack.substitutions() == 0 || !matches!(a, Dim::Expr(_)) {
            return a;
        }
        let mut resolved = a;
        let mut round = 0;
        while round < ROUNDS {
            let before = resolved;
            let mut i = 0;
            while i < self.stack.len() {
                if let Some(rule) = self.stack.rule(i) {
                    resolved = self.rewrite(resolved, rule);
                }
                i += 1;
            }
            if same(before, resolved) {
                break;
            }
            round += 1;
        }
        resolved
    }

    /// The number that `a` is under the current assumptions.
    pub const fn known(&mut self, a: Dim) -> Option<i64> {
        match self.resolve(a) {
            Dim::Known(value) => Some(value),
            _ => None,
        }
    }

    /// `a` rewritten by a rule, inside floors and alternatives too.
    pub(super) const fn rewrite(&mut self, a: Dim, rule: Rule) -> Dim {
        let Dim::Expr(id) = a else { return a };
        let (inside, choice) = self.inside(id);
        if !concerns(rule, inside, choice) {
            return a;
        }
        let key = rule_key(id, rule);
        let known = self.memo.get(key);
        if known != MISS {
            return Dim::Expr(known);
        }
        let (mut i, end) = self.polys.span(id);
        let mut sum = Dim::Known(0);
        while i < end {
            let term = self.polys.term(i);
            let part = self.rewrite_term(term.key, term.coef, rule);
            sum = self.add(sum, part);
            i += 1;
        }
        self.remember(key, sum)
    }

    const fn rewrite_term(&mut self, key: u64, coef: i64, rule: Rule) -> Dim {
        let mut product = Dim::Known(coef);
        let mut rest = key;
        while rest != monomial::ONE {
            let factor = self.rewrite_symbol(monomial::first(rest), rule);
            product = self.mul(product, factor);
            rest = monomial::rest(rest);
        }
        product
    }

    const fn rewrite_symbol(&mut self, number: u32, rule: Rule) -> Dim {
        let symbol = *self.symbols.get(number);
        if !concerns(rule, symbol.inside, symbol.choice) {
            return self.symbol(number);
        }
        if let Rule::Substitute { symbol, by } = rule
            && symbol == number
        {
            return by;
        }
        if let (Rule::Choose { choice, first }, Kind::Either(own)) = (rule, symbol.kind)
            && choice == own
        {
            let arm = self.polys.dim(if first { symbol.a } else { symbol.b });
            return self.rewrite(arm, rule);
        }
        if matches!(symbol.kind, Kind::Free | Kind::Hyper) {
            return self.symbol(number);
        }
        let a = self.rewrite(self.polys.dim(symbol.a), rule);
        let b = self.rewrite(self.polys.dim(symbol.b), rule);
        match symbol.kind {
            Kind::Either(choice) => self.alternative(choice, a, b),
            _ => self.div(a, b),
        }
    }

    /// `a` with a symbol replaced, but not inside floors and alternatives.
    pub(super) const fn replace(&mut self, a: Dim, symbol: u32, by: Dim) -> Dim {
        let Dim::Expr(id) = a else { return a };
        let (mut i, end) = self.polys.span(id);
        let mut sum = Dim::Known(0);
        while i < end {
            let term = self.polys.term(i);
            let mut key = term.key;
            let mut power = Dim::Known(1);
            while let Some(rest) = monomial::quotient(key, monomial::of(symbol)) {
                key = rest;
                power = self.mul(power, by);
            }
            self.polys.push(key, term.coef);
            let others = self.polys.finish();
            let part = self.mul(others, power);
            sum = self.add(sum, part);
            i += 1;
        }
        sum
    }

    /// The greatest symbol below `below` that occurs in a polynomial (not counting the inside of floors
    /// and alternatives); 0 when there is none.
    pub(super) const fn next_symbol(&self, id: u32, below: u32) -> u32 {
        let (mut i, end) = self.polys.span(id);
        let mut next = 0;
        while i < end {
            let mut key = self.polys.term(i).key;
            // A monomial's symbols descend.
            while monomial::first(key) >= below {
                key = monomial::rest(key);
            }
            if monomial::first(key) > next {
                next = monomial::first(key);
            }
            i += 1;
        }
        next
    }

    /// Whether a symbol occurs in `a`, at any depth.
    pub(super) const fn occurs(&self, symbol: u32, a: Dim) -> bool {
        let Dim::Expr(id) = a else { return false };
        let mut number = self.next_symbol(id, u32::MAX);
        while number != 0 {
            let found = self.symbols.get(number);
            if number == symbol {
                return true;
            }
            let compound = !matches!(found.kind, Kind::Free | Kind::Hyper);
            if compound
                && found.inside & Symbols::bit(symbol) != 0
                && (self.occurs(symbol, self.polys.dim(found.a))
                    || self.occurs(symbol, self.polys.dim(found.b)))
            {
                return true;
            }
            number = self.next_symbol(id, number);
        }
        false
    }

    /// A choice inside `a` that is still open.
    pub(super) const fn open_choice(&self, a: Dim) -> Option<u32> {
        let Dim::Expr(id) = a else { return None };
        let mut number = self.next_symbol(id, u32::MAX);
        while number != 0 {
            let symbol = self.symbols.get(number);
            if symbol.choice {
                if let Kind::Either(choice) = symbol.kind {
                    return Some(choice);
                }
                return match self.open_choice(self.polys.dim(symbol.a)) {
                    None => self.open_choice(self.polys.dim(symbol.b)),
                    found => found,
                };
            }
            number = self.next_symbol(id, number);
        }
        None
    }
}

/// Whether the two are one and the same number or polynomial.
pub(super) const fn same(a: Dim, b: Dim) -> bool {
    match (a, b) {
        (Dim::Known(a), Dim::Known(b)) => a == b,
        (Dim::Expr(a), Dim::Expr(b)) => a == b,
        _ => false,
    }
}

/// Whether a rule may change something with these symbols inside.
const fn concerns(rule: Rule, inside: u64, choice: bool) -> bool {
    match rule {
        Rule::Substitute { symbol, .. } => inside & Symbols::bit(symbol) != 0,
        Rule::Choose { .. } => choice,
    }
}

/// The memo's key for a substitution; 0 if it can't be remembered.
const fn rule_key(id: u32, rule: Rule) -> u64 {
    match rule {
        // A polynomial's number takes 12 bits, a symbol's 10: together they fit the place of one operand.
        Rule::Substitute { symbol, by } => match by {
            Dim::Expr(by) => key(Op::Substitute, id << 10 | symbol, by),
            Dim::Known(by) => key_by_number(Op::Substitute, id << 10 | symbol, by),
            Dim::Unknown => 0,
        },
        Rule::Choose { .. } => 0,
    }
}
