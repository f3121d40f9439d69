//! Reductions: sums, means, variances, extrema, norms.

pub(crate) mod axes;
mod extremum;
mod logsumexp;
mod norm;
pub(super) mod rule;
mod sum;
mod var;

pub use extremum::{
    AmaxOptions, AminOptions, ArgmaxOptions, ArgminOptions, MaxOptions, MaxWithIndicesOptions,
    MinOptions, MinWithIndicesOptions,
};
pub use logsumexp::LogsumexpOptions;
pub use norm::NormOptions;
pub use sum::{MeanOptions, SumOptions};
pub use var::{StdOptions, VarOptions};
