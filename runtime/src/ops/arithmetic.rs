//! `add`, `sub`, `mul`, `div`, with broadcasting, and the operators `+ - * /` and unary `-`.

use candle_core::{Shape, Tensor as Data};

use crate::error::Result;
use crate::ops::binary;
use crate::ops::keeps::Keeps;
use crate::ops::operand::{beside, broadcast_shape, promoted, Operand, Value};
use crate::ops::unary::{forward, functions, unary};
use crate::tensor::{grad_to_shape, when, Tensor};
use crate::trace::{Args, BinaryOp, Tracer, Value as Traced};

functions! {
    AddNumber { number: f64 } "add" keeps Nothing closed,
    x => x + T::of(number), (_k, g) => g,
    plain x => x + number, (_k, g) => Ok(g.clone());

    MulNumber { number: f64 } "mul" keeps Nothing closed,
    x => x * T::of(number), (_k, g) => g * T::of(number),
    plain x => x * number, (_k, g) => g * number;

    DivNumber { number: f64 } "div" keeps Nothing,
    x => x / T::of(number), (_k, g) => g / T::of(number),
    plain x => x / number, (_k, g) => g / number;

    SubFromNumber { number: f64 } "sub" keeps Nothing closed,
    x => T::of(number) - x, (_k, g) => -g,
    plain x => number - x, (_k, g) => g.neg();

    DivNumberBy { number: f64 } "div" keeps Input,
    x => T::of(number) / x, (x, g) => -(g * T::of(number) / x / x),
    plain x => x.recip()? * number, (x, g) => ((g / x)? / x)? * -number;
}

/// The gradient of what is subtracted is a tensor of its own.
pub(super) const DIFFERENCE: Keeps = Keeps {
    passes: &[0],
    ..Keeps::NOTHING
};

/// The divisor, and the quotient for its gradient.
pub(super) const QUOTIENT: Keeps = Keeps {
    result: &[1],
    ..Keeps::of(&[(1, &[0, 1])])
};

/// The operands in one type that broadcast, the result, and the operands' shapes.
type Prepared = (Tensor, Tensor, Data, [Shape; 2]);

fn prepare(
    op: &'static str,
    a: &Tensor,
    b: Value<'_>,
    compute: impl FnOnce(&Data, &Data) -> Result<Data>,
) -> Result<Prepared> {
    let (a, b) = promoted(a, b)?;
    broadcast_shape(op, &[a.shape(), b.shape()])?;
    let data = compute(a.as_candle(), b.as_candle())?;
    let shapes = [a.shape().clone(), b.shape().clone()];
    Ok((a, b, data, shapes))
}

/// x + number, whose gradient is the incoming one itself.
fn add_number(x: &Tensor, number: f64, is_float: bool) -> Result<Tensor> {
    let x = beside(x, is_float)?;
    if !x.dtype().is_float() {
        return unary(AddNumber { number }, &x);
    }
    let data = forward(AddNumber { number }, x.as_candle())?;
    Ok(Tensor::record("add", data, [&x], |grad, [needed]| {
        Ok([needed.then(|| grad.clone())])
    }))
}

