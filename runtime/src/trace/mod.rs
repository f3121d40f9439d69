//! The symbolic half of a forward pass: what `rustc` computes to prove that every shape fits.
//!
//! Everything here runs in Rust's const evaluator during `cargo check` and, unchanged, at run time:
//! `const fn`, no heap, no traits.

mod algebra;
mod args;
mod assumption;
mod bind;
mod bound;
mod branch;
mod broadcast;
mod calls;
mod compare;
mod condition;
mod declared;
mod dim;
mod display;
mod division;
mod fact;
mod frames;
mod glob;
mod hash;
mod interval;
mod monomial;
mod paths;
mod pattern;
mod poly;
mod proof;
mod record;
mod rewrite;
mod rounding;
mod scalar;
mod signature;
mod stack;
mod symbol;
mod takes;
mod text;
mod tracer;
mod value;
mod witness;

#[cfg(test)]
mod tests;

pub use algebra::Algebra;
pub use args::{as_dim, Arg, Args, Bound, Param, MAX_ARGS, NO_SITE, QUIET};
pub use assumption::{Assumptions, Mark};
pub(crate) use bind::{row, same};
pub use branch::{Branch, Loop};
pub use calls::Calls;
pub use condition::Cond;
pub use dim::{Dim, Truth};
pub use glob::glob;
pub use interval::Interval;
pub use paths::{hash, Segment};
pub use pattern::{Pattern, Side, Signature, Signed};
pub use proof::{Proof, Storage, ARGUMENT_SITES};
pub use record::{Record, RecordKind};
pub use scalar::BinaryOp;
use signature::Expectation;
pub use takes::Takes;
pub use text::Text;
pub use tracer::{apply, operate, Issue, Purpose, Seen, Tally, Tracer, MAX_DEPTH};
pub use value::{Kind, Leaf, List, TensorValue, Value, MAX_RANK};
