//! A block of the result: packed rows of the first matrix times packed columns of the second.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};

use super::pack::Tiling;
use super::{width, Begin, Matrix, MOST, WIDE};
use crate::kernels::lanes::Lanes;
use crate::kernels::Real;

/// Where a product is written, by several threads at the same time: each writes to places of its own.
pub(super) struct Out<'a, T> {
    start: *mut T,
    /// From a row to the next.
    stride: usize,
    size: [usize; 2],
    places: PhantomData<&'a mut [T]>,
}

impl<T> Clone for Out<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Out<'_, T> {}

// SAFETY: it is used like `&mut [T]`, by whoever makes parts of it, which says that they don't overlap.
unsafe impl<T: Send> Send for Out<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Out<'_, T> {}

/// Some packed panels, of which a part of the rows is used.
#[derive(Clone, Copy)]
pub(super) struct Strip<'a, T> {
    pub(super) values: &'a [T],
    /// Rows of a whole panel.
    pub(super) depth: usize,
    /// The first of the rows that are used.
    pub(super) start: usize,
}

impl<'a, T> Strip<'a, T> {
    /// Of the panel that begins after so many columns and has `width` ones, the rows that are used.
    #[inline(always)]
    fn panel(self, column: usize, width: usize, depth: usize) -> &'a [T] {
        &self.values[column * self.depth + self.start * width..][..depth * width]
    }
}

/// The rows of the first matrix.
#[derive(Clone, Copy)]
pub(super) enum Left<'a, T> {
    /// In tiles, as columns.
    Packed(Strip<'a, T>),
    /// As they are, without gaps between the elements of a row.
    Rows(Matrix<'a, T>),
}

/// `out = begin + a · b`.
pub(super) struct Block<'a, T, const P: usize, const Q: usize> {
    pub(super) a: Left<'a, T>,
    pub(super) b: Strip<'a, T>,
    /// Elements that are summed up.
    pub(super) depth: usize,
    pub(super) begin: Begin<'a, T>,
    pub(super) out: Out<'a, T>,
}

impl<'a, T> Out<'a, T> {
    /// All places of a matrix with rows of `n`.
    ///
    /// # Panics
    /// If there are fewer.
    pub(super) fn new(start: *mut T, len: usize, [m, n]: [usize; 2]) -> Self {
        assert!(m * n <= len, "product: a slice is shorter than its matrix");
        Out {
            start,
            stride: n,
            size: [m, n],
            places: PhantomData,
        }
    }

    pub(super) fn rows(self) -> usize {
        self.size[0]
    }

    /// The part of so many rows and columns, fewer if they aren't there, from these on.
    ///
    /// # Safety
    /// No two parts overlap of which one is written while the other is used.
    pub(super) unsafe fn part(self, [row, column]: [usize; 2], [m, n]: [usize; 2]) -> Self {
        let [rows, columns] = self.size;
        assert!(row <= rows && column <= columns);
        Out {
            // SAFETY: the part begins inside or at the end of the matrix.
            start: unsafe { self.start.add(row * self.stride + column) },
            size: [m.min(rows - row), n.min(columns - column)],
            ..self
        }
    }
}

impl<T: Lanes + Real, const P: usize, const Q: usize> WithSimd for Block<'_, T, P, Q> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let [m, n] = self.out.size;
        let width = width::<T, S>();
        let tiling = Tiling::<P, Q>::of(m);
        for column in (0..n).step_by(width) {
            let b = self.b.panel(column, width, self.depth);
            for i in 0..tiling.high {
                self.tile::<S, P>(simd, [i * P, column], b);
            }
            for i in 0..tiling.low {
                self.tile::<S, Q>(simd, [tiling.high * P + i * Q, column], b);
            }
        }
    }
}

/// The accumulators of a tile.
type Tile<T, S, const R: usize> = [[<T as Lanes>::Vector<S>; WIDE]; R];

