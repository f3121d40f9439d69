//! CPU kernels for f32 and f64, on slices: no tensors, no shapes to check, no tape.
//!
//! Their callers in `ops` have checked the arguments. Work is cut into pieces by the shapes alone and every sum has a
//! fixed order, so that results don't depend on the number of threads.

mod assembled;
mod attention;
mod batch_norm;
mod broadcast;
mod capability;
mod cast;
mod chunks;
mod columns;
mod compiled;
mod conv2d;
mod ctc;
pub(crate) mod elementwise;
mod exact;
mod float;
mod fresh;
mod gemm;
mod lanes;
mod layer_norm;
mod lovasz;
mod norm;
mod order;
mod pages;
mod pool2d;
mod product;
mod real;
pub(crate) mod recurrent;
mod reduce;
mod row_sums;
mod simd;
mod softmax;
mod strided;
mod sums;
mod values;
mod window;

pub(crate) use assembled::assembled;
pub(crate) use attention::Attention;
pub(crate) use batch_norm::{Affine, Channels, Through};
pub(crate) use broadcast::zip_broadcast;
pub use capability::cpu_capability;
pub(crate) use cast::{in_dtype, rounded_plus};
pub(crate) use chunks::{for_each, for_each_chunk, threads, work_on};
pub(crate) use conv2d::{batch_lies_last, Conv2d, Finish, MaxPooling};
pub(crate) use ctc::{Alignment, Ctc, Paths};
pub(crate) use float::Float;
pub(crate) use gemm::Strides;
pub(crate) use lanes::Lanes;
pub(crate) use layer_norm::Rows;
pub(crate) use lovasz::Lovasz;
pub(crate) use norm::norm;
pub(crate) use order::{in_order, is_ordered, row_major, Order};
pub(crate) use pool2d::{Average, MaxPool2d};
pub(crate) use product::{new_products, Begin, Matrix};
pub(crate) use real::Real;
pub(crate) use reduce::{best, cumsum, sum};
pub(crate) use row_sums::row_sums;
pub(crate) use simd::Work;
pub(crate) use softmax::{class_gradient, Exponential, Softmax};
pub(crate) use values::{output, overwrite, strided, values, Values};
pub(crate) use window::{conv_windows, pool_windows, Axis};
