//! Products of symbols, packed into one integer.
//!
//! A monomial of degree at most 6 is six lanes of 10 bits: its symbols' numbers (1 to 1023) from the
//! greatest to the least, from the top lane down, then zeros. Comparing the integers is then the
//! lexicographic order, which multiplication preserves; the constant monomial is 0, the least of all.

/// The empty product.
pub(super) const ONE: u64 = 0;

/// The bits of one lane.
const LANE: u32 = 10;

/// The position of the top lane.
const TOP: u32 = 54;

/// The monomial of a single symbol.
pub(super) const fn of(symbol: u32) -> u64 {
    (symbol as u64) << TOP
}

/// The greatest symbol in `m`; 0 for the empty product.
pub(super) const fn first(m: u64) -> u32 {
    (m >> TOP) as u32
}

/// `m` without its greatest symbol.
pub(super) const fn rest(m: u64) -> u64 {
    m << LANE
}

/// Whether `m` is one symbol, to the first power.
pub(super) const fn is_symbol(m: u64) -> bool {
    m != 0 && m << LANE == 0
}

/// `a·b`; `None` above degree 6.
pub(super) const fn product(mut a: u64, mut b: u64) -> Option<u64> {
    if b == 0 {
        return Some(a);
    }
    let mut out = 0;
    let mut shift = TOP + LANE;
    while a | b != 0 {
        if shift < LANE {
            return None;
        }
        shift -= LANE;
        if a >= b {
            out |= (a >> TOP) << shift;
            a <<= LANE;
        } else {
            out |= (b >> TOP) << shift;
            b <<= LANE;
        }
    }
    Some(out)
}

/// `a/b` where `b` divides `a`.
pub(super) const fn quotient(mut a: u64, mut b: u64) -> Option<u64> {
    if b == 0 {
        return Some(a);
    }
    let mut out = 0;
    let mut shift = TOP + LANE;
    while a != 0 {
        if a >> TOP == b >> TOP {
            b <<= LANE;
        } else {
            shift -= LANE;
            out |= (a >> TOP) << shift;
        }
        a <<= LANE;
    }
    if b == 0 {
        Some(out)
    } else {
        None
    }
}

/// The greatest common divisor.
pub(super) const fn common(mut a: u64, mut b: u64) -> u64 {
    let mut out = 0;
    let mut shift = TOP + LANE;
    while a != 0 && b != 0 {
        let (x, y) = (a >> TOP, b >> TOP);
        if x == y {
            shift -= LANE;
            out |= x << shift;
        }
        if x >= y {
            a <<= LANE;
        }
        if y >= x {
            b <<= LANE;
        }
    }
    out
}

/// How often `symbol` occurs in `m`.
pub(super) const fn power(mut m: u64, symbol: u32) -> u32 {
    let mut count = 0;
    while m != 0 {
        if first(m) == symbol {
            count += 1;
        }
        m <<= LANE;
    }
    count
}
