//! `softmax` and `log_softmax`.

pub(super) mod rule;

use candle_core::Tensor as Data;

use crate::error::Result;
use crate::kernels::{in_dtype, output, values, Exponential, Softmax};
use crate::ops::compute::{by_form, dense, expect_float};
use crate::ops::reduce::axes::around;
use crate::tensor::autocast::cast;
use crate::tensor::{when, Dim, Tensor};

impl Tensor {
    /// exp(xᵢ) / Σⱼ exp(xⱼ) along a dimension (`torch.softmax`), without overflow. The gradient comes from the result.
    ///
    /// Where all elements are −∞ the result is NaN, as in PyTorch.
    ///
    /// # Errors
    /// If there is no such dimension, or the tensor is not of floats.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f64, 3., 2.], &Device::Cpu)?.softmax(-1)?.to_vec::<f64>()?;
    /// let expected = [0.09003057, 0.66524096, 0.24472847];
    /// assert!(x.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-8));
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn softmax(&self, dim: impl Into<Dim>) -> Result<Tensor> {
        self.normalised("softmax", dim.into(), Softmax::Shares)
    }

    /// xᵢ − log Σⱼ exp(xⱼ) along a dimension (`torch.log_softmax`): the logarithm of the [softmax](Self::softmax), exact also
    /// where that one is 0.
    ///
    /// # Errors
    /// If there is no such dimension, or the tensor is not of floats.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[0f32, -1e4], &Device::Cpu)?;
    /// assert_eq!(x.log_softmax(0)?.to_vec::<f32>()?, [0., -1e4]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn log_softmax(&self, dim: impl Into<Dim>) -> Result<Tensor> {
        self.normalised("log_softmax", dim.into(), Softmax::Logarithms)
    }

    fn normalised(&self, op: &'static str, dim: Dim, form: Softmax) -> Result<Tensor> {
        expect_float(op, "a tensor", self)?;
        let [input] = cast(op, [self])?;
        // A tensor without dimensions has one to be named, as in PyTorch.
        let dim = dim.resolve(input.rank().max(1), op)?;
        let (dtype, shape) = (input.dtype(), input.shape().clone());
        let x = with_dim(input.as_candle())?;
        let data = match x.elem_count() {
            0 => x,
            _ => in_dtype(&forward(&dense(&x)?, dim, form)?, dtype)?,
        };
        let data = data.reshape(&shape)?;
        let result = data.clone();
        Ok(Tensor::record(
            op,
            data,
            [&*input],
            move |grad, [needed]| {
                let gradient = || {
                    if grad.elem_count() == 0 {
                        return Ok(grad.clone());
                    }
                    let (y, grad) = (dense(&with_dim(&result)?)?, dense(&with_dim(grad)?)?);
                    let dx = backward(&y, &grad, dim, form)?;
                    Ok(in_dtype(&dx, dtype)?.reshape(&shape)?)
                };
                Ok([when(needed, gradient)?])
            },
        ))
    }
}

fn with_dim(x: &Data) -> Result<Data> {
    match x.rank() {
        0 => Ok(x.unsqueeze(0)?),
        _ => Ok(x.clone()),
    }
}

/// Of floats that are dense and not empty.
pub(crate) fn forward(x: &Data, dim: usize, form: Softmax) -> Result<Data> {
    by_form!(x, forward_on_cpu(x, dim, form), forward_plain(x, dim, form))
}

fn forward_on_cpu<T: Exponential>(x: &Data, dim: usize, form: Softmax) -> Result<Data> {
    let y = form.forward(values(x)?.slice::<T>()?, around(x.dims(), dim));
    output(y, x.shape())
}

fn forward_plain(x: &Data, dim: usize, form: Softmax) -> Result<Data> {
    let x = x.broadcast_sub(&x.max_keepdim(dim)?)?;
    let shares = x.exp()?;
    let sum = shares.sum_keepdim(dim)?;
    Ok(match form {
        Softmax::Shares => shares.broadcast_div(&sum)?,
        Softmax::Logarithms => x.broadcast_sub(&sum.log()?)?,
    })
}

fn backward(y: &Data, grad: &Data, dim: usize, form: Softmax) -> Result<Data> {
    by_form!(
        y,
        backward_on_cpu(y, grad, dim, form),
        backward_plain(y, grad, dim, form)
    )
}

fn backward_on_cpu<T: Exponential>(
    y: &Data,
    grad: &Data,
    dim: usize,
    form: Softmax,
) -> Result<Data> {
    let (y_values, grad) = (values(y)?, values(grad)?);
    let x = form.backward(
        y_values.slice::<T>()?,
        grad.slice::<T>()?,
        around(y.dims(), dim),
    );
    output(x, y.shape())
}

fn backward_plain(y: &Data, grad: &Data, dim: usize, form: Softmax) -> Result<Data> {
    Ok(match form {
        Softmax::Shares => {
            let sum = (grad * y)?.sum_keepdim(dim)?;
            (y * grad.broadcast_sub(&sum)?)?
        }
        Softmax::Logarithms => (grad - y.exp()?.broadcast_mul(&grad.sum_keepdim(dim)?)?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::compute::plain_only;
    use crate::testing::{assert_close, gradcheck, randn};
    use crate::Device;

    #[test]
    fn gradient() -> Result<()> {
        let ops: [fn(&Tensor, i32) -> Result<Tensor>; 2] =
            [|x, dim| x.softmax(dim), |x, dim| x.log_softmax(dim)];
        for op in ops {
            gradcheck(|x| op(&x[0], -1), &[randn([3, 5])?])?;
            gradcheck(|x| op(&x[0], 1), &[randn([2, 3, 4])?])?;
            gradcheck(|x| op(&x[0], 0), &[randn([1, 3])?])?;
            gradcheck(|x| op(&x[0], 1), &[randn([0, 3])?])?;
            gradcheck(|x| op(&x[0], 0), &[randn(())?])?;
        }
        Ok(())
    }

    #[test]
    fn the_kernel_and_the_plain_form_agree() -> Result<()> {
        let (x, grad) = (randn([4, 33, 7])?.into_candle(), randn([4, 33, 7])?);
        for form in [Softmax::Shares, Softmax::Logarithms] {
            for dim in 0..3 {
                let y = forward(&x, dim, form)?;
                let plain = plain_only::run(|| forward(&x, dim, form))?;
                assert_close("value", &y, &plain, 1e-14)?;
                let found = backward(&y, grad.as_candle(), dim, form)?;
                let plain = plain_only::run(|| backward(&y, grad.as_candle(), dim, form))?;
                assert_close("gradient", &found, &plain, 1e-13)?;
            }
        }
        Ok(())
    }

    #[test]
    fn far_numbers() -> Result<()> {
        let of = |values: &[f32]| Tensor::new(values, &Device::Cpu);
        assert_eq!(of(&[1e4, -1e4])?.softmax(0)?.to_vec::<f32>()?, [1., 0.]);
        assert_eq!(of(&[-1e4, -1e4])?.softmax(0)?.to_vec::<f32>()?, [0.5, 0.5]);
        assert_eq!(
            of(&[f32::NEG_INFINITY, 1.])?.softmax(0)?.to_vec::<f32>()?,
            [0., 1.]
        );
        let masked = of(&[f32::NEG_INFINITY; 2])?;
        assert!(masked.softmax(0)?.to_vec::<f32>()?[0].is_nan());
        assert!(masked.log_softmax(0)?.to_vec::<f32>()?[1].is_nan());
        assert!(Tensor::new(&[1i64], &Device::Cpu)?.softmax(0).is_err());
        Ok(())
    }
}
