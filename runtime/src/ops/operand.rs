//! What can stand on the other side of an element-wise operation.

use std::borrow::Cow;

use crate::error::Result;
use crate::tensor::{Buffer, Param, Tensor};

/// The second operand of `add`, `mul`, `maximum`, `lt`, …: a tensor, owned or borrowed, or a number.
///
/// A number has the tensor's type and device. This trait is sealed.
///
/// ```
/// # use taper::{Device, Tensor};
/// let x = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
/// assert_eq!(x.add(&x)?.to_vec::<f32>()?, [2., 4.]);
/// assert_eq!(x.add(1)?.to_vec::<f32>()?, [2., 3.]);
/// # Ok::<(), taper::Error>(())
/// ```
pub trait Operand: sealed::Sealed {
    /// The operand as a tensor that goes with `other`.
    #[doc(hidden)]
    fn beside(&self, other: &Tensor) -> Result<Cow<'_, Tensor>>;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! tensors {
    ($($ty:ty),*) => {$(
        impl sealed::Sealed for $ty {}
        impl Operand for $ty {
            fn beside(&self, _: &Tensor) -> Result<Cow<'_, Tensor>> {
                Ok(Cow::Borrowed(self.as_ref()))
            }
        }
    )*};
}
tensors!(Tensor, &Tensor, &&Tensor, Param, &Param, Buffer, &Buffer);

macro_rules! numbers {
    ($($ty:ty),*) => {$(
        impl sealed::Sealed for $ty {}
        impl Operand for $ty {
            fn beside(&self, other: &Tensor) -> Result<Cow<'_, Tensor>> {
                Tensor::full((), *self as f64, other.dtype(), other.device()).map(Cow::Owned)
            }
        }
    )*};
}
numbers!(f64, f32, i32, i64, u32, usize);
