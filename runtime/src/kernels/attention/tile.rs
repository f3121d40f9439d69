//! Products with a matrix in panels, whose results may lie in wider rows.
#![allow(unsafe_code)] // checks of every element of the first matrix are a third of a tile's instructions

use pulp::{Simd, WithSimd};

use crate::kernels::gemm::gemm;
use crate::kernels::product::{step, width, MOST, WIDE};
use crate::kernels::{Lanes, Matrix, Real, Strides};

/// Rows of the second matrix that a tile takes in one turn.
const TURN: usize = 4;

/// Enough elements for the panels of a matrix with `k` rows and `n` columns, whatever the vectors.
pub(super) fn panels_len([k, n]: [usize; 2]) -> usize {
    k * n.next_multiple_of(MOST)
}

/// Packs `m`, `k` rows of `n` columns, times `scale`, into panels: all rows of the first columns, then of the next ones.
#[inline(always)]
pub(super) fn pack<S: Simd, T: Lanes + Real>(
    m: Matrix<'_, T>,
    [k, n]: [usize; 2],
    scale: T,
    panels: &mut [T],
) {
    let width = width::<T, S>();
    let Strides { rows, columns } = m.strides;
    for (j, panel) in panels
        .chunks_exact_mut(k * width)
        .take(n.div_ceil(width))
        .enumerate()
    {
        let first = j * width;
        let filled = width.min(n - first);
        if columns == 1 {
            for (k, out) in panel.chunks_exact_mut(width).enumerate() {
                let from = &m.values[k * rows + first..][..filled];
                let (out, beyond) = out.split_at_mut(filled);
                out.iter_mut()
                    .zip(from)
                    .for_each(|(out, &x)| *out = x * scale);
                beyond.fill(T::zero());
            }
        } else {
            // Columns that lie together, some at a time.
            const BLOCK: usize = 8;
            for block in (0..width).step_by(BLOCK) {
                let column = |i: usize| {
                    let column = first + (block + i).min(filled - 1);
                    &m.values[column * columns..][..(k - 1) * rows + 1]
                };
                let from: [&[T]; BLOCK] = std::array::from_fn(column);
                for (k, out) in panel.chunks_exact_mut(width).enumerate() {
                    let row = from.map(|column| column[k * rows] * scale);
                    let out = &mut out[block..];
                    let count = out.len().min(BLOCK);
                    out[..count].copy_from_slice(&row[..count]);
                }
            }
        }
    }
}

/// `out = a · b`, or `out += a · b` if `add`, of sizes `m × k` and `k × n`, where `b` was [packed](pack) and rows of `out` lie `stride` apart.
pub(super) struct Multiply<'a, T> {
    pub(super) sizes: [usize; 3],
    pub(super) a: Matrix<'a, T>,
    pub(super) b: &'a [T],
    /// The rows that were packed: `k`, or more, of which the first are taken.
    pub(super) rows: usize,
    pub(super) out: &'a mut [T],
    pub(super) stride: usize,
    pub(super) add: bool,
}

impl<T: Lanes + Real> Multiply<'_, T> {
    #[inline(always)]
    pub(super) fn run<S: Simd>(self, simd: S) {
        if !cfg!(debug_assertions) {
            return simd.vectorize(self);
        }
        // Loops that are not optimised take a hundred times as long as the crate's, which always are.
        let ([m, n, k], width) = (self.sizes, width::<T, S>());
        for (j, b) in self
            .b
            .chunks_exact(self.rows * width)
            .take(n.div_ceil(width))
            .enumerate()
        {
            let out = (&mut self.out[j * width..], Strides::row_major(self.stride));
            let a = (self.a.values, self.a.strides);
            let sizes = [m, width.min(n - j * width), k];
            gemm(sizes, out, self.add, a, (b, Strides::row_major(width)));
        }
    }
}