impl<T: Lanes + Real, const P: usize, const Q: usize> Block<'_, T, P, Q> {
    #[inline(always)]
    fn tile<S: Simd, const R: usize>(&self, simd: S, [row, column]: [usize; 2], b: &[T]) {
        let b = T::vectors::<S>(b).as_chunks::<WIDE>().0;
        let [m, n] = self.out.size;
        let sums = match self.a {
            Left::Packed(a) => {
                let a = a.panel(row, R, self.depth).as_chunks::<R>().0;
                of_columns::<T, S, R>(simd, a, b)
            }
            Left::Rows(a) => {
                // Rows beyond the last one repeat it, and are not stored.
                let mut rows = [a.values; R];
                for (p, values) in rows.iter_mut().enumerate() {
                    *values = &a.values[(row + p).min(m - 1) * a.strides.rows..][..self.depth];
                }
                of_rows::<T, S, R>(simd, rows, b)
            }
        };
        let columns = n - column;
        let rows = R.min(m - row);
        let width = width::<T, S>();
        let begin = match self.begin {
            Begin::Bias(bias) => Begin::Bias(&bias[column..]),
            other => other,
        };
        // SAFETY: the place is inside the part.
        let start = unsafe { self.out.start.add(row * self.out.stride + column) };
        if columns >= width {
            for (p, sums) in sums.iter().enumerate() {
                if p < rows {
                    // SAFETY: so many rows and columns are there from `start` on, and nobody else uses them.
                    unsafe {
                        store::<T, S>(simd, start.add(p * self.out.stride), sums, begin);
                    }
                }
            }
            return;
        }
        for (p, sums) in sums.iter().take(rows).enumerate() {
            let mut numbers = [T::zero(); MOST];
            T::vectors_mut::<S>(&mut numbers)[..WIDE].copy_from_slice(sums);
            for (j, &sum) in numbers[..columns].iter().enumerate() {
                // SAFETY: so many rows and columns are there from `start` on, and nobody else uses them. A sum is added only to
                // what was written.
                unsafe {
                    let to = start.add(p * self.out.stride + j);
                    *to = match begin {
                        Begin::Zero => sum,
                        Begin::Bias(bias) => bias[j] + sum,
                        Begin::Sum => *to + sum,
                    };
                }
            }
        }
    }
}

/// Steps that are done at a time.
const UNROLL: usize = 4;

#[inline(always)]
fn of_rows<T: Lanes + Real, S: Simd, const R: usize>(
    simd: S,
    a: [&[T]; R],
    b: &[[T::Vector<S>; WIDE]],
) -> Tile<T, S, R> {
    let mut tile = [[T::zero().splat(simd); WIDE]; R];
    let a = a.map(|row| &row[..b.len()]); // no bounds checks below
    for (k, b) in b.iter().enumerate() {
        for p in 0..R {
            let x = a[p][k].splat(simd);
            for v in 0..WIDE {
                tile[p][v] = T::mul_add(simd, x, b[v], tile[p][v]);
            }
        }
    }
    tile
}

#[inline(always)]
fn of_columns<T: Lanes + Real, S: Simd, const R: usize>(
    simd: S,
    a: &[[T; R]],
    b: &[[T::Vector<S>; WIDE]],
) -> Tile<T, S, R> {
    let mut tile = [[T::zero().splat(simd); WIDE]; R];
    let (a, a_rest) = a.as_chunks::<UNROLL>();
    let (b, b_rest) = b.as_chunks::<UNROLL>();
    for (a, b) in a.iter().zip(b) {
        for k in 0..UNROLL {
            step::<T, S, R>(simd, &a[k], &b[k], &mut tile);
        }
    }
    for (a, b) in a_rest.iter().zip(b_rest) {
        step::<T, S, R>(simd, a, b, &mut tile);
    }
    tile
}

/// Adds the products of a column of the first matrix and a row of the second.
#[inline(always)]
pub(crate) fn step<T: Lanes + Real, S: Simd, const R: usize>(
    simd: S,
    a: &[T; R],
    b: &[T::Vector<S>; WIDE],
    tile: &mut Tile<T, S, R>,
) {
    for p in 0..R {
        let x = a[p].splat(simd);
        for v in 0..WIDE {
            tile[p][v] = T::mul_add(simd, x, b[v], tile[p][v]);
        }
    }
}

/// Adds a row of a tile to the elements from its first column on.
///
/// # Safety
/// They are there, they are written unless they are overwritten, and nobody else uses them.
#[inline(always)]
unsafe fn store<T: Lanes + Real, S: Simd>(
    simd: S,
    to: *mut T,
    sums: &[T::Vector<S>; WIDE],
    begin: Begin<'_, T>,
) {
    let one = T::one().splat(simd);
    let to = to.cast::<[T::Vector<S>; WIDE]>();
    let mut row = *sums;
    match begin {
        Begin::Zero => {}
        Begin::Bias(bias) => {
            let bias = T::vectors::<S>(bias);
            for v in 0..WIDE {
                row[v] = T::mul_add(simd, one, bias[v], sums[v]);
            }
        }
        Begin::Sum => {
            // SAFETY: the caller's; vectors are made of elements without gaps.
            let before = unsafe { to.read_unaligned() };
            for v in 0..WIDE {
                row[v] = T::mul_add(simd, one, before[v], sums[v]);
            }
        }
    }
    // SAFETY: as above.
    unsafe { to.write_unaligned(row) };
}
