//! Penalties of weights, to be added to a loss.

use crate::error::{Error, Result};
use crate::ops::compute::{compute_dtype, expect_float};
use crate::tensor::Tensor;

/// The sum of the magnitudes of all elements of some parameters, Σ|w|: in PyTorch,
/// `sum(p.abs().sum() for p in parameters)`. At 0 the gradient is 0.
///
/// The parameters are those of an iterator: a model's `parameters()`, what a mask selects, or tensors of any kind. Those
/// that are frozen count but get no gradient. Half types are added up in f32, and so is their result.
///
/// # Errors
/// If there are no parameters, or one is of integers.
///
/// ```
/// use taper::loss::l1_penalty;
/// use taper::prelude::*;
///
/// #[model([B, 4] -> [B, 2])]
/// struct Net {
///     #[layer(2)]
///     fc: Linear,
/// }
///
/// #[forward]
/// impl Net {
///     fn forward(&self, x: Tensor) -> Tensor {
///         self.fc(x)
///     }
/// }
///
/// # fn main() -> taper::Result<()> {
/// let net = Net::init(&Device::Cpu)?;
/// let (x, y) = (Tensor::ones([3, 4], DType::F32, &Device::Cpu)?, Tensor::zeros([3, 2], DType::F32, &Device::Cpu)?);
/// let weights = net.select(&mask!(Net: "*.weight"))?;
/// let loss = mse_loss(net.forward(&x)?, &y)?.add(l1_penalty(weights)?.mul(1e-3)?)?;
/// loss.backward()?;
/// # Ok(())
/// # }
/// ```
pub fn l1_penalty<T: AsRef<Tensor>>(params: impl IntoIterator<Item = T>) -> Result<Tensor> {
    sum("l1_penalty", params, Tensor::abs)
}

/// The sum of the squares of all elements of some parameters, Σw²: in PyTorch, `sum(p.square().sum() for p in parameters)`.
///
/// Its gradient is 2w: with plain SGD, a factor λ is a `weight_decay` of 2λ. Parameters and types as for [`l1_penalty`].
///
/// # Errors
/// As for [`l1_penalty`].
///
/// ```
/// # use taper::{Device, Param, Tensor};
/// # use taper::loss::l2_penalty;
/// let w = Param::new(Tensor::new(&[3f32, -4.], &Device::Cpu)?)?;
/// let penalty = l2_penalty([&w])?;
/// assert_eq!(penalty.item()?, 25.);
/// penalty.backward()?;
/// assert_eq!(w.grad().map(|grad| grad.to_vec::<f32>()).transpose()?, Some(vec![6., -8.]));
/// # Ok::<(), taper::Error>(())
/// ```
pub fn l2_penalty<T: AsRef<Tensor>>(params: impl IntoIterator<Item = T>) -> Result<Tensor> {
    sum("l2_penalty", params, Tensor::square)
}

fn sum<T: AsRef<Tensor>>(
    op: &'static str,
    params: impl IntoIterator<Item = T>,
    each: fn(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let mut total: Option<Tensor> = None;
    for param in params {
        let param = param.as_ref();
        expect_float(op, "parameters", param)?;
        let part = each(&param.to_dtype(compute_dtype(param.dtype()))?)?.sum(())?;
        total = Some(match total {
            Some(total) => total.add(part)?,
            None => part,
        });
    }
    total.ok_or_else(|| Error::op(op, "there are no parameters"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, randn};
    use crate::{DType, Device, Param};

    #[test]
    fn gradients() -> Result<()> {
        let params = [randn([2, 3])?, randn(4)?, randn(())?, randn([0, 2])?];
        gradcheck(|x| l1_penalty(x), &params)?;
        gradcheck(|x| l2_penalty(x), &params)
    }

    #[test]
    fn zeros_half_types_and_frozen_parameters() -> Result<()> {
        let zero = Param::new(Tensor::zeros(2, DType::F32, &Device::Cpu)?)?;
        let many = Param::new(Tensor::ones(10_000, DType::BF16, &Device::Cpu)?)?;
        many.set_requires_grad(false);
        for penalty in [l1_penalty([&zero, &many])?, l2_penalty([&zero, &many])?] {
            assert_eq!((penalty.dtype(), penalty.item()?), (DType::F32, 10_000.));
            penalty.backward()?;
            let grad = zero.grad().map(|grad| grad.to_vec::<f32>()).transpose()?;
            assert_eq!(grad, Some(vec![0., 0.]));
            assert!(many.grad().is_none());
        }
        Ok(())
    }

    #[test]
    fn refusals() -> Result<()> {
        let message = |result: Result<Tensor>| {
            result
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default()
        };
        assert_eq!(
            message(l1_penalty::<&Param>([])),
            "l1_penalty: there are no parameters"
        );
        assert_eq!(
            message(l2_penalty([Tensor::new(&[1i64], &Device::Cpu)?])),
            "l2_penalty: expected parameters of floats, but it has type I64\n  help: convert it with `to_dtype(DType::F32)`"
        );
        Ok(())
    }
}