impl Tensor {
    /// `self` + `other`, broadcast against each other (`torch.add`).
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32], [2.]], &Device::Cpu)?;
    /// let y = Tensor::new(&[10f32, 20.], &Device::Cpu)?;
    /// assert_eq!(x.add(&y)?.to_vec2::<f32>()?, [[11., 21.], [12., 22.]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn add(&self, other: impl Operand) -> Result<Tensor> {
        let other = match other.value() {
            Value::Int(number) => return add_number(self, number, false),
            Value::Float(number) => return add_number(self, number, true),
            tensor => tensor,
        };
        let (a, b, data, shapes) = prepare("add", self, other, binary::add)?;
        Ok(Tensor::record(
            "add",
            data,
            [&a, &b],
            move |grad, [a, b]| {
                Ok([
                    when(a, || grad_to_shape(grad, &shapes[0]))?,
                    when(b, || grad_to_shape(grad, &shapes[1]))?,
                ])
            },
        ))
    }

    /// `self` − `other`, broadcast against each other (`torch.sub`).
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
    /// assert_eq!(x.sub(0.5)?.to_vec::<f32>()?, [0.5, 1.5]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn sub(&self, other: impl Operand) -> Result<Tensor> {
        let other = match other.value() {
            Value::Int(number) => return add_number(self, -number, false),
            Value::Float(number) => return add_number(self, -number, true),
            tensor => tensor,
        };
        let (a, b, data, shapes) = prepare("sub", self, other, binary::sub)?;
        Ok(Tensor::record(
            "sub",
            data,
            [&a, &b],
            move |grad, [a, b]| {
                // Negated after the sum, which is the smaller tensor.
                let negated = || Ok(grad_to_shape(grad, &shapes[1])?.neg()?);
                Ok([
                    when(a, || grad_to_shape(grad, &shapes[0]))?,
                    when(b, negated)?,
                ])
            },
        ))
    }

    /// `self` · `other`, element by element, broadcast against each other (`torch.mul`).
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
    /// assert_eq!(x.mul(&x)?.to_vec::<f32>()?, [1., 4.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn mul(&self, other: impl Operand) -> Result<Tensor> {
        let other = match other.value() {
            Value::Int(number) => return unary(MulNumber { number }, self),
            Value::Float(number) => return unary(MulNumber { number }, &*beside(self, true)?),
            tensor => tensor,
        };
        let (a, b, data, shapes) = prepare("mul", self, other, binary::mul)?;
        let (a_saved, b_saved) = (a.save_if(b.requires_grad()), b.save_if(a.requires_grad()));
        Ok(Tensor::record(
            "mul",
            data,
            [&a, &b],
            move |grad, [a, b]| {
                Ok([
                    when(a, || {
                        grad_to_shape(&binary::mul(grad, b_saved.get()?)?, &shapes[0])
                    })?,
                    when(b, || {
                        grad_to_shape(&binary::mul(grad, a_saved.get()?)?, &shapes[1])
                    })?,
                ])
            },
        ))
    }

    /// `self` / `other`, element by element, broadcast against each other; of integers too the result is a float
    /// (`torch.div`).
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1i64, 2], &Device::Cpu)?;
    /// assert_eq!(x.div(4)?.to_vec::<f32>()?, [0.25, 0.5]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn div(&self, other: impl Operand) -> Result<Tensor> {
        let other = match other.value() {
            Value::Int(number) | Value::Float(number) => return unary(DivNumber { number }, self),
            tensor => tensor,
        };
        let (a, b) = promoted(self, other)?;
        let (a, b) = (beside(&a, true)?, beside(&b, true)?);
        let (a, b, data, shapes) = prepare("div", &a, Value::Tensor(&b), binary::div)?;
        let (b_saved, quotient) = (b.save(), b.requires_grad().then(|| data.clone()));
        Ok(Tensor::record(
            "div",
            data,
            [&a, &b],
            move |grad, [a, b]| {
                let divisor = || {
                    let quotient = quotient
                        .as_ref()
                        .ok_or_else(|| crate::Error::op("div", "the quotient was not kept"))?;
                    let slope = binary::div(quotient, b_saved.get()?)?;
                    Ok(grad_to_shape(&binary::mul(grad, &slope)?, &shapes[1])?.neg()?)
                };
                let dividend = || grad_to_shape(&binary::div(grad, b_saved.get()?)?, &shapes[0]);
                Ok([when(a, dividend)?, when(b, divisor)?])
            },
        ))
    }
}

/// The operators between a tensor type on the left and everything on the right.
macro_rules! operators {
    ($($ty:ty),*) => {$(
        operators!(@ $ty, Add add, Sub sub, Mul mul, Div div);

        impl std::ops::Neg for $ty {
            type Output = Result<Tensor>;

            fn neg(self) -> Result<Tensor> {
                let x: &Tensor = self.as_ref();
                x.neg()
            }
        }
    )*};
    (@ $ty:ty, $($trait:ident $method:ident),*) => {$(
        impl<R: Operand> std::ops::$trait<R> for $ty {
            type Output = Result<Tensor>;

            fn $method(self, other: R) -> Result<Tensor> {
                let x: &Tensor = self.as_ref();
                x.$method(other)
            }
        }
    )*};
}
operators!(
    Tensor,
    &Tensor,
    &crate::tensor::Param,
    &crate::tensor::Buffer
);

/// The operators between a number on the left and a tensor on the right.
///
/// One float type and one integer type only: with two, the type of a literal would be ambiguous.
macro_rules! number_operators {
    ($(($number:ty, $is_float:literal)),* => $tensor:ty) => {$(
        impl std::ops::Add<$tensor> for $number {
            type Output = Result<Tensor>;

            fn add(self, x: $tensor) -> Result<Tensor> {
                let x: &Tensor = x.as_ref();
                x.add(self)
            }
        }

        impl std::ops::Sub<$tensor> for $number {
            type Output = Result<Tensor>;

            fn sub(self, x: $tensor) -> Result<Tensor> {
                unary(SubFromNumber { number: self.into() }, &*beside(x.as_ref(), $is_float)?)
            }
        }

        impl std::ops::Mul<$tensor> for $number {
            type Output = Result<Tensor>;

            fn mul(self, x: $tensor) -> Result<Tensor> {
                let x: &Tensor = x.as_ref();
                x.mul(self)
            }
        }

        impl std::ops::Div<$tensor> for $number {
            type Output = Result<Tensor>;

            fn div(self, x: $tensor) -> Result<Tensor> {
                unary(DivNumberBy { number: self.into() }, x.as_ref())
            }
        }
    )*};
}
number_operators!((f64, true), (i32, false) => Tensor);
number_operators!((f64, true), (i32, false) => &Tensor);
number_operators!((f64, true), (i32, false) => &crate::tensor::Param);

