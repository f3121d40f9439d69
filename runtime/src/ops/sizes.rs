//! Arguments that are sizes or positions along a dimension, in the forms PyTorch accepts them.

use candle_core::Shape;

use crate::error::{Error, Result};

/// The size that is left over: `x.reshape([2, INFER])`, PyTorch's `-1`.
///
/// ```
/// use taper::{ops::INFER, DType, Device, Tensor};
/// let x = Tensor::zeros([4, 3], DType::F32, &Device::Cpu)?;
/// assert_eq!(x.reshape([2, INFER])?.dims(), [2, 6]);
/// # Ok::<(), taper::Error>(())
/// ```
pub const INFER: i64 = -1;

/// A size ([`INFER`] for one that is left over), or a position that counts from the end where it is negative.
///
/// ```
/// use taper::ops::Size;
/// assert_eq!(Size::from(2usize), Size::from(2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(i64);

macro_rules! size_from {
    ($($int:ty),*) => {$(
        impl From<$int> for Size {
            fn from(size: $int) -> Self {
                // No dimension is anywhere near 2^63: what does not fit is too large either way.
                Size(i64::try_from(size).unwrap_or(i64::MAX))
            }
        }
        impl From<$int> for Sizes {
            fn from(size: $int) -> Self {
                Sizes(vec![size.into()])
            }
        }
    )*};
}
size_from!(i32, u32, i64, isize, usize);

impl Size {
    /// [`INFER`].
    pub const INFER: Size = Size(INFER);

    /// The size itself, or nothing for [`INFER`]; `op` and `name` are named in the error.
    pub(crate) fn known(self, op: &'static str, name: &'static str) -> Result<Option<usize>> {
        match self.0 {
            INFER => Ok(None),
            size => Size(size).exact(op, name).map(Some),
        }
    }

    /// The size itself, which must not be negative.
    pub(crate) fn exact(self, op: &'static str, name: &'static str) -> Result<usize> {
        usize::try_from(self.0)
            .map_err(|_| Error::argument(op, name, self.0, "a size, not negative"))
    }

    /// A position among `count`, or behind the last if `end`.
    pub(crate) fn position(
        self,
        count: usize,
        end: bool,
        op: &'static str,
        name: &'static str,
    ) -> Result<usize> {
        let n = count as i64;
        let last = if end { n } else { n - 1 };
        if self.0 < -n || self.0 > last {
            return Err(Error::argument(
                op,
                name,
                self.0,
                format!("{}..={last} for size {count}", -n),
            ));
        }
        Ok((if self.0 < 0 { self.0 + n } else { self.0 }) as usize)
    }

    /// A position among `count` as slices have it: what is outside is moved to the nearer end.
    pub(crate) fn clamped(self, count: usize) -> usize {
        let n = count as i64;
        (if self.0 < 0 {
            self.0.saturating_add(n)
        } else {
            self.0
        })
        .clamp(0, n) as usize
    }

    /// The number as it was given.
    pub(crate) fn signed(self) -> i64 {
        self.0
    }
}

/// A list of sizes: `[2, 3]`, `(b, INFER)`, `6`, a slice, a `Vec`, a shape.
///
/// ```
/// use taper::ops::{Sizes, INFER};
/// assert_eq!(Sizes::from((2usize, INFER)), Sizes::from([2, -1]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sizes(Vec<Size>);

impl From<()> for Sizes {
    fn from((): ()) -> Self {
        Sizes(Vec::new())
    }
}

impl<T: Into<Size>, const N: usize> From<[T; N]> for Sizes {
    fn from(sizes: [T; N]) -> Self {
        Sizes(sizes.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Size> + Copy, const N: usize> From<&[T; N]> for Sizes {
    fn from(sizes: &[T; N]) -> Self {
        Sizes::from(sizes.as_slice())
    }
}

impl<T: Into<Size> + Copy> From<&[T]> for Sizes {
    fn from(sizes: &[T]) -> Self {
        Sizes(sizes.iter().map(|&size| size.into()).collect())
    }
}

impl<T: Into<Size>> From<Vec<T>> for Sizes {
    fn from(sizes: Vec<T>) -> Self {
        Sizes(sizes.into_iter().map(Into::into).collect())
    }
}

impl From<Size> for Sizes {
    fn from(size: Size) -> Self {
        Sizes(vec![size])
    }
}

impl From<&Shape> for Sizes {
    fn from(shape: &Shape) -> Self {
        Sizes::from(shape.dims())
    }
}

impl From<Shape> for Sizes {
    fn from(shape: Shape) -> Self {
        Sizes::from(shape.dims())
    }
}

macro_rules! sizes_from_tuple {
    ($($name:ident),+) => {
        impl<$($name: Into<Size>),+> From<($($name,)+)> for Sizes {
            #[allow(non_snake_case)] // the variables have their types' names
            fn from(($($name,)+): ($($name,)+)) -> Self {
                Sizes(vec![$($name.into()),+])
            }
        }
    };
}
sizes_from_tuple!(A);
sizes_from_tuple!(A, B);
sizes_from_tuple!(A, B, C);
sizes_from_tuple!(A, B, C, D);
sizes_from_tuple!(A, B, C, D, E);
sizes_from_tuple!(A, B, C, D, E, F);

impl Sizes {
    /// The list.
    pub(crate) fn as_slice(&self) -> &[Size] {
        &self.0
    }

    /// The shape of `count` elements that these sizes describe; one of them may be [`INFER`].
    pub(crate) fn resolve(&self, count: usize, op: &'static str) -> Result<Vec<usize>> {
        let mismatch = || {
            let sizes: Vec<_> = self.0.iter().map(|size| size.0).collect();
            Error::op(
                op,
                format!("{count} elements don't fit the sizes {sizes:?}"),
            )
        };
        let sizes = self
            .0
            .iter()
            .map(|size| size.known(op, "size"))
            .collect::<Result<Vec<_>>>()?;
        let product = sizes
            .iter()
            .flatten()
            .try_fold(1usize, |product, &size| product.checked_mul(size));
        let product = product.ok_or_else(mismatch)?;
        let left = match sizes.iter().filter(|size| size.is_none()).count() {
            0 if product == count => 0,
            1 if product > 0 && count.is_multiple_of(product) => count / product,
            0 | 1 => return Err(mismatch()),
            n => {
                return Err(Error::op(
                    op,
                    format!("expected one size to infer at most, but {n} came"),
                ))
            }
        };
        Ok(sizes.into_iter().map(|size| size.unwrap_or(left)).collect())
    }

    /// The sizes, none of which may be [`INFER`].
    pub(crate) fn exact(&self, op: &'static str) -> Result<Vec<usize>> {
        self.0.iter().map(|size| size.exact(op, "size")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_size_is_inferred() -> Result<()> {
        assert_eq!(
            Sizes::from([2, INFER, 3]).resolve(12, "reshape")?,
            [2, 2, 3]
        );
        assert_eq!(Sizes::from((0, 3usize)).resolve(0, "reshape")?, [0, 3]);
        assert_eq!(Sizes::from(()).resolve(1, "reshape")?, [0usize; 0]);
        for (wrong, count) in [
            ([2, INFER], 3),
            ([INFER, INFER], 4),
            ([0, INFER], 0),
            ([2, -2], 4),
            ([2, 3], 5),
        ] {
            assert!(
                Sizes::from(wrong).resolve(count, "reshape").is_err(),
                "{wrong:?}"
            );
        }
        assert!(Sizes::from([usize::MAX, 2]).resolve(4, "reshape").is_err());
        Ok(())
    }
}
