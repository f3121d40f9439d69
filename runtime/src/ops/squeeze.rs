//! `squeeze` and `unsqueeze`: without or with dimensions of size 1.

use crate::error::Result;
use crate::tensor::{when, Dim, Dims, Tensor};

impl Tensor {
    /// Without those of the dimensions `dim` that have size 1, `()` being all; a view (`torch.squeeze`).
    ///
    /// # Errors
    /// If there is no such dimension.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// let x = Tensor::zeros([1, 3, 1], DType::F32, &Device::Cpu)?;
    /// assert_eq!(x.squeeze(())?.dims(), [3]);
    /// assert_eq!(x.squeeze(-1)?.dims(), [1, 3]);
    /// assert_eq!(x.squeeze(1)?.dims(), [1, 3, 1]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn squeeze(&self, dim: impl Into<Dims>) -> Result<Tensor> {
        let mut dims = dim.into().resolve(self.rank(), "squeeze")?;
        dims.retain(|&dim| self.dims()[dim] == 1);
        if dims.is_empty() {
            return Ok(self.clone());
        }
        let data = dims
            .iter()
            .rev()
            .try_fold(self.as_candle().clone(), |x, &dim| x.squeeze(dim))?;
        Ok(Tensor::record(
            "squeeze",
            data,
            [self],
            move |grad, [needed]| {
                Ok([when(needed, || {
                    Ok(dims
                        .iter()
                        .try_fold(grad.clone(), |grad, &dim| grad.unsqueeze(dim))?)
                })?])
            },
        ))
    }

    /// With a dimension of size 1 inserted at `dim`; a view (`torch.unsqueeze`).
    ///
    /// # Errors
    /// If `dim` is not in `-(rank + 1)..=rank`.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// let x = Tensor::zeros([2, 3], DType::F32, &Device::Cpu)?;
    /// assert_eq!(x.unsqueeze(0)?.dims(), [1, 2, 3]);
    /// assert_eq!(x.unsqueeze(-1)?.dims(), [2, 3, 1]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn unsqueeze(&self, dim: impl Into<Dim>) -> Result<Tensor> {
        let dim = dim.into().resolve_insert(self.rank(), "unsqueeze")?;
        let data = self.as_candle().unsqueeze(dim)?;
        Ok(Tensor::record(
            "unsqueeze",
            data,
            [self],
            move |grad, [needed]| Ok([when(needed, || Ok(grad.squeeze(dim)?))?]),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, randn};

    #[test]
    fn gradient() -> Result<()> {
        gradcheck(|x| x[0].squeeze(()), &[randn([1, 3, 1, 2])?])?;
        gradcheck(|x| x[0].squeeze([0, -1]), &[randn([1, 3, 1])?])?;
        gradcheck(|x| x[0].squeeze(()), &[randn([1, 1])?])?;
        gradcheck(|x| x[0].unsqueeze(1), &[randn([3, 2])?])?;
        gradcheck(|x| x[0].unsqueeze(-1), &[randn([0])?])
    }

    #[test]
    fn a_squeezed_transpose_is_a_view() -> Result<()> {
        let x = randn([1, 3, 2])?.transpose(1, 2)?;
        assert!(!x.squeeze(0)?.is_contiguous() && !x.unsqueeze(0)?.is_contiguous());
        Ok(())
    }
}
