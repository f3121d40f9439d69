//! `pow`.

use candle_core::Tensor as Data;

use crate::error::Result;
use crate::kernels::elementwise::{zip, zip3, Zip, Zip3};
use crate::kernels::Float;
use crate::ops::compute::has_kernels;
use crate::ops::keeps::Keeps;
use crate::ops::operand::{broadcast_shape, promoted, Operand, Value};
use crate::ops::rule::receiver;
use crate::ops::unary::{float, functions, indicator, unary, widened};
use crate::tensor::autocast::cast;
use crate::tensor::{grad_to_shape, when, Tensor};
use crate::trace::{Args, Kind, Tracer, Value as Traced};

functions! {
    PowNumber { exponent: f64 } "pow" keeps Input,
    x => if exponent == 2. { x * x } else { x.powf(T::of(exponent)) },
    (x, g) => if exponent == 0. { T::ZERO } else { g * T::of(exponent) * x.powf(T::of(exponent - 1.)) },
    plain x => x.powf(exponent),
    (x, g) => if exponent == 0. { g.zeros_like() } else { (g * x.powf(exponent - 1.)?)? * exponent };
}

struct Pow;

impl Zip for Pow {
    #[inline(always)]
    fn call<T: Float>(&self, base: T, exponent: T) -> T {
        base.powf(exponent)
    }
}

/// ∂(bᵉ)/∂b = e·bᵉ⁻¹, which for e = 0 is 0 everywhere.
struct BaseGradient;

impl Zip3 for BaseGradient {
    #[inline(always)]
    fn call<T: Float>(&self, base: T, exponent: T, grad: T) -> T {
        if exponent == T::ZERO {
            return T::ZERO;
        }
        grad * (exponent * base.powf(exponent - T::ONE))
    }
}

/// ∂(bᵉ)/∂e = bᵉ·ln b, with the limit 0 at b = 0.
struct ExponentGradient;

impl Zip3 for ExponentGradient {
    #[inline(always)]
    fn call<T: Float>(&self, base: T, exponent: T, grad: T) -> T {
        if base == T::ZERO && exponent >= T::ZERO {
            return T::ZERO;
        }
        grad * (base.powf(exponent) * base.ln())
    }
}

fn power(base: &Data, exponent: &Data) -> Result<Data> {
    if has_kernels(base) {
        return Ok(zip(&Pow, base, exponent)?);
    }
    Ok(widened(base, |base| {
        plain_power(base, &exponent.to_dtype(base.dtype())?)
    })?)
}

/// |b|ᵉ by exponential and logarithm, then the sign: Candle's own `pow` is NaN for every negative base.
fn plain_power(base: &Data, exponent: &Data) -> candle_core::Result<Data> {
    let magnitude = (exponent * base.abs()?.log()?)?.exp()?;
    // 0·ln 0 is NaN, but x⁰ is 1.
    let magnitude = exponent
        .eq(0.)?
        .where_cond(&exponent.ones_like()?, &magnitude)?;
    let half = (exponent * 0.5)?;
    let odd = indicator(&half.ne(&half.floor()?)?, base)?;
    let sign = odd.affine(-2., 1.)?;
    let negative = exponent
        .floor()?
        .eq(exponent)?
        .where_cond(&(&magnitude * sign)?, &(magnitude.zeros_like()? / 0.)?)?;
    base.lt(0.)?.where_cond(&negative, &magnitude)
}

fn base_gradient(base: &Data, exponent: &Data, grad: &Data) -> Result<Data> {
    if has_kernels(base) {
        return Ok(zip3(&BaseGradient, base, exponent, grad)?);
    }
    let slope = (exponent * power(base, &(exponent - 1.)?)?)?;
    Ok(exponent
        .eq(0.)?
        .where_cond(&grad.zeros_like()?, &(grad * slope)?)?)
}

fn exponent_gradient(base: &Data, exponent: &Data, grad: &Data) -> Result<Data> {
    if has_kernels(base) {
        return Ok(zip3(&ExponentGradient, base, exponent, grad)?);
    }
    let slope = (power(base, exponent)? * base.log()?)?;
    let at_zero = (base.eq(0.)? * exponent.ge(0.)?)?;
    Ok(at_zero.where_cond(&grad.zeros_like()?, &(grad * slope)?)?)
}

impl Tensor {
    /// `self` to the power of `exponent`, a number or a tensor, with broadcasting (`torch.pow`). Integers become floats.
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[-2f32, 3.], &Device::Cpu)?;
    /// assert_eq!(x.pow(3)?.to_vec::<f32>()?, [-8., 27.]);
    /// assert_eq!(x.pow(Tensor::new(&[2f32, 0.], &Device::Cpu)?)?.to_vec::<f32>()?, [4., 1.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn pow(&self, exponent: impl Operand) -> Result<Tensor> {
        let other = match exponent.value() {
            Value::Int(exponent) | Value::Float(exponent) => {
                return unary(PowNumber { exponent }, self)
            }
            tensor => tensor,
        };
        let (a, b) = promoted(self, other)?;
        let [a, b] = cast("pow", [&a, &b])?;
        let (a, b) = (float("pow", &a)?, float("pow", &b)?);
        let shape = broadcast_shape("pow", &[a.shape(), b.shape()])?;
        let data = power(
            &a.as_candle().broadcast_as(&shape)?,
            &b.as_candle().broadcast_as(&shape)?,
        )?;
        let shapes = [a.shape().clone(), b.shape().clone()];
        let saved = [a.save(), b.save()];
        Ok(Tensor::record(
            "pow",
            data,
            [&a, &b],
            move |grad, [a, b]| {
                let base = saved[0].get()?.broadcast_as(&shape)?;
                let exponent = saved[1].get()?.broadcast_as(&shape)?;
                Ok([
                    when(a, || {
                        grad_to_shape(&base_gradient(&base, &exponent, grad)?, &shapes[0])
                    })?,
                    when(b, || {
                        grad_to_shape(&exponent_gradient(&base, &exponent, grad)?, &shapes[1])
                    })?,
                ])
            },
        ))
    }
}

/// The base, and an exponent that is a tensor.
pub(super) const KEEPS: Keeps = Keeps::BOTH;

/// The shape rule of `pow`.
pub(super) const fn trace_pow(t: &mut Tracer<'_>, args: &Args) -> Traced {
    if let (Traced::Dim(base), Some(exponent)) = (args.value(0), t.known_int(args.value(1))) {
        return Traced::Dim(t.algebra.pow(base, exponent as u32));
    }
    receiver!(args);
    t.broadcast_values("pow", args, Kind::Float)
}

#[cfg(test)]
mod tests {
    use crate::testing::{gradcheck, randn};
    use crate::Result;

    #[test]
    fn gradients() -> Result<()> {
        let positive = randn([3, 4])?.square()?.add(0.5)?;
        for exponent in [0., 1., 2., 3., -1., 0.5, 2.5] {
            gradcheck(|x| x[0].pow(exponent), std::slice::from_ref(&positive))?;
        }
        gradcheck(|x| x[0].pow(3), &[randn([2, 3])?])?;
        gradcheck(|x| x[0].pow(&x[1]), &[positive, randn([4])?])?;
        gradcheck(|x| x[0].pow(&x[1]), &[randn([0, 2])?, randn([2])?])
    }
}
