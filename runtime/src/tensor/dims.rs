//! Arguments that name dimensions and shapes, in the forms PyTorch accepts them.

use candle_core::Shape;

use crate::error::{Error, Result};

/// One dimension, counted from the front (`0, 1, …`) or from the back (`-1, -2, …`).
///
/// ```
/// use taper::tensor::Dim;
/// assert_eq!(Dim::from(-1).resolve(4, "softmax")?, 3);
/// assert!(Dim::from(4).resolve(4, "softmax").is_err());
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dim(i64);

macro_rules! dim_from {
    ($($int:ty),*) => {$(
        impl From<$int> for Dim {
            fn from(dim: $int) -> Self {
                // No tensor has anything near 2^63 dimensions: what does not fit is out of range either way.
                Dim(i64::try_from(dim).unwrap_or(i64::MAX))
            }
        }
    )*};
}
dim_from!(i32, i64, isize, usize);

impl Dim {
    /// The index from the front among `rank` dimensions; `op` is named in the error.
    ///
    /// # Errors
    /// When it is not in `-rank..rank`.
    pub fn resolve(self, rank: usize, op: &'static str) -> Result<usize> {
        self.resolve_within(rank, rank, op)
    }

    /// As [`resolve`](Self::resolve), for a dimension that is about to be inserted: `-(rank + 1)..=rank`.
    ///
    /// # Errors
    /// When it is outside of that range.
    pub fn resolve_insert(self, rank: usize, op: &'static str) -> Result<usize> {
        self.resolve_within(rank + 1, rank, op)
    }

    fn resolve_within(self, count: usize, rank: usize, op: &'static str) -> Result<usize> {
        let n = count as i64;
        if self.0 < -n || self.0 >= n {
            let range = if n == 0 {
                "no dimension".into()
            } else {
                format!("{}..={}", -n, n - 1)
            };
            return Err(Error::op(
                op,
                format!(
                    "dimension {} is out of range for a tensor of rank {rank} (expected {range})",
                    self.0
                ),
            ));
        }
        Ok((if self.0 < 0 { self.0 + n } else { self.0 }) as usize)
    }
}

/// Which dimensions an operation works on: `()` for all, one, or a list.
///
/// ```
/// use taper::tensor::Dims;
/// assert_eq!(Dims::from(()).resolve(3, "sum")?, [0, 1, 2]);
/// assert_eq!(Dims::from(-1).resolve(3, "sum")?, [2]);
/// assert_eq!(Dims::from([-1, 0]).resolve(3, "sum")?, [0, 2]);
/// assert!(Dims::from([0, -3]).resolve(3, "sum").is_err()); // the same one twice
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dims {
    /// All of them.
    All,
    /// Those listed.
    List(Vec<Dim>),
}

impl From<()> for Dims {
    fn from((): ()) -> Self {
        Dims::All
    }
}

impl From<Dim> for Dims {
    fn from(dim: Dim) -> Self {
        Dims::List(vec![dim])
    }
}

macro_rules! dims_from {
    ($($int:ty),*) => {$(
        impl From<$int> for Dims {
            fn from(dim: $int) -> Self {
                Dims::List(vec![dim.into()])
            }
        }
        impl<const N: usize> From<[$int; N]> for Dims {
            fn from(dims: [$int; N]) -> Self {
                Dims::List(dims.into_iter().map(Dim::from).collect())
            }
        }
        impl From<&[$int]> for Dims {
            fn from(dims: &[$int]) -> Self {
                Dims::List(dims.iter().copied().map(Dim::from).collect())
            }
        }
        impl From<Vec<$int>> for Dims {
            fn from(dims: Vec<$int>) -> Self {
                Dims::from(dims.as_slice())
            }
        }
    )*};
}
dims_from!(i32, i64, isize, usize);

impl Dims {
    /// The indices from the front among `rank` dimensions, ascending; `op` is named in the error.
    ///
    /// # Errors
    /// When one is out of range or occurs twice.
    pub fn resolve(&self, rank: usize, op: &'static str) -> Result<Vec<usize>> {
        let list = match self {
            Dims::All => return Ok((0..rank).collect()),
            Dims::List(list) => list,
        };
        let mut dims = list
            .iter()
            .map(|dim| dim.resolve(rank, op))
            .collect::<Result<Vec<_>>>()?;
        dims.sort_unstable();
        if let Some(pair) = dims.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Error::op(
                op,
                format!("dimension {} is listed twice", pair[0]),
            ));
        }
        Ok(dims)
    }
}

/// What can be given as the shape of a new tensor: `[2, 3]`, `(2, 3)`, `5`, `()`, a slice, a `Vec`, Candle's `Shape`.
///
/// ```
/// use taper::{DType, Device, Tensor};
/// let x = Tensor::zeros([2, 3], DType::F32, &Device::Cpu)?;
/// assert_eq!(Tensor::ones(x.shape(), DType::F32, &Device::Cpu)?.dims(), [2, 3]);
/// # Ok::<(), taper::Error>(())
/// ```
pub trait IntoShape {
    /// The shape.
    fn into_shape(self) -> Shape;
}

impl<const N: usize> IntoShape for [usize; N] {
    fn into_shape(self) -> Shape {
        Shape::from_dims(&self)
    }
}

impl<const N: usize> IntoShape for &[usize; N] {
    fn into_shape(self) -> Shape {
        Shape::from_dims(self)
    }
}

macro_rules! into_shape {
    ($($ty:ty),* $(,)?) => {$(
        impl IntoShape for $ty {
            fn into_shape(self) -> Shape {
                Shape::from(self)
            }
        }
    )*};
}
into_shape!(
    (),
    usize,
    &[usize],
    Vec<usize>,
    Shape,
    &Shape,
    (usize,),
    (usize, usize),
    (usize, usize, usize),
    (usize, usize, usize, usize),
    (usize, usize, usize, usize, usize),
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dimension_counts_from_either_end() -> Result<()> {
        assert_eq!(Dim::from(0usize).resolve(2, "op")?, 0);
        assert_eq!(Dim::from(-2i64).resolve(2, "op")?, 0);
        assert_eq!(Dim::from(-1).resolve_insert(2, "op")?, 2);
        let error = Dim::from(2).resolve(2, "op").unwrap_err().to_string();
        assert_eq!(
            error,
            "op: dimension 2 is out of range for a tensor of rank 2 (expected -2..=1)"
        );
        assert!(Dim::from(0).resolve(0, "op").is_err());
        assert!(Dim::from(usize::MAX).resolve(2, "op").is_err());
        Ok(())
    }
}
