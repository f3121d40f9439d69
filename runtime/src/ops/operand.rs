//! What can stand on the other side of an element-wise operation.

use std::borrow::Cow;

use candle_core::{DType, Shape};

use crate::error::{Error, Result};
use crate::ops::unary::is_integer;
use crate::tensor::{Buffer, Param, Tensor};

/// The second operand of `add`, `mul`, `maximum`, `lt`, …: a tensor, owned or borrowed, or a number.
///
/// Types are promoted as in PyTorch: a float wins over an integer, the wider type over the narrower one, a tensor with
/// dimensions over a number or a tensor without. This trait is sealed.
///
/// ```
/// # use taper::{DType, Device, Tensor};
/// let x = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
/// assert_eq!(x.add(&x)?.to_vec::<f32>()?, [2., 4.]);
/// assert_eq!(x.add(1)?.to_vec::<f32>()?, [2., 3.]);
/// assert_eq!(x.add(x.to_dtype(DType::F64)?)?.dtype(), DType::F64);
/// # Ok::<(), taper::Error>(())
/// ```
pub trait Operand: sealed::Sealed {
    /// The tensor or number.
    #[doc(hidden)]
    fn value(&self) -> Value<'_>;
}

/// What an [`Operand`] is.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    Tensor(&'a Tensor),
    Int(f64),
    Float(f64),
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! operands {
    ($($ty:ty),* => $self:ident $value:expr) => {$(
        impl sealed::Sealed for $ty {}
        impl Operand for $ty {
            fn value(&self) -> Value<'_> {
                let $self = self;
                $value
            }
        }
    )*};
}
operands!(Tensor, &Tensor, &&Tensor, Param, &Param, Buffer, &Buffer => x Value::Tensor(x));
operands!(i32, i64, u32, usize => x Value::Int(*x as f64));
operands!(f64 => x Value::Float(*x));
operands!(f32 => x Value::Float(f64::from(*x)));

/// A number beside `x`: its value, and `x` in the type of the result. A float makes floats of integers.
pub(crate) fn beside<'a>(x: &'a Tensor, is_float: bool) -> Result<Cow<'a, Tensor>> {
    if is_float && is_integer(x.dtype()) {
        return Ok(Cow::Owned(x.to_dtype(DType::F32)?));
    }
    Ok(Cow::Borrowed(x))
}

/// The operands of an operation in their common type; numbers become tensors without dimensions.
pub(crate) fn promoted(a: &Tensor, b: Value<'_>) -> Result<(Tensor, Tensor)> {
    let (number, is_float) = match b {
        Value::Tensor(b) => {
            let dtype = common_type(a, b);
            return Ok((a.to_dtype(dtype)?, b.to_dtype(dtype)?));
        }
        Value::Int(number) => (number, false),
        Value::Float(number) => (number, true),
    };
    let a = beside(a, is_float)?.into_owned();
    let b = Tensor::full((), number, a.dtype(), a.device())?;
    Ok((a, b))
}

/// `torch.result_type` of two tensors.
fn common_type(a: &Tensor, b: &Tensor) -> DType {
    let (da, db) = (a.dtype(), b.dtype());
    if da == db {
        return da;
    }
    match (is_integer(da), is_integer(db)) {
        (true, false) => return db,
        (false, true) => return da,
        _ => {}
    }
    match (a.rank() == 0, b.rank() == 0) {
        (true, false) => db,
        (false, true) => da,
        _ => wider(da, db),
    }
}

/// The smallest type that holds both of two unequal types, both integers or both floats.
fn wider(a: DType, b: DType) -> DType {
    let has = |dtype| a == dtype || b == dtype;
    match () {
        () if has(DType::F64) => DType::F64,
        () if !is_integer(a) => DType::F32, // also for f16 with bf16
        () if has(DType::I64) || has(DType::U32) => DType::I64,
        () if has(DType::I32) => DType::I32,
        () => DType::I16,
    }
}

/// The shape that the shapes broadcast to.
pub(crate) fn broadcast_shape(op: &'static str, shapes: &[&Shape]) -> Result<Shape> {
    let rank = shapes.iter().map(|shape| shape.rank()).max().unwrap_or(0);
    let mut out = vec![1; rank];
    for shape in shapes {
        for (out, &size) in out[rank - shape.rank()..].iter_mut().zip(shape.dims()) {
            match (*out, size) {
                (out, size) if out == size || size == 1 => {}
                (1, size) => *out = size,
                _ => {
                    let list: Vec<String> =
                        shapes.iter().map(|shape| format!("{shape:?}")).collect();
                    return Err(Error::op(
                        op,
                        format!("shapes {} don't broadcast", list.join(" and ")),
                    ));
                }
            }
        }
    }
    Ok(Shape::from(out))
}
