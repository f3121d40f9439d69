//! Normalisations: batch norm and layer norm.

use candle_core::{Shape, Tensor as Data};

use super::compute::compute_dtype;
use crate::error::{Error, Result};
use crate::tensor::Tensor;

mod batch;
mod batch_gradient;
mod batch_plain;
mod layer;
mod layer_plain;
#[cfg(test)]
mod relu_tests;
pub(crate) mod rule;
#[cfg(test)]
mod tests;

pub use batch::BatchNormOptions;
pub use layer::LayerNormOptions;

/// Weight or bias, which must have the given shape and be computed in the input's type; of half types, f32 is too.
fn check_affine(
    op: &'static str,
    input: &Tensor,
    shape: &Shape,
    what: &str,
    value: Option<&Tensor>,
) -> Result<()> {
    let Some(value) = value else { return Ok(()) };
    if value.shape() != shape {
        let message = format!(
            "expected a {what} {:?} for the input {:?}, but it has shape {:?}",
            shape.dims(),
            input.dims(),
            value.dims()
        );
        return Err(Error::op(op, message));
    }
    let (own, other) = (input.dtype(), value.dtype());
    if compute_dtype(own) == compute_dtype(other) {
        return Ok(());
    }
    let message = format!("expected a {what} of the input's type {own:?}, but it has {other:?}");
    Err(Error::op(op, message).help("convert one of them with `to_dtype`"))
}

fn check_eps(op: &'static str, eps: f64) -> Result<()> {
    if eps >= 0. && eps.is_finite() {
        return Ok(());
    }
    Err(Error::argument(op, "eps", eps, "a small positive number"))
}

/// The gradient in the type and shape of what it belongs to.
fn like(grad: Data, dtype: candle_core::DType, shape: &Shape) -> Result<Data> {
    Ok(grad.to_dtype(dtype)?.reshape(shape)?)
}
