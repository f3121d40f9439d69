use super::*;

#[test]
fn numbers_stay_numbers() {
    let mut g = Algebra::new();
    assert!(g.add(Known(2), Known(3)).is(5));
    assert!(g.sub(Known(2), Known(3)).is(-1));
    assert!(g.mul(Known(2), Known(3)).is(6));
    assert!(g.neg(Known(2)).is(-2));
    assert!(g.pow(Known(2), 10).is(1024));
    assert!(g.div(Known(7), Known(2)).is(3));
    assert!(g.div(Known(-7), Known(2)).is(-4));
    assert!(g.div(Known(7), Known(-2)).is(-4));
    assert!(g.rem(Known(-7), Known(2)).is(1));
    assert!(g.min(Known(1), Known(2)).is(1));
    assert!(g.max(Known(1), Known(2)).is(2));
    assert!(g.either(Known(4), Known(4)).is(4));
}

#[test]
fn normal_forms_are_displayed_as_rust() {
    let mut g = Algebra::new();
    let (h, w, c, k) = (g.free("H"), g.free("W"), g.free("C"), g.hyper("k"));
    let twice = g.mul(c, Known(2));
    let shown_of = |g: &Algebra, a, text| assert_eq!(shown(g, a), text);
    let x = g.add(twice, Known(1));
    shown_of(&g, x, "2*C + 1");
    let x = g.sub(Known(1), c);
    shown_of(&g, x, "1 - C");
    let x = g.sub(c, h);
    shown_of(&g, x, "C - H");
    let x = g.mul(w, h);
    shown_of(&g, x, "H*W");
    let half = g.div(h, Known(2));
    shown_of(&g, half, "H/2");
    let x = g.mul(half, Known(2));
    shown_of(&g, x, "2*(H/2)");
    let x = g.rem(h, Known(2));
    shown_of(&g, x, "H - 2*(H/2)");
    let x = window(&mut g, h, -1, Known(2));
    let x = g.add(x, Known(1));
    shown_of(&g, x, "(H + 1)/2");
    let x = window(&mut g, h, -3, Known(2));
    let x = g.add(x, Known(1));
    shown_of(&g, x, "(H - 1)/2");
    let y = g.mul(x, w);
    shown_of(&g, y, "W*((H + 1)/2) - W");
    let x = g.add(x, Known(2));
    shown_of(&g, x, "(H + 1)/2 + 1");
    let x = g.sub(half, Known(1));
    shown_of(&g, x, "H/2 - 1");
    let x = window(&mut g, h, -7, Known(4));
    shown_of(&g, x, "(H - 7)/4");
    let area = g.mul(h, w);
    let x = g.div(area, k);
    shown_of(&g, x, "H*W/k");
    let next = g.add(k, Known(1));
    let x = g.div(h, next);
    shown_of(&g, x, "H/(k + 1)");
    let x = g.div(Known(5), k);
    shown_of(&g, x, "5/k");
    let x = g.either(Known(32), c);
    shown_of(&g, x, "32 or C");
    let x = g.add(x, Known(1));
    shown_of(&g, x, "(32 or C) + 1");
    let x = g.neg(half);
    shown_of(&g, x, "-(H/2)");
    shown_of(&g, Dim::Unknown, "?");
    shown_of(&g, Known(-3), "-3");
}

#[test]
fn division_splits_off_what_divides() {
    let mut g = Algebra::new();
    let (h, heads, d) = (g.free("H"), g.hyper("heads"), g.hyper("d"));
    let twice = g.mul(h, Known(2));
    let x = window(&mut g, twice, 3, Known(2));
    assert_eq!(shown(&g, x), "H + 1");
    let embed = g.mul(heads, d);
    let x = g.div(embed, heads);
    assert_eq!(shown(&g, x), "d");
    let x = g.mul(embed, Known(6));
    let triple = g.mul(heads, Known(3));
    let x = g.div(x, triple);
    assert_eq!(shown(&g, x), "2*d");
    // By a sum of symbols.
    let sum = g.add(heads, h);
    let square = g.mul(sum, sum);
    let x = g.div(square, sum);
    assert!(g.equal(x, sum).is_yes());
    // To lowest terms.
    let x = g.mul(h, Known(6));
    let x = window(&mut g, x, 5, Known(4));
    assert_eq!(shown(&g, x), "H + H/2 + 1");
}

#[test]
fn nested_floors_join() {
    let mut g = Algebra::new();
    let (h, k) = (g.free("H"), g.hyper("k"));
    let half = |g: &mut Algebra, x| {
        let x = window(g, x, 2 - 3, Known(2));
        g.add(x, Known(1))
    };
    let once = half(&mut g, h);
    let twice = half(&mut g, once);
    let x = window(&mut g, h, 2 - 3, Known(4));
    let stride_four = g.add(x, Known(1));
    assert!(g.equal(twice, stride_four).is_yes());
    assert_eq!(shown(&g, twice), "(H + 3)/4");
    let by_k = g.div(h, k);
    let x = g.div(by_k, Known(2));
    let double = g.mul(k, Known(2));
    let y = g.div(h, double);
    assert!(g.equal(x, y).is_yes());
}

#[test]
fn overflow_is_unknown() {
    let mut g = Algebra::new();
    let h = g.free("H");
    assert!(g.add(Known(i64::MAX), Known(1)).is_unknown());
    assert!(g.mul(Known(i64::MAX), Known(2)).is_unknown());
    assert!(g.div(Known(i64::MIN), Known(-1)).is_unknown());
    assert!(g.div(h, Known(0)).is_unknown());
    let huge = g.mul(h, Known(i64::MAX));
    assert!(g.mul(huge, Known(2)).is_unknown());
    assert!(g.add(huge, huge).is_unknown());
    assert!(!g.pow(h, 6).is_unknown());
    assert!(g.pow(h, 7).is_unknown());
    let x = g.opaque();
    assert!(g.add(h, x).is_unknown());
    assert_eq!(g.equal(h, x), Truth::Unknown);
    // The state is sound after a failure.
    let x = g.add(h, Known(1));
    assert_eq!(shown(&g, x), "H + 1");
}

#[test]
fn full_arenas_are_unknown() {
    let mut g = Algebra::new();
    let h = g.free("H");
    let mut sum = h;
    for _ in 0..2_000 {
        let symbol = g.free("x");
        sum = g.add(sum, symbol);
    }
    assert!(sum.is_unknown());
    assert!(g.free("x").is_unknown());
    let mut square = h;
    for i in 0..10_000 {
        let x = g.add(h, Known(i));
        square = g.mul(x, h);
        let x = g.div(square, Known(i + 2));
        g.equal(x, h);
        let c = g.cond_lt(x, h);
        g.decide(c);
        g.require_equal(square, x);
    }
    assert!(square.is_unknown());
    assert!(g.cond_and(Cond::Yes, Cond::Yes).is_yes());
    let full = g.cond_opaque();
    let again = g.cond_opaque();
    assert!(g.assume(full, true));
    // Without room two propositions can't be told apart: neither may be decided.
    assert_eq!(g.decide(again), Truth::Unknown);
}
