//! Broadcasting, backwards.

use candle_core::Shape;

use super::total;
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
    Ok(total(grad, &summed)?
        .to_dtype(grad.dtype())?
        .reshape(shape)?)
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};

    use super::*;

    /// In its own type the sum stops growing at 2048 in f16 and at 256 in bf16.
    #[test]
    fn half_types_are_summed_in_f32() -> Result<()> {
        for dtype in [DType::F16, DType::BF16] {
            let grad = candle_core::Tensor::ones((10_000, 2), dtype, &Device::Cpu)?;
            let sum = grad_to_shape(&grad, &Shape::from(2))?.to_dtype(DType::F32)?;
            let sum = sum.to_vec1::<f32>()?;
            assert!(
                sum.iter().all(|x| (x / 10_000. - 1.).abs() < 4e-3),
                "{dtype:?} {sum:?}"
            );
        }
        Ok(())
    }

    #[test]
    fn only_broadcast_dimensions_are_summed() -> Result<()> {
        let grad = candle_core::Tensor::ones((2, 3, 4), DType::F64, &Device::Cpu)?;
        for (shape, sum) in [
            (vec![3, 1], 8.),
            (vec![], 24.),
            (vec![2, 1, 4], 3.),
            (vec![2, 3, 4], 1.),
            (vec![1, 1], 24.),
        ] {
            let found = grad_to_shape(&grad, &Shape::from(shape.clone()))?;
            assert_eq!(found.dims(), shape);
            assert!(found
                .flatten_all()?
                .to_vec1::<f64>()?
                .iter()
                .all(|&x| x == sum));
        }
        assert!(grad_to_shape(&grad, &Shape::from(5)).is_err());
        assert!(grad_to_shape(&grad, &Shape::from((1, 2, 3, 4))).is_err());
        Ok(())
    }
}
