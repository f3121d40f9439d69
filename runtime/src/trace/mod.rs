//! The symbolic half of a forward pass: what `rustc` computes to prove that every shape fits.
//!
//! Everything here runs in Rust's const evaluator during `cargo check` and, unchanged, at run time:
//! `const fn`, no heap, no traits.

mod algebra;
mod assumption;
mod bound;
mod compare;
mod condition;
mod dim;
mod display;
mod division;
mod hash;
mod monomial;
mod poly;
mod rewrite;
mod symbol;
mod text;
mod witness;

#[cfg(test)]
mod tests;

pub use algebra::Algebra;
pub use assumption::{Assumptions, Mark};
pub use condition::Cond;
pub use dim::{Dim, Truth};
pub use text::Text;
