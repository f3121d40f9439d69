//! Tests of the arithmetic of dimensions, at run time and in the const evaluator.

mod arithmetic;
mod branches;
mod consts;
mod property;
mod questions;
mod text;

use super::{Algebra, Cond, Dim, Text, Truth};
use Dim::Known;

/// `a` as text.
fn shown(g: &Algebra, a: Dim) -> String {
    let mut text = Text::new();
    g.write(a, &mut text);
    text.as_str().to_string()
}

/// `(a + b)/d`: the shape of most windows.
fn window(g: &mut Algebra, a: Dim, b: i64, d: Dim) -> Dim {
    let sum = g.add(a, Known(b));
    g.div(sum, d)
}
