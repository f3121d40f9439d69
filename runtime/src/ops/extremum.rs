//! `maximum` and `minimum` of two tensors.

use candle_core::Tensor as Data;

use crate::error::Result;
use crate::kernels::elementwise::{zip, zip3, Zip, Zip3};
use crate::kernels::Float;
use crate::ops::compute::has_kernels;
use crate::ops::operand::{broadcast_shape, promoted, Operand};
use crate::ops::rule::receiver;
use crate::ops::unary::{indicator, is_integer};
use crate::tensor::{grad_to_shape, when, Tensor};
use crate::trace::{Args, Kind, Tracer, Value};

#[derive(Clone, Copy, PartialEq)]
enum Extremum {
    Maximum,
    Minimum,
}

impl Extremum {
    fn name(self) -> &'static str {
        match self {
            Extremum::Maximum => "maximum",
            Extremum::Minimum => "minimum",
        }
    }

    #[inline(always)]
    fn prefers<T: Float>(self, a: T, b: T) -> bool {
        match self {
            Extremum::Maximum => a > b,
            Extremum::Minimum => a < b,
        }
    }
}

/// The larger or smaller one, and NaN if either is.
impl Zip for Extremum {
    #[inline(always)]
    fn call<T: Float>(&self, a: T, b: T) -> T {
        #[allow(clippy::eq_op)] // NaN
        if self.prefers(a, b) || a != a {
            a
        } else {
            b
        }
    }
}

/// The gradient of the first operand: halved where the two are equal.
impl Zip3 for Extremum {
    #[inline(always)]
    fn call<T: Float>(&self, a: T, b: T, grad: T) -> T {
        if a == b {
            grad / T::of(2.)
        } else if self.prefers(b, a) {
            T::ZERO
        } else {
            grad
        }
    }
}

fn forward(op: Extremum, a: &Data, b: &Data) -> candle_core::Result<Data> {
    if has_kernels(a) && !is_integer(a.dtype()) {
        return zip(&op, a, b);
    }
    let preferred = match op {
        Extremum::Maximum => a.gt(b)?,
        Extremum::Minimum => a.lt(b)?,
    };
    let nan = a.ne(a)?;
    preferred.maximum(&nan)?.where_cond(a, b)
}

fn backward(op: Extremum, a: &Data, b: &Data, grad: &Data) -> candle_core::Result<Data> {
    if has_kernels(a) {
        return zip3(&op, a, b, grad);
    }
    let lost = match op {
        Extremum::Maximum => a.lt(b)?,
        Extremum::Minimum => a.gt(b)?,
    };
    let ties = (grad * indicator(&a.eq(b)?, grad)?.affine(-0.5, 1.)?)?;
    lost.where_cond(&grad.zeros_like()?, &ties)
}

fn extremum(op: Extremum, a: &Tensor, b: impl Operand) -> Result<Tensor> {
    let (a, b) = promoted(a, b.value())?;
    let shape = broadcast_shape(op.name(), &[a.shape(), b.shape()])?;
    let data = forward(
        op,
        &a.as_candle().broadcast_as(&shape)?,
        &b.as_candle().broadcast_as(&shape)?,
    )?;
    let shapes = [a.shape().clone(), b.shape().clone()];
    let saved = [a.save(), b.save()];
    Ok(Tensor::record(
        op.name(),
        data,
        [&a, &b],
        move |grad, [a_needs, b_needs]| {
            let (a, b) = (
                saved[0].get()?.broadcast_as(&shape)?,
                saved[1].get()?.broadcast_as(&shape)?,
            );
            Ok([
                when(a_needs, || {
                    grad_to_shape(&backward(op, &a, &b, grad)?, &shapes[0])
                })?,
                when(b_needs, || {
                    grad_to_shape(&backward(op, &b, &a, grad)?, &shapes[1])
                })?,
            ])
        },
    ))
}

impl Tensor {
    /// The larger of two, element by element, with broadcasting; where they are equal, each gets half of the gradient
    /// (`torch.maximum`).
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[-1f32, 3.], &Device::Cpu)?;
    /// assert_eq!(x.maximum(2)?.to_vec::<f32>()?, [2., 3.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn maximum(&self, other: impl Operand) -> Result<Tensor> {
        extremum(Extremum::Maximum, self, other)
    }

    /// The smaller of two, element by element, with broadcasting; where they are equal, each gets half of the gradient
    /// (`torch.minimum`).
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[-1f32, 3.], &Device::Cpu)?;
    /// assert_eq!(x.minimum(2)?.to_vec::<f32>()?, [-1., 2.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn minimum(&self, other: impl Operand) -> Result<Tensor> {
        extremum(Extremum::Minimum, self, other)
    }
}

/// The shape rule of `maximum`.
pub(super) const fn trace_maximum(t: &mut Tracer<'_>, args: &Args) -> Value {
    receiver!(args);
    t.broadcast_values("maximum", args, Kind::Any)
}

/// The shape rule of `minimum`.
pub(super) const fn trace_minimum(t: &mut Tracer<'_>, args: &Args) -> Value {
    receiver!(args);
    t.broadcast_values("minimum", args, Kind::Any)
}

#[cfg(test)]
mod tests {
    use crate::testing::{gradcheck, randn};
    use crate::{Device, Param, Result, Tensor};

    #[test]
    fn gradients() -> Result<()> {
        for x in [
            [randn([3, 5])?, randn([3, 5])?.add(0.1)?],
            [randn([3, 1])?, randn([2, 1, 5])?],
            [randn([0, 3])?, randn([1, 3])?],
            [randn(())?, randn([2, 0])?],
        ] {
            gradcheck(|x| x[0].maximum(&x[1]), &x)?;
            gradcheck(|x| x[0].minimum(&x[1]), &x)?;
        }
        gradcheck(|x| x[0].maximum(0.1), &[randn([2, 3])?])
    }

    #[test]
    fn a_tie_halves_the_gradient_and_nan_stays() -> Result<()> {
        let (x, y) = (
            Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?,
            Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?,
        );
        x.maximum(&y)?.backward()?;
        assert_eq!(
            (x.grad().unwrap().item()?, y.grad().unwrap().item()?),
            (0.5, 0.5)
        );
        let nan = Tensor::new(&[f32::NAN, 0.], &Device::Cpu)?;
        let other = Tensor::new(&[0., f32::NAN], &Device::Cpu)?;
        assert!(nan
            .maximum(&other)?
            .to_vec::<f32>()?
            .iter()
            .all(|x| x.is_nan()));
        assert!(nan
            .minimum(&other)?
            .to_vec::<f32>()?
            .iter()
            .all(|x| x.is_nan()));
        let ints = Tensor::new(&[1i64, 5], &Device::Cpu)?;
        assert_eq!(ints.maximum(3)?.to_vec::<i64>()?, [3, 5]);
        Ok(())
    }
}
