//! Packing a matrix into panels: some of its columns, row after row.

use pulp::{Simd, WithSimd};

use super::turn::turn;
use super::{width, Matrix};
use crate::kernels::gemm::Strides;
use crate::kernels::lanes::Lanes;
use crate::kernels::Real;

/// Writes rows from `start` on of some columns of `of`, as many as there is room for; beyond the last column, zeros.
struct Panel<'a, T> {
    of: Matrix<'a, T>,
    /// The first row.
    start: usize,
    /// The first column, and how many there are from it on.
    columns: [usize; 2],
    panel: &'a mut [T],
}

impl<T: Lanes + Real> Panel<'_, T> {
    /// For panels that are `width` wide, which is best known at compile time.
    #[inline(always)]
    fn fill(self, width: usize) {
        let Panel {
            of,
            start,
            columns: [first, left],
            panel,
        } = self;
        let Strides { rows, columns } = of.strides;
        let filled = width.min(left);
        if filled < width {
            panel.fill(T::zero());
        }
        let from = &of.values[start * rows + first * columns..];
        if columns == 1 {
            for (k, to) in panel.chunks_exact_mut(width).enumerate() {
                let from = &from[k * rows..];
                match filled == width {
                    // A known number of elements.
                    true => to.copy_from_slice(&from[..width]),
                    false => to[..filled].copy_from_slice(&from[..filled]),
                }
            }
        } else if rows == 1 {
            turn(from, [columns, filled], panel, width);
        } else {
            for (k, to) in panel.chunks_exact_mut(width).enumerate() {
                for (j, to) in to[..filled].iter_mut().enumerate() {
                    *to = from[k * rows + j * columns];
                }
            }
        }
    }
}

/// Fills panels of `width` and of `depth` rows side by side, with the columns of `of` from `first` on, of which `count` are left.
#[inline(always)]
fn fill<T: Lanes + Real>(
    of: Matrix<'_, T>,
    [start, depth]: [usize; 2],
    [first, count]: [usize; 2],
    panels: &mut [T],
    width: usize,
) {
    for (j, panel) in panels.chunks_exact_mut(depth * width).enumerate() {
        let panel = Panel {
            of,
            start,
            columns: [first + j * width, count.saturating_sub(j * width)],
            panel,
        };
        panel.fill(width);
    }
}

/// Panels of vectors.
pub(super) struct Panels<'a, T> {
    pub(super) of: Matrix<'a, T>,
    pub(super) start: usize,
    pub(super) columns: [usize; 2],
    pub(super) depth: usize,
    pub(super) panels: &'a mut [T],
}

impl<T: Lanes + Real> WithSimd for Panels<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Panels {
            of,
            start,
            columns,
            depth,
            panels,
        } = self;
        let width = width::<T, S>();
        fill(of, [start, depth], columns, panels, width);
    }
}

/// Rows of the first matrix in tiles, as columns.
pub(super) struct Tiles<'a, T, const P: usize, const Q: usize> {
    pub(super) of: Matrix<'a, T>,
    /// The first of the columns.
    pub(super) start: usize,
    /// The first row, and how many there are.
    pub(super) rows: [usize; 2],
    pub(super) depth: usize,
    pub(super) tiles: &'a mut [T],
}

impl<T: Lanes + Real, const P: usize, const Q: usize> WithSimd for Tiles<'_, T, P, Q> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Tiles {
            of,
            start,
            rows: [first, count],
            depth,
            tiles,
        } = self;
        let of = of.transposed();
        let tiling = Tiling::<P, Q>::of(count);
        let size = tiling.high * P;
        let (high, low) = tiles[..tiling.rows() * depth].split_at_mut(size * depth);
        fill(of, [start, depth], [first, count], high, P);
        let left = count.saturating_sub(size);
        fill(of, [start, depth], [first + size, left], low, Q);
    }
}

/// How rows are cut into tiles: some of `P` rows, and then some of the `Q` that are two thirds of it, so that few are left over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tiling<const P: usize, const Q: usize> {
    pub(super) high: usize,
    pub(super) low: usize,
}

impl<const P: usize, const Q: usize> Tiling<P, Q> {
    pub(super) fn of(rows: usize) -> Self {
        let thirds = rows.div_ceil(P - Q);
        let low = match (thirds % 3, thirds) {
            (0, _) => 0,
            (2, _) | (_, 1) => 1,
            _ => 2,
        };
        let high = thirds.saturating_sub(2 * low) / 3;
        Tiling { high, low }
    }

    /// Rows of all tiles.
    pub(super) fn rows(self) -> usize {
        self.high * P + self.low * Q
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rows_are_left_over() {
        for rows in 3..200 {
            let tiling = Tiling::<6, 4>::of(rows).rows();
            assert!(tiling >= rows && tiling <= rows + 1, "{rows}: {tiling}");
            let tiling = Tiling::<12, 8>::of(rows).rows();
            assert!(tiling >= rows && tiling <= rows + 5, "{rows}: {tiling}");
        }
        assert_eq!(Tiling::<6, 4>::of(0).rows(), 0);
        assert_eq!(Tiling::<6, 4>::of(1), Tiling { high: 0, low: 1 });
        assert_eq!(Tiling::<6, 4>::of(64), Tiling { high: 10, low: 1 });
    }
}