impl<T: Lanes + Real> WithSimd for Multiply<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let [m, n, k] = self.sizes;
        let width = width::<T, S>();
        let panels = T::vectors::<S>(&self.b[..n.div_ceil(width) * self.rows * width]);
        let panels = panels.as_chunks::<WIDE>().0;
        let Strides { rows, columns } = self.a.strides;
        // Where there is but one of them, the next one may be anywhere.
        let [rows, columns] = [(m, rows), (k, columns)].map(|(size, stride)| match size {
            1 => 1,
            _ => stride,
        });
        // What `tile` relies on.
        assert!((m - 1) * rows + (k - 1) * columns < self.a.values.len());
        assert!((m - 1) * self.stride + n <= self.out.len());
        assert!(rows == 1 || columns == 1);
        let mut first = 0;
        while first < m {
            let left = m - first;
            let height = match left {
                6 | 9.. => 6,
                7 | 8 => 4,
                5 => 3,
                few => few,
            };
            let a = &self.a.values[first * rows..];
            let out = &mut self.out[first * self.stride..];
            for (j, b) in panels.chunks_exact(self.rows).enumerate() {
                let tile = Tile {
                    a,
                    strides: Strides { rows, columns },
                    b: &b[..k],
                    out: &mut out[j * width..],
                    n: n - j * width,
                    stride: self.stride,
                    add: self.add,
                };
                // SAFETY: there are so many rows, and they reach as far as was looked for.
                unsafe {
                    match height {
                        6 => tile.run::<6>(simd),
                        4 => tile.run::<4>(simd),
                        3 => tile.run::<3>(simd),
                        2 => tile.run::<2>(simd),
                        _ => tile.run::<1>(simd),
                    }
                }
            }
            first += height;
        }
    }
}

/// Some rows of the result in the columns of a panel.
struct Tile<'a, T: Lanes, S: Simd> {
    a: &'a [T],
    strides: Strides,
    b: &'a [[T::Vector<S>; WIDE]],
    out: &'a mut [T],
    /// Columns from the panel's first one on.
    n: usize,
    stride: usize,
    add: bool,
}

impl<T: Lanes + Real, S: Simd> Tile<'_, T, S> {
    /// `P` rows.
    ///
    /// # Safety
    /// `a` has `P` rows, of as many elements as `b` has, and `out` has them, of `n` elements up to the panel's width. One of the strides of
    /// `a` is 1.
    #[inline(always)]
    unsafe fn run<const P: usize>(self, simd: S) {
        // A stride of 1 is known to the loops.
        // SAFETY: passed on.
        let sums = unsafe {
            match self.strides {
                Strides { rows, columns: 1 } => self.sums::<P>(simd, rows, 1),
                Strides { columns, .. } => self.sums::<P>(simd, 1, columns),
            }
        };
        for (p, sums) in sums.iter().enumerate() {
            if self.n >= width::<T, S>() {
                // SAFETY: the row has a vector's elements here, and next to them.
                let to = unsafe { self.out.as_mut_ptr().add(p * self.stride) };
                let to = to.cast::<T::Vector<S>>();
                for (v, &sum) in sums.iter().enumerate() {
                    // SAFETY: as above; a vector of numbers is nothing but these.
                    unsafe {
                        let to = to.add(v);
                        to.write_unaligned(match self.add {
                            true => T::plus(simd, to.read_unaligned(), sum),
                            false => sum,
                        });
                    }
                }
            } else {
                let mut block = [T::zero(); MOST];
                T::vectors_mut::<S>(&mut block)[..WIDE].copy_from_slice(sums);
                for (to, &sum) in self.out[p * self.stride..][..self.n].iter_mut().zip(&block) {
                    *to = if self.add { *to + sum } else { sum };
                }
            }
        }
    }

    /// The products' sums.
    ///
    /// # Safety
    /// As for [`run`](Self::run).
    #[inline(always)]
    unsafe fn sums<const P: usize>(
        &self,
        simd: S,
        rows: usize,
        columns: usize,
    ) -> [[T::Vector<S>; WIDE]; P] {
        let mut tile = [[T::zero().splat(simd); WIDE]; P];
        let mut a = self.a.as_ptr();
        let (turns, rest) = self.b.as_chunks::<TURN>();
        for turn in turns {
            for b in turn {
                // SAFETY: the element of every row is in `a`.
                let column = std::array::from_fn(|p| unsafe { *a.add(p * rows) });
                step::<T, S, P>(simd, &column, b, &mut tile);
                a = a.wrapping_add(columns);
            }
        }
        for b in rest {
            // SAFETY: as above.
            let column = std::array::from_fn(|p| unsafe { *a.add(p * rows) });
            step::<T, S, P>(simd, &column, b, &mut tile);
            a = a.wrapping_add(columns);
        }
        tile
    }
}

