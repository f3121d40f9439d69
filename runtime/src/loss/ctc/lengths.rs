//! How many inputs and labels of a batch's samples count.

use super::OP;
use crate::error::{Error, Result};
use crate::tensor::{Buffer, Param, Tensor};

/// The lengths of the sequences of a batch, for [`ctc_loss`](fn@crate::loss::ctc_loss): a tensor of integers, or a list of
/// numbers. A single number is the length of a single sample.
///
/// This trait is sealed.
pub trait Lengths: sealed::Sealed {
    /// The numbers; `name` is the argument's.
    #[doc(hidden)]
    fn lengths(&self, name: &'static str) -> Result<Vec<i64>>;
}

mod sealed {
    pub trait Sealed {}
}

impl<T: sealed::Sealed + ?Sized> sealed::Sealed for &T {}
impl<T: Lengths + ?Sized> Lengths for &T {
    fn lengths(&self, name: &'static str) -> Result<Vec<i64>> {
        (**self).lengths(name)
    }
}

impl sealed::Sealed for Tensor {}
impl Lengths for Tensor {
    fn lengths(&self, name: &'static str) -> Result<Vec<i64>> {
        if self.dtype().is_float() || self.rank() > 1 {
            let (dtype, dims) = (self.dtype(), self.dims());
            let message = format!(
                "expected `{name}` to be a list of integers, but got {dims:?} of type {dtype:?}"
            );
            return Err(Error::op(OP, message).help("a length for each sample: `[N]` of I64"));
        }
        self.to_vec()
    }
}

macro_rules! as_tensor {
    ($($ty:ty),*) => {$(
        impl sealed::Sealed for $ty {}
        impl Lengths for $ty {
            fn lengths(&self, name: &'static str) -> Result<Vec<i64>> {
                Tensor::lengths(self, name)
            }
        }
    )*};
}
as_tensor!(Param, Buffer);

impl sealed::Sealed for [usize] {}
impl Lengths for [usize] {
    fn lengths(&self, _: &'static str) -> Result<Vec<i64>> {
        // What does not fit is out of range either way.
        let number = |&length: &usize| i64::try_from(length).unwrap_or(i64::MAX);
        Ok(self.iter().map(number).collect())
    }
}

macro_rules! as_slice {
    ($([$($generics:tt)*] $ty:ty => $self:ident $slice:expr),* $(,)?) => {$(
        impl<$($generics)*> sealed::Sealed for $ty {}
        impl<$($generics)*> Lengths for $ty {
            fn lengths(&$self, name: &'static str) -> Result<Vec<i64>> {
                <[usize]>::lengths($slice, name)
            }
        }
    )*};
}
as_slice!(
    [] Vec<usize> => self self,
    [const N: usize] [usize; N] => self self,
    [] usize => self std::slice::from_ref(self),
);
