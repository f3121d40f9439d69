//! The same in the const evaluator.

use super::*;

/// The residual block: a 3×3 convolution of stride 1 with padding 1 keeps the height.
const _: () = {
    let mut g = Algebra::new();
    let (h, stride) = (g.free("H"), g.hyper("stride"));
    let padded = g.add(h, Known(2 - 3));
    let steps = g.div(padded, stride);
    let out = g.add(steps, Known(1));
    let plain = g.cond_eq(stride, Known(1));
    assert!(matches!(g.decide(plain), Truth::Unknown));
    assert!(matches!(g.equal(out, h), Truth::No));
    assert!(g.assume(plain, true));
    assert!(matches!(g.equal(out, h), Truth::Yes));
};

/// Attention: an obligation.
const _: () = {
    let mut g = Algebra::new();
    let (embed, heads) = (g.hyper("embed"), g.hyper("heads"));
    let size = g.div(embed, heads);
    let joined = g.mul(heads, size);
    assert!(g.require_equal(joined, embed).is_yes());
    assert!(g.obligations() == 1);
};

/// Two halvings are a quartering.
const _: () = {
    let mut g = Algebra::new();
    let h = g.free("H");
    let half = g.div(h, Known(2));
    let twice = g.div(half, Known(2));
    let quarter = g.div(h, Known(4));
    assert!(g.equal(twice, quarter).is_yes());
    assert!(g.less(quarter, h).is_yes());
};

const SHOWN: Text = {
    let mut g = Algebra::new();
    let (c, k) = (g.free("C"), g.hyper("k"));
    let double = g.mul(c, Known(2));
    let sum = g.add(double, Known(1));
    let quotient = g.div(sum, k);
    let mut text = Text::new();
    g.write(quotient, &mut text);
    text
};

#[test]
fn text_made_at_compile_time() {
    assert_eq!(SHOWN.as_str(), "(2*C + 1)/k");
}

#[test]
fn an_algebra_fits_the_const_evaluator() {
    assert!(core::mem::size_of::<Algebra>() <= 300 << 10);
}
