//! What the element-wise functions of one tensor have in common.

use candle_core::{DType, Tensor as Data};

use crate::error::{Error, Result};
use crate::kernels::elementwise::{map, zip, Map, Zip};
use crate::kernels::Float;
use crate::ops::compute::{compute_dtype, has_kernels};
use crate::tensor::autocast::cast;
use crate::tensor::{when, Tensor};

/// What the gradient of an element-wise function is computed from.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Keep {
    /// The incoming gradient alone.
    Nothing,
    /// The argument.
    Input,
    /// The result.
    Output,
}

/// An element-wise function of one tensor: its formula for the kernels, and in Candle operations for other devices.
pub(crate) trait Unary: Copy + Send + Sync + 'static {
    const NAME: &'static str;
    const KEEP: Keep;
    /// Integers give integers; otherwise they become f32 first.
    const CLOSED: bool = false;

    fn forward<T: Float>(self, x: T) -> T;

    /// The gradient of the argument from what was kept (with [`Keep::Nothing`], something arbitrary) and the result's gradient.
    fn backward<T: Float>(self, kept: T, grad: T) -> T;

    /// [`forward`](Self::forward) in Candle operations; `x` is f32 or f64.
    fn plain_forward(self, x: &Data) -> candle_core::Result<Data>;

    /// [`backward`](Self::backward) in Candle operations; f32 or f64.
    fn plain_backward(self, kept: &Data, grad: &Data) -> candle_core::Result<Data>;
}

struct Forward<U>(U);

impl<U: Unary> Map for Forward<U> {
    #[inline(always)]
    fn call<T: Float>(&self, x: T) -> T {
        self.0.forward(x)
    }
}

struct Backward<U>(U);

impl<U: Unary> Zip for Backward<U> {
    #[inline(always)]
    fn call<T: Float>(&self, kept: T, grad: T) -> T {
        self.0.backward(kept, grad)
    }
}

impl<U: Unary> Map for Backward<U> {
    #[inline(always)]
    fn call<T: Float>(&self, grad: T) -> T {
        self.0.backward(grad, grad)
    }
}

/// Applies a function element by element.
pub(crate) fn unary<U: Unary>(op: U, x: &Tensor) -> Result<Tensor> {
    if U::CLOSED && is_integer(x.dtype()) {
        // Candle's own functions of integers panic.
        return unary(op, &x.to_dtype(DType::F64)?)?.to_dtype(x.dtype());
    }
    let [x] = cast(U::NAME, [x])?;
    let x = &float(U::NAME, &x)?;
    let data = forward(op, x.as_candle())?;
    let input = x.save_if(U::KEEP == Keep::Input);
    let output = (U::KEEP == Keep::Output).then(|| data.clone());
    Ok(Tensor::record(U::NAME, data, [x], move |grad, [needed]| {
        let backward = || {
            let kept = match (U::KEEP, &output) {
                (Keep::Input, _) => input.get()?,
                (Keep::Output, Some(output)) => output,
                _ => grad,
            };
            gradient(op, kept, grad)
        };
        Ok([when(needed, backward)?])
    }))
}

/// The function of every element of a float tensor.
pub(crate) fn forward<U: Unary>(op: U, x: &Data) -> Result<Data> {
    if has_kernels(x) {
        return Ok(map(&Forward(op), x)?);
    }
    Ok(widened(x, |x| op.plain_forward(x))?)
}

fn gradient<U: Unary>(op: U, kept: &Data, grad: &Data) -> Result<Data> {
    Ok(match (has_kernels(grad), U::KEEP) {
        (true, Keep::Nothing) => map(&Backward(op), grad)?,
        (true, _) => zip(&Backward(op), kept, grad)?,
        (false, _) => {
            let wide = compute_dtype(grad.dtype());
            op.plain_backward(&kept.to_dtype(wide)?, &grad.to_dtype(wide)?)?
                .to_dtype(grad.dtype())?
        }
    })
}

/// `f` computed in the wide type, its result in the type of `x`.
pub(crate) fn widened(
    x: &Data,
    f: impl FnOnce(&Data) -> candle_core::Result<Data>,
) -> candle_core::Result<Data> {
    f(&x.to_dtype(compute_dtype(x.dtype()))?)?.to_dtype(x.dtype())
}

/// The tensor as floats: integers become f32, as in PyTorch.
pub(crate) fn float(op: &'static str, x: &Tensor) -> Result<Tensor> {
    match x.dtype() {
        DType::F64 | DType::F32 | DType::F16 | DType::BF16 => Ok(x.clone()),
        integer if is_integer(integer) => x.to_dtype(DType::F32),
        other => Err(Error::op(
            op,
            format!("expected a float or integer tensor, but it has type {other:?}"),
        )),
    }
}

pub(crate) fn is_integer(dtype: DType) -> bool {
    matches!(
        dtype,
        DType::U8 | DType::U32 | DType::I16 | DType::I32 | DType::I64
    )
}

/// 1 where the condition holds and 0 elsewhere, in the type of `like`.
pub(crate) fn indicator(condition: &Data, like: &Data) -> candle_core::Result<Data> {
    condition.to_dtype(like.dtype())
}

/// Declares functions of one number and their settings: what the gradient keeps; the result of `x`; the gradient from what
/// was kept and the incoming gradient; then both in Candle operations. `closed`: integers give integers.
macro_rules! functions {
    ($(
        $op:ident { $($field:ident: $ty:ty),* } $name:literal keeps $keep:ident $($closed:ident)?,
        $x:ident => $forward:expr, ($k:ident, $g:ident) => $backward:expr,
        plain $px:ident => $plain:expr, ($pk:ident, $pg:ident) => $plain_backward:expr;
    )*) => {$(
        #[derive(Clone, Copy)]
        pub(crate) struct $op {
            $($field: $ty),*
        }

        #[allow(unused_variables)] // not every formula needs every setting
        impl $crate::ops::unary::Unary for $op {
            const NAME: &'static str = $name;
            const KEEP: $crate::ops::unary::Keep = $crate::ops::unary::Keep::$keep;
            $(const CLOSED: bool = stringify!($closed).len() > 0;)?

            #[inline(always)]
            fn forward<T: $crate::kernels::Float>(self, $x: T) -> T {
                let $op { $($field),* } = self;
                $forward
            }
            #[inline(always)]
            fn backward<T: $crate::kernels::Float>(self, $k: T, $g: T) -> T {
                let $op { $($field),* } = self;
                $backward
            }
            fn plain_forward(self, $px: &candle_core::Tensor) -> candle_core::Result<candle_core::Tensor> {
                let $op { $($field),* } = self;
                $plain
            }
            fn plain_backward(
                self,
                $pk: &candle_core::Tensor,
                $pg: &candle_core::Tensor,
            ) -> candle_core::Result<candle_core::Tensor> {
                let $op { $($field),* } = self;
                $plain_backward
            }
        }
    )*};
}
pub(crate) use functions;
