use super::*;

#[test]
fn symbols_differ_unless_they_are_the_same() {
    let mut g = Algebra::new();
    let (c, out) = (g.free("C"), g.hyper("out"));
    assert_eq!(g.equal(c, out), Truth::No);
    assert_eq!(g.equal(c, c), Truth::Yes);
    assert_eq!(g.equal(c, Known(3)), Truth::No);
    let next = g.add(c, Known(1));
    assert_eq!(g.equal(c, next), Truth::No);
    assert_eq!(g.equal(c, Dim::Unknown), Truth::Unknown);
    let again = g.free("C");
    assert_eq!(g.equal(c, again), Truth::No);
}

#[test]
fn floors_that_are_not_independent() {
    let mut g = Algebra::new();
    let h = g.free("H");
    let down = g.div(h, Known(2));
    let up = window(&mut g, h, 1, Known(2));
    let sum = g.add(down, up);
    // The same for every H, which normal forms do not show: not No.
    assert_eq!(g.equal(sum, h), Truth::Unknown);
    assert_eq!(g.equal(down, h), Truth::No);
    let twice = g.mul(down, Known(2));
    assert_eq!(g.equal(twice, h), Truth::No);
    assert_eq!(g.obligations(), 0);
}

#[test]
fn attention_needs_heads_to_divide_embed() {
    let mut g = Algebra::new();
    let (b, t) = (g.free("B"), g.free("T"));
    let (embed, heads) = (g.hyper("embed"), g.hyper("heads"));
    let size = g.div(embed, heads);
    let x = g.mul(heads, size);
    assert_eq!(g.require_equal(x, embed), Truth::Yes);
    assert_eq!(g.obligations(), 1);
    let (n, d) = g.obligation(0);
    assert_eq!(
        (shown(&g, n), shown(&g, d)),
        ("embed".into(), "heads".into())
    );
    // A whole reshape asks for nothing more.
    let rows = g.mul(b, t);
    let x = g.mul(rows, x);
    let y = g.mul(rows, embed);
    assert_eq!(g.require_equal(y, x), Truth::Yes);
    assert_eq!(g.obligations(), 1);
    // A third of a fused projection, by twice the heads.
    let double = g.mul(heads, Known(2));
    let x = g.div(embed, double);
    let x = g.mul(x, heads);
    let half = g.div(embed, Known(2));
    assert_eq!(g.require_equal(x, half), Truth::Yes);
    let (n, d) = g.obligation(1);
    assert_eq!(
        (shown(&g, n), shown(&g, d)),
        ("embed/2".into(), "heads".into())
    );
}

#[test]
fn u_net_needs_an_even_height() {
    let mut g = Algebra::new();
    let h = g.free("H");
    let mut levels = vec![h];
    for _ in 0..4 {
        let half = g.div(*levels.last().unwrap(), Known(2));
        levels.push(half);
    }
    for pair in levels.windows(2).rev() {
        let up = g.mul(pair[1], Known(2));
        assert_eq!(g.require_equal(up, pair[0]), Truth::Yes);
    }
    let asked: Vec<_> = (0..g.obligations())
        .map(|i| {
            let (n, d) = g.obligation(i);
            (shown(&g, n), shown(&g, d))
        })
        .collect();
    let two = || "2".to_string();
    assert_eq!(
        asked,
        [
            ("H/8".into(), two()),
            ("H/4".into(), two()),
            ("H/2".into(), two()),
            ("H".into(), two())
        ]
    );
}

#[test]
fn obligations_are_not_asked_in_vain() {
    let mut g = Algebra::new();
    let (h, w, c) = (g.free("H"), g.free("W"), g.free("C"));
    let (half_h, half_w) = (g.div(h, Known(2)), g.div(w, Known(2)));
    // (2·(H/2))·(W/2) = H·(W/2) asks for an even H, not for an even W.
    let x = g.mul(half_h, half_w);
    let x = g.mul(x, Known(2));
    let y = g.mul(h, half_w);
    assert_eq!(g.require_equal(x, y), Truth::Yes);
    assert_eq!(g.obligations(), 1);
    assert_eq!(shown(&g, g.obligation(0).0), "H");
    // Nothing is recorded for what fails.
    let x = g.mul(half_w, Known(2));
    assert_eq!(g.require_equal(x, c), Truth::No);
    assert_eq!(g.require_equal(half_w, w), Truth::No);
    assert_eq!(g.obligations(), 1);
    // Numbers are evaluated.
    let x = g.div(Known(7), Known(2));
    let x = g.mul(x, Known(2));
    assert_eq!(g.require_equal(x, Known(7)), Truth::No);
}

