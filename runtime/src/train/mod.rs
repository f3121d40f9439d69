//! Training and evaluation.

pub mod metrics;
