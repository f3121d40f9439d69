use super::*;

#[test]
fn basic_block() {
    let mut g = Algebra::new();
    let (c, h) = (g.free("C"), g.free("H"));
    let (out, stride) = (g.hyper("out"), g.hyper("stride"));
    let x = window(&mut g, h, 2 - 3, stride);
    let main = g.add(x, Known(1));
    // if stride != 1 || C != out { downsample } else { x }
    let plain = g.cond_eq(stride, Known(1));
    let not_plain = g.cond_not(plain);
    let same = g.cond_eq(c, out);
    let differ = g.cond_not(same);
    let cond = g.cond_or(not_plain, differ);
    assert_eq!(g.decide(cond), Truth::Unknown);
    let mark = g.mark();
    assert!(g.assume(cond, true));
    assert_eq!(g.decide(cond), Truth::Yes);
    let x = g.sub(h, Known(1));
    let x = g.div(x, stride);
    let down = g.add(x, Known(1));
    let then = g.take(mark);
    assert_eq!(g.decide(cond), Truth::Unknown);
    assert!(g.assume(cond, false));
    assert_eq!(g.known(stride), Some(1));
    assert_eq!(g.equal(c, out), Truth::Yes);
    assert_eq!(g.equal(main, h), Truth::Yes);
    let resolved = g.resolve(main);
    assert_eq!(shown(&g, resolved), "H");
    let otherwise = g.take(mark);
    // The merge: `down` is also the else-branch's `H`, `out` also its `C`.
    assert_eq!(g.equal_under(&otherwise, down, h), Truth::Yes);
    assert_eq!(g.equal_under(&otherwise, out, c), Truth::Yes);
    assert_eq!(g.equal_under(&then, down, h), Truth::No);
    assert_eq!(g.equal(down, main), Truth::Yes);
    assert_eq!(g.known(stride), None);
}

#[test]
fn a_decision_is_not_a_proof() {
    let mut g = Algebra::new();
    let (c, out) = (g.free("C"), g.hyper("out"));
    let same = g.cond_eq(c, out);
    assert_eq!(g.decide(same), Truth::Unknown);
    let next = g.add(c, Known(1));
    let impossible = g.cond_eq(c, next);
    assert_eq!(g.decide(impossible), Truth::No);
    let negative = g.cond_eq(next, Known(0));
    assert_eq!(g.decide(negative), Truth::No);
    let double = g.mul(c, Known(2));
    let odd = g.cond_eq(double, Known(3));
    assert_eq!(g.decide(odd), Truth::No);
    let numbers = g.cond_lt(Known(1), Known(2));
    assert_eq!(g.decide(numbers), Truth::Yes);
}

#[test]
fn opaque_conditions_are_decided_by_assumptions() {
    let mut g = Algebra::new();
    let (a, b) = (g.cond_opaque(), g.cond_opaque());
    let mark = g.mark();
    assert_eq!(g.decide(a), Truth::Unknown);
    assert!(g.assume(a, true));
    assert_eq!(g.decide(a), Truth::Yes);
    let not_a = g.cond_not(a);
    assert_eq!(g.decide(not_a), Truth::No);
    assert_eq!(g.decide(b), Truth::Unknown);
    assert!(!g.assume(a, false));
    g.take(mark);
    assert_eq!(g.decide(a), Truth::Unknown);
    // Not both, and one of them: not the other.
    let both = g.cond_and(a, b);
    assert!(g.assume(both, false));
    assert!(g.assume(a, true));
    assert_eq!(g.decide(b), Truth::No);
    assert_eq!(g.decide(both), Truth::No);
    g.take(mark);
    let unknown = g.cond_eq(Dim::Unknown, Known(1));
    assert!(g.assume(unknown, true));
    assert_eq!(g.decide(unknown), Truth::Yes);
}