#[test]
fn order_by_bounds() {
    let mut g = Algebra::new();
    let (h, w, k) = (g.free("H"), g.free("W"), g.hyper("k"));
    assert_eq!(g.less(Known(0), h), Truth::Yes);
    assert_eq!(g.less(h, Known(1)), Truth::No);
    assert_eq!(g.less(k, Known(0)), Truth::No);
    assert_eq!(g.less(Known(0), k), Truth::Unknown);
    assert_eq!(g.less(h, w), Truth::Unknown);
    let next = g.add(h, k);
    assert_eq!(g.less(next, h), Truth::No);
    let next = g.add(next, Known(1));
    assert_eq!(g.less(h, next), Truth::Yes);
    let area = g.mul(h, w);
    assert_eq!(g.less(area, h), Truth::No);
    let half = g.div(h, Known(2));
    assert_eq!(g.less(half, h), Truth::Yes);
    let double = g.mul(half, Known(2));
    assert_eq!(g.less(h, double), Truth::No);
    let rest = g.rem(h, Known(4));
    assert_eq!(g.less(rest, Known(4)), Truth::Yes);
    assert_eq!(g.less(rest, Known(0)), Truth::No);
    let least = g.min(half, h);
    assert_eq!(shown(&g, least), "H/2");
    let most = g.max(half, h);
    assert_eq!(shown(&g, most), "H");
    assert!(g.max(h, w).is_unknown());
}

#[test]
fn divisibility() {
    let mut g = Algebra::new();
    let (h, k) = (g.free("H"), g.hyper("k"));
    assert_eq!(g.divides(Known(3), Known(9)), Truth::Yes);
    assert_eq!(g.divides(Known(3), Known(10)), Truth::No);
    assert_eq!(g.divides(Known(0), Known(10)), Truth::No);
    let even = g.mul(h, Known(2));
    let odd = g.add(even, Known(1));
    assert_eq!(g.divides(Known(2), even), Truth::Yes);
    assert_eq!(g.divides(Known(2), odd), Truth::No);
    assert_eq!(g.divides(Known(2), h), Truth::Unknown);
    let x = g.mul(h, k);
    assert_eq!(g.divides(k, x), Truth::Yes);
    assert_eq!(g.divides(k, h), Truth::Unknown);
}

#[test]
fn alternatives_are_split() {
    let mut g = Algebra::new();
    let (c, out) = (g.free("C"), g.hyper("out"));
    let x = g.either(c, out);
    assert_eq!(g.equal(x, c), Truth::No);
    assert_eq!(g.equal(x, x), Truth::Yes);
    // The same merge goes the same way.
    let next = g.add(c, Known(1));
    let next_out = g.add(out, Known(1));
    let y = g.either(next, next_out);
    let x_next = g.add(x, Known(1));
    assert_eq!(g.equal(y, x_next), Truth::Yes);
    // Another merge may go another way.
    g.next_choice();
    let other = g.either(c, out);
    assert_eq!(g.equal(x, other), Truth::No);
    // Inside floors, and in orders.
    let x = g.either(Known(4), Known(5));
    let half = g.div(x, Known(2));
    assert_eq!(g.equal(half, Known(2)), Truth::Yes);
    assert_eq!(g.less(x, Known(6)), Truth::Yes);
    assert_eq!(g.less(x, Known(5)), Truth::Unknown);
    let is_five = g.cond_eq(x, Known(5));
    assert_eq!(g.decide(is_five), Truth::Unknown);
    let is_six = g.cond_eq(x, Known(6));
    assert_eq!(g.decide(is_six), Truth::No);
}
