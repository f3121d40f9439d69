//! Training and evaluation.

mod finite;
pub mod metrics;

pub use finite::check_finite;
