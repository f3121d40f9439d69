//! Broadcasting, backwards.

use candle_core::{DType, Shape};

use crate::error::{Error, Result};

/// Sums the gradient of a broadcast operand back to the operand's shape.
///
/// # Errors
/// If `shape` does not broadcast to the gradient's shape.
///
/// ```
/// use candle_core::{DType, Device, Shape, Tensor};
/// let grad = Tensor::ones((2, 3), DType::F32, &Device::Cpu)?;
/// let bias = taper::tensor::grad_to_shape(&grad, &Shape::from(3))?;
/// assert_eq!(bias.to_vec1::<f32>()?, [2., 2., 2.]);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn grad_to_shape(grad: &candle_core::Tensor, shape: &Shape) -> Result<candle_core::Tensor> {
    if grad.shape() == shape {
        return Ok(grad.clone());
    }
    let (from, to) = (grad.dims(), shape.dims());
    let lead = from.len().saturating_sub(to.len());
    let fits = from.len() >= to.len()
        && to
            .iter()
            .zip(&from[lead..])
            .all(|(&to, &from)| to == from || to == 1);
    if !fits {
        return Err(Error::op(
            "grad_to_shape",
            format!("shape {to:?} does not broadcast to {from:?}"),
        ));
    }
    let summed: Vec<usize> = (0..from.len())
        .filter(|&i| i < lead || (to[i - lead] == 1 && from[i] != 1))
        .collect();
    Ok(sum_exact(grad, &summed)?.reshape(shape)?)
}

/// The sum over `dims`, kept as size 1. Half types are summed in f32: in their own type the sum of 10,000 ones is 2048.
fn sum_exact(x: &candle_core::Tensor, dims: &[usize]) -> Result<candle_core::Tensor> {
    if matches!(x.dtype(), DType::F16 | DType::BF16) {
        return Ok(x
            .to_dtype(DType::F32)?
            .sum_keepdim(dims)?
            .to_dtype(x.dtype())?);
    }
    Ok(x.sum_keepdim(dims)?)
}