#[test]
fn facts_order_and_contradict() {
    let mut g = Algebra::new();
    let (h, n) = (g.free("H"), g.hyper("n"));
    let small = g.cond_lt(h, Known(8));
    let mark = g.mark();
    assert!(g.assume(small, true));
    let smaller = g.cond_lt(h, Known(9));
    assert_eq!(g.decide(smaller), Truth::Yes);
    let large = g.cond_le(Known(8), h);
    assert_eq!(g.decide(large), Truth::No);
    let is_nine = g.cond_eq(h, Known(9));
    assert_eq!(g.decide(is_nine), Truth::No);
    assert!(!g.assume(is_nine, true));
    g.take(mark);
    // A hyperparameter that is not 0 is positive; one that is below 1 is 0.
    let none = g.cond_eq(n, Known(0));
    assert!(g.assume(none, false));
    assert_eq!(g.less(Known(0), n), Truth::Yes);
    g.take(mark);
    let below_one = g.cond_lt(n, Known(1));
    assert!(g.assume(below_one, true));
    assert_eq!(g.known(n), Some(0));
    g.take(mark);
    // A free dimension is never 0.
    let zero = g.cond_eq(h, Known(0));
    assert!(!g.assume(zero, true));
    // What replaces it is not 0 either.
    let same = g.cond_eq(h, n);
    assert!(g.assume(same, true));
    assert!(!g.assume(none, true));
    g.take(mark);
    assert!(g.assume(none, true));
    assert!(!g.assume(same, true));
}

#[test]
fn even_heights_by_assumption() {
    let mut g = Algebra::new();
    let (b, h) = (g.free("B"), g.free("H"));
    let rest = g.rem(h, Known(2));
    let even = g.cond_eq(rest, Known(0));
    assert!(g.assume(even, true));
    let half = g.div(h, Known(2));
    let twice = g.mul(half, Known(2));
    assert_eq!(g.equal(twice, h), Truth::Yes);
    let (x, y) = (g.mul(b, twice), g.mul(h, b));
    assert_eq!(g.require_equal(x, y), Truth::Yes);
    assert_eq!(g.divides(Known(2), h), Truth::Yes);
    assert_eq!(g.obligations(), 0);
}

#[test]
fn floors_and_free_dimensions_are_substituted() {
    let mut g = Algebra::new();
    let (c, d, h) = (g.free("C"), g.free("D"), g.free("H"));
    let out = g.hyper("out");
    let mark = g.mark();
    let same = g.cond_eq(c, out);
    assert!(g.assume(same, true));
    let resolved = g.resolve(c);
    assert_eq!(shown(&g, resolved), "out");
    let other = g.cond_eq(c, d);
    assert!(g.assume(other, true));
    assert_eq!(g.equal(d, out), Truth::Yes);
    g.take(mark);
    let half = g.div(h, Known(2));
    let seven = g.cond_eq(half, Known(7));
    assert!(g.assume(seven, true));
    assert_eq!(g.known(half), Some(7));
    // H is 14 or 15, which equals neither for both, nor 16 for any.
    assert!(!g.equal(h, Known(14)).is_yes());
    assert!(!g.equal(h, Known(16)).is_yes());
}

#[test]
fn alternatives_meet_again() {
    let mut g = Algebra::new();
    let (c, out) = (g.free("C"), g.hyper("out"));
    let same = g.cond_eq(c, out);
    let mark = g.mark();
    assert!(g.assume(same, true));
    g.take(mark);
    let x = g.either(c, out);
    let y = g.either(out, c);
    assert!(g.assume(same, true));
    assert_eq!(g.equal(x, y), Truth::Yes);
    let resolved = g.resolve(x);
    assert_eq!(shown(&g, resolved), "out");
}

#[test]
fn conditions_fold() {
    let mut g = Algebra::new();
    let (h, w) = (g.free("H"), g.free("W"));
    let a = g.cond_lt(h, w);
    let b = g.cond_le(w, h);
    let both = g.cond_and(a, b);
    assert!(matches!(both, Cond::No));
    let one = g.cond_or(a, b);
    assert!(matches!(one, Cond::Yes));
    let (x, y) = (g.cond_eq(h, w), g.cond_eq(w, h));
    assert!(matches!((x, y), (Cond::Expr(x), Cond::Expr(y)) if x == y));
}
