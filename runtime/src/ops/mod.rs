//! The operations: one file each, or one per tight family.

mod arithmetic;
pub(crate) mod binary;
pub(crate) mod candle;
mod clamp;
mod compare;
pub(crate) mod compute;
mod conv2d;
mod cosine_similarity;
mod dropout;
mod elu;
mod embedding;
mod expand;
mod extremum;
mod flip;
mod gather;
mod gelu;
mod indices;
mod join;
pub(crate) mod keeps;
mod math;
mod matmul;
mod narrow;
mod norm;
pub(crate) mod operand;
pub(crate) mod options;
mod pad;
mod pair;
mod pairwise_distance;
mod pool2d;
mod pow;
mod prelu;
pub(crate) mod recurrent;
pub(crate) mod reduce;
mod relu;
mod reshape;
pub(crate) mod rule;
mod rules;
mod same;
mod sigmoid;
mod silu;
mod size;
mod sizes;
pub(crate) mod softmax;
mod softplus;
mod squeeze;
mod stochastic_depth;
#[cfg(test)]
mod tests;
mod transpose;
pub(crate) mod unary;
mod where_;
mod windows;

pub use clamp::{Bound, ClampOptions};
pub use conv2d::{Conv2dOptions, ConvPadding};
#[doc(hidden)]
pub use conv2d::{Following, Norm};
pub use cosine_similarity::CosineSimilarityOptions;
pub use dropout::DropoutOptions;
pub use elu::EluOptions;
pub use embedding::EmbeddingOptions;
pub use gelu::{GeluApproximate, GeluOptions};
pub use indices::{Index, Indices};
pub use join::{cat, stack};
pub use matmul::ScaledDotProductAttentionOptions;
pub use narrow::SplitSize;
pub(crate) use norm::rule::{BATCH_NORM, FROZEN_BATCH_NORM};
pub use norm::{BatchNormOptions, LayerNormOptions};
pub use operand::Operand;
pub use pad::{PadMode, PadOptions};
pub use pair::Pair;
pub use pairwise_distance::PairwiseDistanceOptions;
pub use pool2d::{AvgPool2dOptions, MaxPool2dOptions};
pub use reduce::{
    AmaxOptions, AminOptions, ArgmaxOptions, ArgminOptions, LogsumexpOptions, MaxOptions,
    MaxWithIndicesOptions, MeanOptions, MinOptions, MinWithIndicesOptions, NormOptions, StdOptions,
    SumOptions, VarOptions,
};
pub use relu::LeakyReluOptions;
pub use reshape::FlattenOptions;
pub(crate) use rules::keeps as kept_by;
#[cfg(test)]
pub(crate) use rules::OPERATIONS;
pub use sizes::{Size, Sizes, INFER};
pub use softplus::SoftplusOptions;
pub use stochastic_depth::{DepthMode, StochasticDepthOptions};
pub use where_::where_;
