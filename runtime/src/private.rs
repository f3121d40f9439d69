//! What generated code calls; nothing here is for people.

use std::borrow::Borrow;

use crate::error::{Error, Result};
use crate::ops::{Size, Sizes};
use crate::tensor::Tensor;

/// The size written `_`.
pub const INFER: Size = Size::INFER;

/// One size of a list.
pub fn size(size: impl Into<Size>) -> Size {
    size.into()
}

/// A list of sizes.
pub fn sizes(sizes: impl Into<Sizes>) -> Sizes {
    sizes.into()
}

/// Values and results alike as results, so that a call may be followed by `?` whatever it returns.
pub trait IntoResult {
    /// What a success holds.
    type Value;

    /// The result.
    fn into_result(self) -> Result<Self::Value>;
}

/// `x` itself if it is a result, else `Ok(x)`.
pub fn lift<T: IntoResult>(x: T) -> Result<T::Value> {
    x.into_result()
}

impl<T> IntoResult for Result<T, Error> {
    type Value = T;

    fn into_result(self) -> Result<T> {
        self
    }
}

macro_rules! plain {
    ($([$($generics:ident),*] $ty:ty),* $(,)?) => {$(
        impl<$($generics),*> IntoResult for $ty {
            type Value = Self;

            fn into_result(self) -> Result<Self> {
                Ok(self)
            }
        }
    )*};
}
plain!(
    [] (), [] bool, [] i32, [] u32, [] i64, [] usize, [] f32, [] f64, [] String, [] Tensor, [T] Option<T>, [T] Vec<T>,
    [A] (A,), [A, B] (A, B), [A, B, C] (A, B, C), [A, B, C, D] (A, B, C, D), [A, B, C, D, E] (A, B, C, D, E),
    [A, B, C, D, E, F] (A, B, C, D, E, F),
);

impl<'a, T: ?Sized> IntoResult for &'a T {
    type Value = &'a T;

    fn into_result(self) -> Result<Self> {
        Ok(self)
    }
}

impl<T, const N: usize> IntoResult for [T; N] {
    type Value = Self;

    fn into_result(self) -> Result<Self> {
        Ok(self)
    }
}

/// A tensor that was taken owned or borrowed. A handle: nothing is copied.
#[inline]
pub fn owned<T: Clone>(x: impl Borrow<T>) -> T {
    x.borrow().clone()
}

/// A number as a path segment.
pub fn position(n: usize) -> String {
    n.to_string()
}

/// Adds a path segment to an error.
#[inline]
pub fn within<T>(name: &str, result: Result<T>) -> Result<T> {
    result.map_err(|e| e.context(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_results_lift_alike() -> Result<()> {
        assert_eq!((lift(2usize)?, lift(Ok(3usize))?), (2, 3));
        assert_eq!(lift((1i64, true))?, (1, true));
        assert!(lift::<Result<f64>>(Err(Error::NoGradNeeded)).is_err());
        assert_eq!(sizes([size(2usize), INFER]), Sizes::from([2, -1]));
        Ok(())
    }
}
