//! `prelu`.

use candle_core::{Shape, Tensor as Data};

use crate::error::{Error, Result};
use crate::kernels::elementwise::{zip, zip3, Zip, Zip3};
use crate::kernels::Float;
use crate::ops::compute::has_kernels;
use crate::ops::rule::{bound, checked, receiver};
use crate::ops::unary::indicator;
use crate::tensor::autocast::cast;
use crate::tensor::{grad_to_shape, when, Tensor};
use crate::trace::{Args, Dim, Param as Row, Takes, TensorValue, Text, Tracer, Value};

struct Prelu;

impl Zip for Prelu {
    #[inline(always)]
    fn call<T: Float>(&self, x: T, weight: T) -> T {
        if x > T::ZERO {
            x
        } else {
            weight * x
        }
    }
}

/// The gradient of the input.
impl Zip3 for Prelu {
    #[inline(always)]
    fn call<T: Float>(&self, x: T, weight: T, grad: T) -> T {
        if x > T::ZERO {
            grad
        } else {
            weight * grad
        }
    }
}

/// The gradient of the weight, before it is summed.
struct WeightGradient;

impl Zip for WeightGradient {
    #[inline(always)]
    fn call<T: Float>(&self, x: T, grad: T) -> T {
        if x > T::ZERO {
            T::ZERO
        } else {
            x * grad
        }
    }
}

fn forward(x: &Data, weight: &Data) -> candle_core::Result<Data> {
    if has_kernels(x) {
        return zip(&Prelu, x, weight);
    }
    x.gt(0.)?.where_cond(x, &(x * weight)?)
}

fn input_gradient(x: &Data, weight: &Data, grad: &Data) -> candle_core::Result<Data> {
    if has_kernels(x) {
        return zip3(&Prelu, x, weight, grad);
    }
    x.gt(0.)?.where_cond(grad, &(grad * weight)?)
}

fn weight_gradient(x: &Data, grad: &Data) -> candle_core::Result<Data> {
    if has_kernels(x) {
        return zip(&WeightGradient, x, grad);
    }
    (x * grad)? * indicator(&x.le(0.)?, x)?
}

impl Tensor {
    /// x where it is positive and w·x elsewhere, with one w for all or one per channel, dimension 1
    /// (`torch.nn.functional.prelu`).
    ///
    /// # Errors
    /// If the weight is not a vector of one element or of as many as there are channels, or has another type.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[-1f32, -1.], [2., -2.]], &Device::Cpu)?;
    /// let weight = Tensor::new(&[0.5f32, 0.25], &Device::Cpu)?;
    /// assert_eq!(x.prelu(&weight)?.to_vec2::<f32>()?, [[-0.5, -0.25], [2., -0.5]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn prelu(&self, weight: impl AsRef<Tensor>) -> Result<Tensor> {
        let [x, weight] = cast("prelu", [self, weight.as_ref()])?;
        x.prelu_as_is(&weight)
    }

    /// [`prelu`](Self::prelu) in the types that come.
    fn prelu_as_is(&self, weight: &Tensor) -> Result<Tensor> {
        let channels = self.dims().get(1).copied().unwrap_or(1);
        let count = weight.elem_count();
        if weight.rank() > 1
            || (count != 1 && count != channels)
            || weight.dtype() != self.dtype()
            || !self.dtype().is_float()
        {
            let message = format!(
                "expected a weight of type {:?} with 1 or {channels} elements for an input of shape {:?}, but it has type {:?} and shape {:?}",
                self.dtype(), self.dims(), weight.dtype(), weight.dims(),
            );
            return Err(Error::op("prelu", message));
        }
        let mut aligned = vec![1; self.rank()];
        if count != 1 {
            aligned[1] = count;
        }
        let (shape, w_aligned) = (self.shape().clone(), Shape::from(aligned));
        let aligned = w_aligned.clone();
        let spread =
            move |weight: &Data| Ok::<_, Error>(weight.reshape(&aligned)?.broadcast_as(&shape)?);
        let data = forward(self.as_candle(), &spread(weight.as_candle())?)?;
        let (x_saved, w_saved, w_shape) = (
            self.save(),
            weight.save_if(self.requires_grad()),
            weight.shape().clone(),
        );
        Ok(Tensor::record(
            "prelu",
            data,
            [self, weight],
            move |grad, [x_needs, w_needs]| {
                let x = x_saved.get()?;
                let weight = || {
                    let sum = grad_to_shape(&weight_gradient(x, grad)?, &w_aligned)?;
                    Ok(sum.reshape(&w_shape)?)
                };
                Ok([
                    when(x_needs, || {
                        Ok(input_gradient(x, &spread(w_saved.get()?)?, grad)?)
                    })?,
                    when(w_needs, weight)?,
                ])
            },
        ))
    }
}

const PRELU: &[Row] = &[Row::required("weight", Takes::Any)];

/// The shape rule of `prelu`.
pub(super) const fn trace_prelu(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "prelu", PRELU, args);
    let weight = checked!(t.operand(b.value(0)));
    if !t.expect_floats("prelu", &x) {
        return Value::Any;
    }
    if !t.check_slopes("prelu", &x, &weight) {
        return Value::Any;
    }
    t.called("prelu", args, Value::Tensor(x.of_kind(x.kind)))
}

impl Tracer<'_> {
    /// Checks that there is one slope, or one for each channel. `what` is the operation or layer that an error names.
    pub(crate) const fn check_slopes(
        &mut self,
        what: &'static str,
        x: &TensorValue,
        weight: &TensorValue,
    ) -> bool {
        let count = self.elements(weight);
        let channels = if x.ranked && x.rank < 2 {
            Dim::Known(1)
        } else {
            x.dims[1]
        };
        let fits = !weight.ranked
            || (weight.rank <= 1
                && (matches!(self.algebra.known(count), Some(1)) || !self.differ(count, channels)));
        if fits {
            return true;
        }
        let mut m = Text::new();
        m.push(what);
        m.push(": expected a weight of 1 or ");
        self.write_dim(channels, &mut m);
        m.push(" elements for an input ");
        self.write_shape(x, &mut m);
        m.push(", but got ");
        self.write_shape(weight, &mut m);
        self.error(&m);
        false
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{gradcheck, randn};
    use crate::Result;

    #[test]
    fn gradients() -> Result<()> {
        for (x, weight) in [
            (vec![2, 3, 5], 3),
            (vec![2, 3, 5], 1),
            (vec![4, 3], 3),
            (vec![7], 1),
            (vec![], 1),
            (vec![0, 3], 3),
        ] {
            gradcheck(|x| x[0].prelu(&x[1]), &[randn(x)?, randn([weight])?])?;
        }
        Ok(())
    }

    #[test]
    fn a_weight_of_another_length_is_an_error() -> Result<()> {
        assert!(randn([2, 3])?.prelu(randn([2])?).is_err());
        assert!(randn([2, 3])?.prelu(randn([1, 3])?).is_err());
        Ok(())
    }
}
