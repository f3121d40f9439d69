//! `linear`: the affine map of the last dimension.

use candle_core::{Shape, Tensor as Data};

use super::product::{affine, product, with_rows};
use crate::error::{Error, Result};
use crate::tensor::autocast::{cast, cast_optional};
use crate::tensor::total;
use crate::tensor::{when, Tensor};

impl Tensor {
    /// `x · Wᵀ + b` (`torch.nn.functional.linear`): `[.., in] → [.., out]` with `weight` of shape `[out, in]` and `bias` of shape
    /// `[out]`.
    ///
    /// # Errors
    /// If the shapes don't fit, or the types differ.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?;
    /// let weight = Tensor::new(&[[1f32, 1.]], &Device::Cpu)?;
    /// let bias = Tensor::new(&[0.5f32], &Device::Cpu)?;
    /// assert_eq!(x.linear(&weight, Some(&bias))?.to_vec2::<f32>()?, [[3.5], [7.5]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn linear(&self, weight: impl AsRef<Tensor>, bias: Option<&Tensor>) -> Result<Tensor> {
        let [x, weight] = cast("linear", [self, weight.as_ref()])?;
        let bias = cast_optional("linear", bias)?;
        x.linear_as_is(&weight, bias.as_deref())
    }

    /// [`linear`](Self::linear) in the types that come.
    fn linear_as_is(&self, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        check(self, weight, bias)?;
        let x = with_rows(&at_least_matrix(self.as_candle())?)?;
        let mut out = self.dims()[..self.rank() - 1].to_vec();
        out.push(weight.dims()[0]);
        let data = affine(&x, &weight.as_candle().t()?, bias.map(Tensor::as_candle))?;
        let data = data.reshape(out)?;
        let x_saved = self.save_if(weight.requires_grad());
        let w_saved = weight.save_if(self.requires_grad());
        let from = self.shape().clone();
        let x_grad = move |grad: &Data| Ok(product(grad, w_saved.get()?)?.reshape(&from)?);
        let w_grad = move |grad: &Data| {
            let x = with_rows(&at_least_matrix(x_saved.get()?)?)?;
            product(&grad.t()?, &x)
        };
        let rows = |grad: &Data| with_rows(&at_least_matrix(grad)?);
        Ok(match bias {
            None => Tensor::record("linear", data, [self, weight], move |grad, [x, w]| {
                let grad = rows(grad)?;
                Ok([when(x, || x_grad(&grad))?, when(w, || w_grad(&grad))?])
            }),
            Some(bias) => Tensor::record(
                "linear",
                data,
                [self, weight, bias],
                move |grad, [x, w, b]| {
                    let grad = rows(grad)?;
                    Ok([
                        when(x, || x_grad(&grad))?,
                        when(w, || w_grad(&grad))?,
                        when(b, || columns(&grad))?,
                    ])
                },
            ),
        })
    }
}

fn check(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<()> {
    let (&[out, features], Some(&last)) = (weight.dims(), x.dims().last()) else {
        let message = format!(
            "expected an input [.., in] and a weight [out, in], but the shapes are {:?} and {:?}",
            x.dims(),
            weight.dims()
        );
        return Err(Error::op("linear", message));
    };
    if last != features {
        let message = format!(
            "expected {features} input features, but the input has shape {:?}",
            x.dims()
        );
        return Err(Error::op("linear", message));
    }
    if let Some(bias) = bias.filter(|bias| bias.dims() != [out]) {
        let message = format!(
            "expected a bias of shape [{out}], but it has shape {:?}",
            bias.dims()
        );
        return Err(Error::op("linear", message));
    }
    let types = [Some(weight), bias];
    if let Some(other) = types
        .into_iter()
        .flatten()
        .find(|other| other.dtype() != x.dtype())
    {
        let message = format!(
            "the input is {:?}, but the parameters are {:?}",
            x.dtype(),
            other.dtype()
        );
        return Err(Error::op("linear", message).help("convert the input with `to_dtype`"));
    }
    Ok(())
}

fn at_least_matrix(x: &Data) -> Result<Data> {
    if x.rank() == 1 {
        Ok(x.unsqueeze(0)?)
    } else {
        Ok(x.clone())
    }
}

/// The sums of the columns: the bias's gradient.
fn columns(grad: &Data) -> Result<Data> {
    let shape = Shape::from(grad.dims()[1]);
    Ok(total(grad, &[0])?.to_dtype(grad.dtype())?.reshape(shape)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, gradcheck, randn};

    fn check_gradient(x: &[usize]) -> Result<()> {
        let (w, b) = (randn([3, 5])?, randn([3])?);
        gradcheck(|x| x[0].linear(&x[1], None), &[randn(x)?, w.clone()])?;
        gradcheck(|x| x[0].linear(&x[1], Some(&x[2])), &[randn(x)?, w, b])
    }

    #[test]
    fn gradient() -> Result<()> {
        check_gradient(&[5])?;
        check_gradient(&[1, 5])?;
        check_gradient(&[4, 5])?;
        check_gradient(&[2, 4, 5])?;
        check_gradient(&[0, 5])?;
        gradcheck(
            |x| x[0].linear(&x[1], Some(&x[2])),
            &[randn([2, 0])?, randn([3, 0])?, randn([3])?],
        )
    }

    #[test]
    fn it_is_the_product_and_the_sum() -> Result<()> {
        let (x, w, b) = (
            randn([2, 5, 4])?.transpose(1, 2)?,
            randn([3, 5])?,
            randn([3])?,
        );
        let long = x.matmul(w.t()?)?.add(&b)?;
        assert_close(
            "linear",
            x.linear(&w, Some(&b))?.as_candle(),
            long.as_candle(),
            1e-12,
        )
    }

    #[test]
    fn errors_say_what_came() -> Result<()> {
        let (w, b) = (randn([3, 5])?, randn([3])?);
        let error = randn([2, 4])?.linear(&w, None).unwrap_err().to_string();
        assert_eq!(
            error,
            "linear: expected 5 input features, but the input has shape [2, 4]"
        );
        assert!(randn(())?.linear(&w, None).is_err() && randn([5])?.linear(&b, None).is_err());
        assert!(randn([5])?.linear(&w, Some(&randn([5])?)).is_err());
        assert!(randn([5])?
            .to_dtype(crate::DType::F32)?
            .linear(&w, None)
            .is_err());
        Ok(())
    }
}
