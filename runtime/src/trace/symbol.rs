//! The indeterminates of the polynomials.

use super::hash::{mix, Index};

/// How many symbols an [`Algebra`](super::Algebra) holds.
pub(super) const SYMBOLS: usize = 1024;

/// How many of them may have names.
const NAMES: usize = 256;

/// The index's slots.
const SLOTS: usize = 2 * SYMBOLS;

/// 'No bound' below; its opposite is `i64::MAX`.
pub(super) const UNBOUNDED: i64 = i64::MIN;

/// What a symbol stands for.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// A free dimension, at least 1.
    Free,
    /// A hyperparameter, at least 0.
    Hyper,
    /// `floor(a/b)` of the polynomials `a` and `b`.
    Floor,
    /// `a` or `b`, after the choice of that number.
    Either(u32),
}

/// A symbol.
#[derive(Clone, Copy)]
pub(super) struct Symbol {
    /// What it stands for.
    pub(super) kind: Kind,
    /// The first polynomial; for a named symbol, the place of its name.
    pub(super) a: u32,
    /// The second polynomial.
    pub(super) b: u32,
    /// The least value.
    pub(super) low: i64,
    /// The greatest value.
    pub(super) high: i64,
    /// The symbols inside, itself included, as a set of their numbers modulo 64.
    pub(super) inside: u64,
    /// Whether there is a choice inside.
    pub(super) choice: bool,
}

/// The arena. Numbers start from 1.
pub(super) struct Symbols {
    all: [Symbol; SYMBOLS],
    count: u32,
    names: [&'static str; NAMES],
    named: u32,
    index: Index<SLOTS>,
}

impl Symbols {
    /// An arena without symbols.
    pub(super) const fn new() -> Symbols {
        let none = Symbol {
            kind: Kind::Free,
            a: 0,
            b: 0,
            low: 0,
            high: 0,
            inside: 0,
            choice: false,
        };
        Symbols {
            all: [none; SYMBOLS],
            count: 0,
            names: [""; NAMES],
            named: 0,
            index: Index::new(),
        }
    }

    /// The symbol of that number.
    pub(super) const fn get(&self, number: u32) -> &Symbol {
        &self.all[number as usize]
    }

    /// The name of a free dimension or a hyperparameter.
    pub(super) const fn name(&self, number: u32) -> &'static str {
        self.names[self.get(number).a as usize]
    }

    /// The set of one symbol, as in [`Symbol::inside`].
    pub(super) const fn bit(number: u32) -> u64 {
        1 << (number & 63)
    }

    /// A new named symbol; 0 when there is no room.
    pub(super) const fn named(&mut self, kind: Kind, name: &'static str, low: i64) -> u32 {
        if self.named as usize == NAMES {
            return 0;
        }
        let number = self.push(Symbol {
            kind,
            a: self.named,
            b: 0,
            low,
            high: i64::MAX,
            inside: 0,
            choice: false,
        });
        if number != 0 {
            self.names[self.named as usize] = name;
            self.named += 1;
        }
        number
    }

    /// The existing symbol of this kind and these parts, or 0; and what [`Symbols::insert`] needs.
    pub(super) const fn find(&self, kind: Kind, a: u32, b: u32) -> (u32, Place) {
        let choice = match kind {
            Kind::Either(choice) => choice + 1,
            _ => 0,
        };
        let hash = mix(mix(choice as u64, a as u64), b as u64);
        let mut slot = Index::<SLOTS>::start(hash);
        loop {
            let found = self.index.next(hash, &mut slot);
            if found == 0 {
                return (0, Place { hash, slot });
            }
            let symbol = &self.all[found as usize - 1];
            let same = match (symbol.kind, kind) {
                (Kind::Floor, Kind::Floor) => true,
                (Kind::Either(x), Kind::Either(y)) => x == y,
                _ => false,
            };
            if same && symbol.a == a && symbol.b == b {
                return (found - 1, Place { hash, slot });
            }
        }
    }

    /// A new symbol that [`Symbols::find`] did not find; 0 when there is no room.
    pub(super) const fn insert(&mut self, place: Place, symbol: Symbol) -> u32 {
        let number = self.push(symbol);
        if number != 0 {
            self.index.insert(place.hash, place.slot, number);
        }
        number
    }

    const fn push(&mut self, symbol: Symbol) -> u32 {
        if self.count as usize + 1 == SYMBOLS {
            return 0;
        }
        self.count += 1;
        let slot = &mut self.all[self.count as usize];
        *slot = symbol;
        slot.inside |= Symbols::bit(self.count);
        self.count
    }
}

/// Where a new symbol goes in the index.
#[derive(Clone, Copy)]
pub(super) struct Place {
    hash: u64,
    slot: usize,
}
