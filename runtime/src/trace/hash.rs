//! The hash tables behind interning and memoising.

/// Mixes `value` into `hash`.
pub(super) const fn mix(hash: u64, value: u64) -> u64 {
    let both = hash ^ value;
    // Multiplication carries upwards only, and monomials differ mostly in their upper bits.
    let mixed = (both ^ (both >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

/// An open-addressing index from hashes to the numbers `0..u16::MAX` of an arena's entries.
///
/// A slot holds 16 bits of the hash beside the entry's number plus one, so that a probe rarely looks at
/// an entry that turns out to be another one. `N` is a power of two, larger than the arena.
pub(super) struct Index<const N: usize> {
    slots: [u32; N],
}

impl<const N: usize> Index<N> {
    /// An empty index.
    pub(super) const fn new() -> Self {
        Index { slots: [0; N] }
    }

    /// The slot at which the search for `hash` begins.
    pub(super) const fn start(hash: u64) -> usize {
        (hash as usize) & (N - 1)
    }

    /// Advances `slot` to the next entry that may have this hash, and returns its number plus one; 0
    /// when there is none, with `slot` at the place to insert it.
    pub(super) const fn next(&self, hash: u64, slot: &mut usize) -> u32 {
        let mut at = *slot;
        loop {
            let found = self.slots[at];
            if found == 0 {
                *slot = at;
                return 0;
            }
            at = (at + 1) & (N - 1);
            if found >> 16 == (hash >> 48) as u32 {
                *slot = at;
                return found & 0xffff;
            }
        }
    }

    /// Enters an arena's entry at the empty slot that [`Index::next`] stopped at.
    pub(super) const fn insert(&mut self, hash: u64, slot: usize, number: u32) {
        self.slots[slot] = ((hash >> 48) as u32) << 16 | (number + 1);
    }
}

/// How many results the memo holds.
const RESULTS: usize = 1024;

/// What [`Memo::get`] answers when it has no result.
pub(super) const MISS: u32 = u32::MAX;

/// Numbers of this size and above are not remembered as operands.
const NUMBERS: i64 = 1 << 27;

/// The latest results of operations on interned operands, one per hash: networks repeat their shapes,
/// and a lookup is far cheaper than polynomial arithmetic in the const evaluator.
pub(super) struct Memo {
    keys: [u64; RESULTS],
    results: [u32; RESULTS],
}

impl Memo {
    /// An empty memo.
    pub(super) const fn new() -> Memo {
        Memo {
            keys: [0; RESULTS],
            results: [0; RESULTS],
        }
    }

    /// Operands are mostly small and close together: their lower bits spread well enough.
    /// The interned polynomial stored for `key`; [`MISS`] if there is none.
    pub(super) const fn get(&self, key: u64) -> u32 {
        let slot = slot(key);
        if self.keys[slot] == key && key != 0 {
            self.results[slot]
        } else {
            MISS
        }
    }

    /// Stores a result; `key` 0 stands for 'not to be remembered'.
    pub(super) const fn put(&mut self, key: u64, result: u32) {
        if key != 0 {
            let slot = slot(key);
            self.keys[slot] = key;
            self.results[slot] = result;
        }
    }
}

/// A key's place. Operands are mostly small and close together: their lower bits spread well enough.
const fn slot(key: u64) -> usize {
    ((key >> 31 << 3) ^ (key >> 1) ^ (key >> 54)) as usize & (RESULTS - 1)
}

/// The operations whose results are remembered.
#[derive(Clone, Copy)]
pub(super) enum Op {
    /// `a + b`
    Add = 1,
    /// `a - b`
    Sub,
    /// `a·b`
    Mul,
    /// `floor(a/b)`
    Div,
    /// `a` with a symbol replaced by `b`
    Substitute,
    /// The least value of `a`
    Lower,
}

/// The key of an operation on two polynomials.
pub(super) const fn key(op: Op, a: u32, b: u32) -> u64 {
    (op as u64) << 60 | (a as u64) << 31 | (b as u64) << 1 | 1
}

/// The key of an operation on a polynomial and a number; 0 if the number is too large.
pub(super) const fn key_by_number(op: Op, a: u32, value: i64) -> u64 {
    if value < -NUMBERS || NUMBERS <= value {
        return 0;
    }
    (op as u64) << 60 | (a as u64) << 31 | ((value + NUMBERS) as u64) << 1
}
