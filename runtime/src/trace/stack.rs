//! The stack of assumptions.

use super::condition::UNDECIDABLE;
use super::dim::{Dim, Truth};
use super::rewrite::Rule;

/// How many assumptions can be made at a time; further ones are forgotten.
const DEPTH: usize = 64;

/// One assumption.
#[derive(Clone, Copy)]
pub(super) enum Fact {
    /// A symbol equals something that it does not occur in.
    Substitute {
        /// The symbol's number.
        symbol: u32,
        /// What it equals.
        by: Dim,
    },
    /// A condition, by its number, holds.
    Holds(u32),
}

/// The current assumptions.
pub(super) struct Stack {
    facts: [Fact; DEPTH],
    len: usize,
    substitutions: usize,
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

    /// The assumption at a place.
    pub(super) const fn get(&self, i: usize) -> Fact {
        self.facts[i]
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
            if let Fact::Substitute { symbol, by } = self.facts[i]
                && symbol == number
            {
                return Some(by);
            }
            i += 1;
        }
        None
    }

    /// Whether a condition is itself among the assumptions, or its opposite.
    pub(super) const fn states(&self, number: u32) -> Truth {
        let mut i = 0;
        while i < self.len {
            if let Fact::Holds(fact) = self.facts[i]
                && fact | 1 == number | 1
            {
                return Truth::from_bool(fact == number);
            }
            i += 1;
        }
        Truth::Unknown
    }

    /// Adds an assumption.
    pub(super) const fn push(&mut self, fact: Fact) {
        if self.len == DEPTH || matches!(fact, Fact::Holds(n) if n | 1 == UNDECIDABLE | 1) {
            return;
        }
        self.facts[self.len] = fact;
        self.len += 1;
        if matches!(fact, Fact::Substitute { .. }) {
            self.substitutions += 1;
        }
    }

    /// Drops the assumptions above a height.
    pub(super) const fn pop_to(&mut self, len: usize) {
        while self.len > len {
            self.len -= 1;
            if matches!(self.facts[self.len], Fact::Substitute { .. }) {
                self.substitutions -= 1;
            }
        }
    }
}
