//! What losses made of differentiable operations have in common.

use candle_core::DType;

use crate::error::Result;
use crate::loss::Reduction;
use crate::ops::compute::compute_dtype;
use crate::tensor::Tensor;

/// In the type that is computed in, so that half types are rounded once: at the end.
pub(super) fn wide(x: &Tensor) -> Result<Tensor> {
    x.to_dtype(compute_dtype(x.dtype()))
}

/// max(x, 0), with gradient 0 at 0; a NaN goes on.
pub(super) fn hinge(x: &Tensor) -> Result<Tensor> {
    x.clamp(0., None)
}

/// One number from the losses, or all of them, in a type.
pub(super) fn reduce(
    op: &'static str,
    losses: &Tensor,
    reduction: Reduction,
    dtype: DType,
) -> Result<Tensor> {
    reduction.check_count(op, losses.dims())?;
    let loss = match reduction {
        Reduction::Mean => losses.mean(())?,
        Reduction::Sum => losses.sum(())?,
        Reduction::None | Reduction::Unknown(_) => losses.clone(),
    };
    loss.to_dtype(dtype)
}
