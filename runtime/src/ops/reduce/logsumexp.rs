//! `logsumexp`.

use super::axes::Axes;
use super::extremum::extremum;
use crate::error::Result;
use crate::ops::compute::{compute_dtype, expect_float};
use crate::ops::options::options;
use crate::tensor::autocast::cast;
use crate::tensor::{total, when, Dims, Tensor};

options! {
    /// The optional arguments of [`Tensor::logsumexp_with`]; the defaults are PyTorch's.
    LogsumexpOptions {
        /// Keep the dimensions that are reduced, as size 1. Default: false.
        keepdim: bool = false,
    }
}

impl Tensor {
    /// log Σ exp(x) over dimensions, `()` being all, without overflow (`torch.logsumexp`). Of nothing it is −∞.
    ///
    /// # Errors
    /// If there is no such dimension, or the tensor is not of floats.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1e4f64, 1e4], &Device::Cpu)?;
    /// assert_eq!(x.logsumexp(0)?.item()?, 1e4 + 2f64.ln());
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn logsumexp(&self, dim: impl Into<Dims>) -> Result<Tensor> {
        self.logsumexp_with(dim, LogsumexpOptions::default())
    }

    /// [`logsumexp`](Self::logsumexp) with options.
    ///
    /// # Errors
    /// Those of [`logsumexp`](Self::logsumexp).
    ///
    /// ```
    /// # use taper::{ops::LogsumexpOptions, DType, Device, Tensor};
    /// let x = Tensor::zeros([2, 3], DType::F32, &Device::Cpu)?;
    /// assert_eq!(x.logsumexp_with(1, LogsumexpOptions::default().keepdim(true))?.dims(), [2, 1]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn logsumexp_with(
        &self,
        dim: impl Into<Dims>,
        options: LogsumexpOptions,
    ) -> Result<Tensor> {
        expect_float("logsumexp", "a tensor", self)?;
        let axes = Axes::new("logsumexp", self, dim.into(), options.keepdim)?;
        let [input] = cast("logsumexp", [self])?;
        let dtype = input.dtype();
        let wide = input.as_candle().to_dtype(compute_dtype(dtype))?;
        let kept = if axes.count() == 0 {
            let none = candle_core::Tensor::zeros(axes.kept(), wide.dtype(), wide.device())?;
            (none + f64::NEG_INFINITY)?
        } else if wide.elem_count() == 0 {
            candle_core::Tensor::zeros(axes.kept(), wide.dtype(), wide.device())?
        } else {
            let max = extremum(&wide, axes.dims(), true)?;
            // Infinities would give ∞ − ∞.
            let max = max
                .abs()?
                .eq(f64::INFINITY)?
                .where_cond(&max.zeros_like()?, &max)?;
            (total(&wide.broadcast_sub(&max)?.exp()?, axes.dims())?.log()? + max)?
        };
        let (x, result) = (input.save(), kept.clone());
        let data = axes.finish(kept.to_dtype(dtype)?)?;
        Ok(Tensor::record(
            "logsumexp",
            data,
            [&*input],
            move |grad, [needed]| {
                let gradient = || {
                    // ∂/∂x = exp(x − out)
                    let share = x
                        .get()?
                        .to_dtype(result.dtype())?
                        .broadcast_sub(&result)?
                        .exp()?;
                    let grad = axes.keep(grad)?.to_dtype(share.dtype())?;
                    Ok(share.broadcast_mul(&grad)?.to_dtype(dtype)?)
                };
                Ok([when(needed, gradient)?])
            },
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, randn};
    use crate::{DType, Device};

    #[test]
    fn gradient() -> Result<()> {
        gradcheck(|x| x[0].logsumexp(()), &[randn([3, 5])?])?;
        gradcheck(|x| x[0].logsumexp([0, -1]), &[randn([2, 1, 5])?])?;
        gradcheck(
            |x| x[0].logsumexp_with(0, LogsumexpOptions::default().keepdim(true)),
            &[randn([0, 2])?],
        )?;
        gradcheck(|x| x[0].logsumexp(1), &[randn([0, 2])?])
    }

    #[test]
    fn infinities() -> Result<()> {
        let of = |values: &[f32]| Tensor::new(values, &Device::Cpu)?.logsumexp(0)?.item();
        assert_eq!(of(&[f32::NEG_INFINITY; 2])?, f64::NEG_INFINITY);
        assert_eq!(of(&[f32::NEG_INFINITY, 1.])?, 1.);
        assert_eq!(of(&[f32::INFINITY, 1.])?, f64::INFINITY);
        assert_eq!(of(&[-1e4, -1e4])? as f32, -1e4 + 2f32.ln());
        let none = Tensor::zeros([0], DType::F32, &Device::Cpu)?;
        assert_eq!(none.logsumexp(0)?.item()?, f64::NEG_INFINITY);
        Ok(())
    }
}
