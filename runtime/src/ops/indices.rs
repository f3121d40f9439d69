//! What [`Tensor::index`](crate::Tensor::index) takes: positions and ranges, one per dimension.

use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use crate::error::Result;
use crate::ops::Size;

/// A position or a range along one dimension.
///
/// ```
/// use taper::ops::Index;
/// assert_ne!(Index::from(1..3), Index::from(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    At(Size),
    Range {
        start: Option<Size>,
        end: Option<Size>,
        inclusive: bool,
    },
}

impl Index {
    /// The range's start and end within `size`, cut off as Python's slices are; nothing for a position.
    pub(crate) fn range(self, size: usize) -> Option<(usize, usize)> {
        let Kind::Range {
            start,
            end,
            inclusive,
        } = self.0
        else {
            return None;
        };
        let end = match end {
            None => size,
            // The end after the last position is 0 as a number, but not as a position.
            Some(end) if inclusive && end.signed() == -1 => size,
            Some(end) => Size::from(end.signed().saturating_add(inclusive.into())).clamped(size),
        };
        Some((start.map_or(0, |start| start.clamped(size)), end))
    }

    /// The position within `size`; 0 for a range.
    pub(crate) fn position(self, size: usize) -> Result<usize> {
        match self.0 {
            Kind::At(index) => index.position(size, false, "index", "index"),
            Kind::Range { .. } => Ok(0),
        }
    }
}

fn range(start: Option<Size>, end: Option<Size>, inclusive: bool) -> Index {
    Index(Kind::Range {
        start,
        end,
        inclusive,
    })
}

macro_rules! index_from {
    ($($int:ty),*) => {$(
        impl From<$int> for Index {
            fn from(index: $int) -> Self {
                Index(Kind::At(index.into()))
            }
        }
        impl From<$int> for Indices {
            fn from(index: $int) -> Self {
                Indices(vec![index.into()])
            }
        }
    )*};
}
index_from!(i32, u32, i64, isize, usize);

impl From<RangeFull> for Index {
    fn from(_: RangeFull) -> Self {
        range(None, None, false)
    }
}

impl<T: Into<Size>> From<Range<T>> for Index {
    fn from(it: Range<T>) -> Self {
        range(Some(it.start.into()), Some(it.end.into()), false)
    }
}

impl<T: Into<Size>> From<RangeFrom<T>> for Index {
    fn from(it: RangeFrom<T>) -> Self {
        range(Some(it.start.into()), None, false)
    }
}

impl<T: Into<Size>> From<RangeTo<T>> for Index {
    fn from(it: RangeTo<T>) -> Self {
        range(None, Some(it.end.into()), false)
    }
}

impl<T: Into<Size>> From<RangeInclusive<T>> for Index {
    fn from(it: RangeInclusive<T>) -> Self {
        let (start, end) = it.into_inner();
        range(Some(start.into()), Some(end.into()), true)
    }
}

impl<T: Into<Size>> From<RangeToInclusive<T>> for Index {
    fn from(it: RangeToInclusive<T>) -> Self {
        range(None, Some(it.end.into()), true)
    }
}

/// Positions and ranges for the first dimensions of a tensor: `0`, `1..3`, `(.., -1, 2..)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indices(Vec<Index>);

impl Indices {
    /// How many dimensions they are for.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Those of the dimensions in order.
    pub(crate) fn into_iter(self) -> impl Iterator<Item = Index> {
        self.0.into_iter()
    }
}

macro_rules! indices_from_range {
    ($([$($generic:ident)?] $range:ty),* $(,)?) => {$(
        impl$(<$generic: Into<Size>>)? From<$range> for Indices {
            fn from(range: $range) -> Self {
                Indices(vec![range.into()])
            }
        }
    )*};
}
indices_from_range!(
    [] RangeFull,
    [T] Range<T>,
    [T] RangeFrom<T>,
    [T] RangeTo<T>,
    [T] RangeInclusive<T>,
    [T] RangeToInclusive<T>,
);

macro_rules! indices_from_tuple {
    ($($name:ident),+) => {
        impl<$($name: Into<Index>),+> From<($($name,)+)> for Indices {
            #[allow(non_snake_case)] // the variables have their types' names
            fn from(($($name,)+): ($($name,)+)) -> Self {
                Indices(vec![$($name.into()),+])
            }
        }
    };
}
indices_from_tuple!(A);
indices_from_tuple!(A, B);
indices_from_tuple!(A, B, C);
indices_from_tuple!(A, B, C, D);
indices_from_tuple!(A, B, C, D, E);
indices_from_tuple!(A, B, C, D, E, F);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_pythons_slices() {
        let within_5 = |index: Index| index.range(5);
        assert_eq!(within_5(Index::from(1..3)), Some((1, 3)));
        assert_eq!(within_5(Index::from(-2..)), Some((3, 5)));
        assert_eq!(within_5(Index::from(..-1)), Some((0, 4)));
        assert_eq!(within_5(Index::from(..=-1)), Some((0, 5)));
        assert_eq!(within_5(Index::from(2..=9)), Some((2, 5)));
        assert_eq!(within_5(Index::from(7..9)), Some((5, 5)));
        assert_eq!(within_5(Index::from(..)), Some((0, 5)));
        assert_eq!(within_5(Index::from(2)), None);
    }
}