/// The shape rule of `add`.
pub(super) const fn trace_add(t: &mut Tracer<'_>, args: &Args) -> Traced {
    t.binary(BinaryOp::Add, args.value(0), args.value(1))
}

/// The shape rule of `sub`.
pub(super) const fn trace_sub(t: &mut Tracer<'_>, args: &Args) -> Traced {
    t.binary(BinaryOp::Sub, args.value(0), args.value(1))
}

/// The shape rule of `mul`.
pub(super) const fn trace_mul(t: &mut Tracer<'_>, args: &Args) -> Traced {
    t.binary(BinaryOp::Mul, args.value(0), args.value(1))
}

/// The shape rule of `div`.
pub(super) const fn trace_div(t: &mut Tracer<'_>, args: &Args) -> Traced {
    t.binary(BinaryOp::Div, args.value(0), args.value(1))
}

#[cfg(test)]
mod tests {
    use crate::testing::{gradcheck, randn};
    use crate::{DType, Device, Result, Tensor};

    fn shapes() -> Result<Vec<[Tensor; 2]>> {
        Ok(vec![
            [randn([3, 5])?, randn([3, 5])?],
            [randn([3, 1])?, randn([2, 1, 5])?],
            [randn(())?, randn([2, 3])?],
            [randn([0, 3])?, randn([1, 3])?],
        ])
    }

    #[test]
    fn gradients() -> Result<()> {
        for x in shapes()? {
            gradcheck(|x| x[0].add(&x[1]), &x)?;
            gradcheck(|x| x[0].sub(&x[1]), &x)?;
            gradcheck(|x| x[0].mul(&x[1]), &x)?;
            let positive = [x[0].clone(), x[1].square()?.add(0.5)?];
            gradcheck(|x| x[0].div(&x[1]), &positive)?;
        }
        let x = [randn([3, 5])?];
        gradcheck(|x| &x[0] * &x[0], &x)?;
        gradcheck(|x| 2.0 - (&x[0] + 1)?, &x)?;
        gradcheck(|x| (-&x[0])? * 3, &x)?;
        gradcheck(|x| (&x[0] - 1.5)? / 3., &x)?;
        gradcheck(|x| 2 / ((&x[0] * &x[0])? + 1)?, &x)
    }

    #[test]
    fn types_are_promoted_as_in_pytorch() -> Result<()> {
        let of = |dtype| Tensor::ones(2, dtype, &Device::Cpu);
        let zero_dim = |dtype| Tensor::ones((), dtype, &Device::Cpu);
        let sum = |a: Tensor, b: Tensor| Ok::<_, crate::Error>((a + b)?.dtype());
        assert_eq!(sum(of(DType::F32)?, of(DType::F64)?)?, DType::F64);
        assert_eq!(sum(of(DType::F16)?, of(DType::BF16)?)?, DType::F32);
        assert_eq!(sum(of(DType::I64)?, of(DType::BF16)?)?, DType::BF16);
        assert_eq!(sum(of(DType::U8)?, of(DType::I64)?)?, DType::I64);
        assert_eq!(sum(of(DType::F16)?, zero_dim(DType::F64)?)?, DType::F16);
        assert_eq!(sum(of(DType::I64)?, zero_dim(DType::F64)?)?, DType::F64);
        assert_eq!((of(DType::I64)? + 1)?.dtype(), DType::I64);
        assert_eq!((of(DType::I64)? * 0.5)?.to_vec::<f32>()?, [0.5, 0.5]);
        assert_eq!((1.0 - of(DType::I64)?)?.dtype(), DType::F32);
        assert_eq!((of(DType::I64)? / of(DType::I64)?)?.dtype(), DType::F32);
        Ok(())
    }

    #[test]
    fn shapes_that_do_not_broadcast_are_an_error() -> Result<()> {
        let error = randn([2, 3])?.mul(randn([2, 4])?).unwrap_err().to_string();
        assert_eq!(error, "mul: shapes [2, 3] and [2, 4] don't broadcast");
        Ok(())
    }
}
