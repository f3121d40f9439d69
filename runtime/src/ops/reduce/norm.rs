//! `norm`: vector norms over dimensions.

use candle_core::Tensor as Data;

use super::axes::Axes;
use super::extremum::{extremum, share_evenly};
use crate::error::Result;
use crate::ops::compute::{compute_dtype, expect_float};
use crate::ops::options::options;
use crate::tensor::autocast::cast;
use crate::tensor::{total, when, Dims, Tensor};

options! {
    /// The optional arguments of [`Tensor::norm_with`]; the defaults are PyTorch's.
    NormOptions {
        /// The order: 2 is the Euclidean norm, 1 the sum of magnitudes, ±∞ the largest or smallest magnitude, 0 the number of
        /// elements that are not 0. Default: 2.
        p: f64 = 2.,
        /// Keep the dimensions that are reduced, as size 1. Default: false.
        keepdim: bool = false,
    }
}

impl Tensor {
    /// The Euclidean norm √Σx² over dimensions, `()` being all (`torch.norm`).
    ///
    /// The gradient where it is 0 is 0.
    ///
    /// # Errors
    /// If there is no such dimension, or the tensor is not of floats.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[3f32, 4.], [6., 8.]], &Device::Cpu)?;
    /// assert_eq!(x.norm(1)?.to_vec::<f32>()?, [5., 10.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn norm(&self, dim: impl Into<Dims>) -> Result<Tensor> {
        self.norm_with(dim, NormOptions::default())
    }

    /// [`norm`](Self::norm) of any order (`torch.linalg.vector_norm`): (Σ|x|ᵖ)^(1/p).
    ///
    /// # Errors
    /// Those of [`norm`](Self::norm); if the order is ±∞ and there is nothing to choose from.
    ///
    /// ```
    /// # use taper::{ops::NormOptions, Device, Tensor};
    /// let x = Tensor::new(&[3f32, -4.], &Device::Cpu)?;
    /// assert_eq!(x.norm_with((), NormOptions::default().p(1))?.item()?, 7.);
    /// assert_eq!(x.norm_with((), NormOptions::default().p(f64::INFINITY))?.item()?, 4.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn norm_with(&self, dim: impl Into<Dims>, options: NormOptions) -> Result<Tensor> {
        expect_float("norm", "a tensor", self)?;
        let axes = Axes::new("norm", self, dim.into(), options.keepdim)?;
        let [input] = cast("norm", [self])?;
        let (p, dtype) = (options.p, input.dtype());
        if p.is_infinite() {
            axes.expect_elements("norm")?;
        }
        let norm = forward(&input.as_candle().to_dtype(compute_dtype(dtype))?, &axes, p)?;
        let (x, data) = (input.save(), axes.finish(norm.to_dtype(dtype)?)?);
        Ok(Tensor::record(
            "norm",
            data,
            [&*input],
            move |grad, [needed]| {
                let gradient = || {
                    let x = x.get()?.to_dtype(norm.dtype())?;
                    let grad = axes.keep(grad)?.to_dtype(norm.dtype())?;
                    Ok(backward(&x, &norm, &grad, &axes, p)?.to_dtype(dtype)?)
                };
                Ok([when(needed && p != 0., gradient)?])
            },
        ))
    }
}

fn forward(x: &Data, axes: &Axes, p: f64) -> Result<Data> {
    let dims = axes.dims();
    Ok(if p == 2. {
        total(&x.sqr()?, dims)?.sqrt()?
    } else if p == 1. {
        total(&x.abs()?, dims)?
    } else if p == 0. {
        total(&x.ne(0f64)?.to_dtype(x.dtype())?, dims)?
    } else if p.is_infinite() {
        match x.elem_count() {
            0 => Data::zeros(axes.kept(), x.dtype(), x.device())?,
            _ => extremum(&x.abs()?, dims, p > 0.)?,
        }
    } else {
        total(&x.abs()?.powf(p)?, dims)?.powf(1. / p)?
    })
}

/// `grad` and `norm` broadcast to `x`.
fn backward(x: &Data, norm: &Data, grad: &Data, axes: &Axes, p: f64) -> Result<Data> {
    let zero_where = |zero: Data, other: Data| -> Result<Data> {
        Ok(zero.eq(0f64)?.where_cond(&other.zeros_like()?, &other)?)
    };
    if p == 2. {
        return Ok(x.broadcast_mul(&zero_where(norm.clone(), (grad / norm)?)?)?);
    }
    let sign = x.sign()?;
    if p == 1. {
        return Ok(sign.broadcast_mul(grad)?);
    }
    if p.is_infinite() {
        return Ok((share_evenly(&x.abs()?, norm, grad, axes)? * sign)?);
    }
    // sign(x) (|x| / norm)^(p − 1), where |x| is not 0.
    let scale = zero_where(norm.clone(), (grad / norm.powf(p - 1.)?)?)?;
    let magnitude = zero_where(x.clone(), x.abs()?.powf(p - 1.)?)?;
    Ok((sign * magnitude)?.broadcast_mul(&scale)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, randn};
    use crate::{DType, Device, Param};

    #[test]
    fn gradient() -> Result<()> {
        for p in [2., 1., 3., 0.5, f64::INFINITY, f64::NEG_INFINITY] {
            let norm =
                |x: &[Tensor]| x[0].norm_with([0, -1], NormOptions::default().p(p).keepdim(true));
            // Away from the kink at 0, and without ties.
            let x = Tensor::new(
                &[[[1.1f64, -2.], [0.7, 3.]], [[-0.5, 1.6], [2.2, -0.9]]],
                &Device::Cpu,
            )?;
            let options = crate::testing::GradCheck {
                step: 1e-6,
                ..Default::default()
            };
            options.run(norm, &[x])?;
        }
        gradcheck(|x| x[0].norm(1), &[randn([2, 0])?])
    }

    #[test]
    fn zeros_have_a_gradient() -> Result<()> {
        let w = Param::new(Tensor::zeros([2], DType::F32, &Device::Cpu)?)?;
        w.norm(())?.backward()?;
        assert_eq!(
            w.grad().map(|grad| grad.to_vec::<f32>()).transpose()?,
            Some(vec![0.; 2])
        );
        Ok(())
    }
}
