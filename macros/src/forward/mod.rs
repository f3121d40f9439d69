//! `#[forward]`: the checked subset of Rust that a network's forward pass is written in.
//!
//! [`parse`] reads the block or function, [`unsupported`] refuses what is outside the subset, and [`body`] lowers what is
//! left to straight-line Rust over tensors. The trace is lowered from the same [`Method`]s elsewhere.

pub(crate) mod arguments;
mod body;
pub(crate) mod call;
mod expand;
mod fallback;
mod function;
mod lower_call;
mod method;
mod operations;
mod param;
mod parse;
mod recursion;
mod refusal;
mod scope;
pub(crate) mod tail;
#[cfg(test)]
mod tests;
mod unsupported;

pub(crate) use expand::expand;
pub(crate) use fallback::with_fallback;
pub(crate) use parse::ForwardItem;
