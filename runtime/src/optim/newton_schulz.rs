//! Newton–Schulz: a matrix with its singular vectors and singular values around 1.

use candle_core::{DType, Tensor};

use crate::error::Result;
use crate::kernels::{output, values};
use crate::tensor::total;

/// The arguments of the iteration.
pub(super) struct NewtonSchulz {
    pub(super) coefficients: (f64, f64, f64),
    pub(super) steps: usize,
    /// The least norm that the matrix is divided by.
    pub(super) eps: f64,
}

/// The matrix made orthogonal, in f32. Every result is rounded to bf16, as in PyTorch.
pub(super) fn orthogonalised(matrix: &Tensor, with: &NewtonSchulz) -> Result<Tensor> {
    if matrix.elem_count() == 0 {
        return Ok(matrix.to_dtype(DType::F32)?);
    }
    let (rows, columns) = matrix.dims2()?;
    let tall = rows > columns;
    let mut x = rounded(&matrix.to_dtype(DType::F32)?)?;
    if tall {
        x = x.t()?.contiguous()?;
    }
    x = rounded(&x.broadcast_div(&norm(&x, with.eps)?)?)?;
    let (a, b, c) = with.coefficients;
    for _ in 0..with.steps {
        let gram = rounded(&x.matmul(&x.t()?)?)?;
        let update = combined(b, &gram, c, &gram.matmul(&gram)?)?;
        x = combined(a, &x, 1., &update.matmul(&x)?)?;
    }
    Ok(if tall { x.t()?.contiguous()? } else { x })
}

/// Values that bf16 can hold, in f32, where sums of their products are computed.
fn rounded(x: &Tensor) -> Result<Tensor> {
    Ok(x.to_dtype(DType::BF16)?.to_dtype(DType::F32)?)
}

/// The norm, `[1, 1]`.
fn norm(x: &Tensor, eps: f64) -> Result<Tensor> {
    let squares = total(&x.sqr()?, &[0, 1])?;
    let least = rounded(&Tensor::new(&[[eps as f32]], x.device())?)?;
    Ok(rounded(&squares.sqrt()?)?.maximum(&least)?)
}

/// `α x + β y`, rounded to f32 once and then to bf16: rounding `α x` on its own would often end at the next bf16 number.
fn combined(alpha: f64, x: &Tensor, beta: f64, y: &Tensor) -> Result<Tensor> {
    let (alpha, beta) = (alpha as f32, beta as f32);
    if !x.device().is_cpu() {
        let sum = ((x * f64::from(alpha))? + (y * f64::from(beta))?)?;
        return rounded(&sum);
    }
    let (x, y) = (x.contiguous()?, y.contiguous()?);
    let sums: Vec<f32> = {
        let (x, y) = (values(&x)?, values(&y)?);
        let pairs = x.slice::<f32>()?.iter().zip(y.slice::<f32>()?);
        let sum = |(&x, &y): (&f32, &f32)| f64::from(alpha) * f64::from(x) + f64::from(beta * y);
        pairs.map(|pair| sum(pair) as f32).collect()
    };
    rounded(&output(sums, x.shape())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, randn};

    /// A cubic iteration, x ← 1.5 x − 0.5 x³, ends at singular values of exactly 1.
    #[test]
    fn the_result_is_orthogonal() -> Result<()> {
        let with = NewtonSchulz {
            coefficients: (1.5, -0.5, 0.),
            steps: 60,
            eps: 1e-7,
        };
        for shape in [[3, 5], [5, 3], [4, 4]] {
            let x = orthogonalised(randn(shape)?.as_candle(), &with)?;
            let gram = if shape[0] > shape[1] {
                x.t()?.matmul(&x)?
            } else {
                x.matmul(&x.t()?)?
            };
            let identity = Tensor::eye(gram.dims()[0], DType::F32, gram.device())?;
            assert_close(&format!("{shape:?}"), &gram, &identity, 0.02)?;
        }
        Ok(())
    }

    #[test]
    fn zeros_stay_zeros() -> Result<()> {
        let with = NewtonSchulz {
            coefficients: (3.4445, -4.775, 2.0315),
            steps: 5,
            eps: 1e-7,
        };
        let zeros = Tensor::zeros((2, 3), DType::F64, &candle_core::Device::Cpu)?;
        let x = orthogonalised(&zeros, &with)?.flatten_all()?;
        assert_eq!(x.to_vec1::<f32>()?, [0.; 6]);
        Ok(())
    }
}