#[cfg(test)]
mod tests {
    use crate::kernels::capability::arch;

    use super::*;

    struct Product<'a, T> {
        sizes: [usize; 3],
        a: Matrix<'a, T>,
        b: Matrix<'a, T>,
        out: &'a mut [T],
        stride: usize,
        add: bool,
    }

    impl<T: Lanes + Real> WithSimd for Product<'_, T> {
        type Output = ();

        fn with_simd<S: Simd>(self, simd: S) {
            let Product {
                sizes,
                a,
                b,
                out,
                stride,
                add,
            } = self;
            let [_, n, k] = sizes;
            // One more than are multiplied.
            let rows = k + 1;
            let mut panels = vec![T::zero(); panels_len([rows, n])];
            pack::<S, T>(b, [rows, n], T::from_f64(2.), &mut panels);
            let b = &panels;
            simd.vectorize(Multiply {
                sizes,
                a,
                b,
                rows,
                out,
                stride,
                add,
            });
        }
    }

    fn check<T: Lanes + Real>([m, n, k]: [usize; 3], tolerance: f64) {
        let numbers = |len: usize| -> Vec<T> {
            let of = |i| ((i * 7919 + len) % 1000) as f64 * 2e-3 - 1.;
            (0..len).map(|i| T::from_f64(of(i))).collect()
        };
        let (a, b) = (numbers(m * k), numbers((k + 1) * n));
        for turned in [false, true] {
            let of = |values, rows, columns| match turned {
                false => Matrix::dense(values, columns),
                true => Matrix::dense(values, rows).transposed(),
            };
            let (a, b) = (of(&a, m, k), of(&b, k + 1, n));
            let at = |x: Matrix<'_, T>, i: usize, j: usize| {
                x.values[i * x.strides.rows + j * x.strides.columns].to_f64()
            };
            for add in [false, true] {
                let stride = n + 3;
                let mut out = vec![T::one(); m * stride];
                arch().dispatch(Product {
                    sizes: [m, n, k],
                    a,
                    b,
                    out: &mut out,
                    stride,
                    add,
                });
                for (i, row) in out.chunks_exact(stride).enumerate() {
                    for (j, found) in row[..n].iter().enumerate() {
                        let sum: f64 = (0..k).map(|l| at(a, i, l) * at(b, l, j)).sum();
                        let expected = 2. * sum + f64::from(u8::from(add));
                        assert!((found.to_f64() - expected).abs() < tolerance, "{m} {n} {k}");
                    }
                    assert!(row[n..].iter().all(|x| *x == T::one()));
                }
            }
        }
    }

    #[test]
    fn products_of_all_sizes() {
        // An interpreter that finds every wrong access is slow.
        let (rows, others): (&[usize], &[[usize; 2]]) = match cfg!(miri) {
            true => (&[1, 7], &[[1, 1], [19, 2]]),
            false => (
                &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
                &[[1, 1], [16, 4], [19, 7], [33, 10], [64, 3]],
            ),
        };
        for &m in rows {
            for &[n, k] in others {
                check::<f32>([m, n, k], 1e-5);
                check::<f64>([m, n, k], 1e-13);
            }
        }
    }
}
