//! A matrix that several products have on their right: packed once, for all of them.

use pulp::{Simd, WithSimd};

use super::block::{Block, Left, Out, Strip};
use super::pack::{Panels, Tiles, Tiling};
use super::{by_crate, depth, width, Begin, Lanes, Matrix, Real};
use crate::kernels::capability::arch;
use crate::kernels::chunks::{for_each, for_each_chunk};

/// The second matrix of products, `k × n`, in panels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Factor<'a, T> {
    b: Matrix<'a, T>,
    n: usize,
    k: usize,
    packed: &'a [T],
}

impl<'a, T: Lanes + Real> Factor<'a, T> {
    /// Packs `b`, which has `n` columns and `k` rows, for the time of `f`.
    ///
    /// # Panics
    /// If the slice is shorter than the matrix, which no input of a user can bring about.
    pub(crate) fn with<R>(
        b: Matrix<'_, T>,
        [n, k]: [usize; 2],
        f: impl FnOnce(Factor<'_, T>) -> R,
    ) -> R {
        if cfg!(debug_assertions) {
            // As in `product`, the crate's loops are used.
            let packed = &[];
            return f(Factor { b, n, k, packed });
        }
        Self::with_panels(b, [n, k], f)
    }

    fn with_panels<R>(
        b: Matrix<'_, T>,
        [n, k]: [usize; 2],
        f: impl FnOnce(Factor<'_, T>) -> R,
    ) -> R {
        let len = arch().dispatch(PanelsOf::<T>([n, k], std::marker::PhantomData));
        T::with_scratch(len, |packed| {
            arch().dispatch(Pack {
                b,
                sizes: [n, k],
                packed: &mut *packed,
            });
            f(Factor { b, n, k, packed })
        })
    }

    /// `out = begin + a · b` for `m` rows of `a`, on the calling thread. A row's result is the same to the bit whatever
    /// rows are beside it.
    ///
    /// # Panics
    /// If a slice is shorter than its matrix, which no input of a user can bring about.
    pub(crate) fn multiply(self, m: usize, a: Matrix<'_, T>, begin: Begin<'_, T>, out: &mut [T]) {
        let out = &mut out[..m * self.n];
        if cfg!(debug_assertions) {
            return by_crate([m, self.n, self.k], a, self.b, begin, out);
        }
        self.in_tiles(a, begin, out);
    }

    fn in_tiles(self, a: Matrix<'_, T>, begin: Begin<'_, T>, out: &mut [T]) {
        if !out.is_empty() {
            arch().dispatch(Multiply {
                packed: self.packed,
                sizes: [self.n, self.k],
                a,
                begin,
                out,
            });
        }
    }
}

/// `out = a · b` for rows of `a` that lie without gaps, where `packed` are the panels of `b`, which has `n` columns and `k` rows.
#[inline(always)]
pub(crate) fn multiply_panels<S: Simd, T: Lanes + Real>(
    simd: S,
    a: &[T],
    packed: &[T],
    [n, k]: [usize; 2],
    out: &mut [T],
) {
    let multiply = Multiply {
        packed,
        sizes: [n, k],
        a: Matrix::dense(a, k),
        begin: Begin::Zero,
        out,
    };
    multiply.with_simd(simd);
}

/// The length of the panels of a matrix of these sizes, `n` and `k`.
struct PanelsOf<T>([usize; 2], std::marker::PhantomData<T>);

impl<T: Lanes> WithSimd for PanelsOf<T> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        panels_len::<T, S>(self.0)
    }
}

pub(super) fn panels_len<T: Lanes, S: Simd>([n, k]: [usize; 2]) -> usize {
    let width = width::<T, S>();
    n.div_ceil(width) * k * width
}

struct Pack<'a, T> {
    b: Matrix<'a, T>,
    sizes: [usize; 2],
    packed: &'a mut [T],
}

impl<T: Lanes + Real> WithSimd for Pack<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let [n, k] = self.sizes;
        pack_panels(simd, self.b, [n, k], self.packed, n * k);
    }
}

/// Fills the panels of `b`, by several threads if the `cost` is worth it.
pub(super) fn pack_panels<T: Lanes + Real, S: Simd>(
    simd: S,
    b: Matrix<'_, T>,
    [n, k]: [usize; 2],
    packed: &mut [T],
    cost: usize,
) {
    let width = width::<T, S>();
    for_each_chunk(packed, TOGETHER * k * width, cost, |j, panels| {
        let column = TOGETHER * j * width;
        simd.vectorize(Panels {
            of: b,
            start: 0,
            columns: [column, n - column],
            depth: k,
            panels,
        });
    });
}

/// Fills the tiles of `a`.
pub(super) fn pack_tiles<T: Lanes + Real, S: Simd, const P: usize, const Q: usize>(
    simd: S,
    a: Matrix<'_, T>,
    [m, k]: [usize; 2],
    packed: &mut [T],
    cost: usize,
) {
    // Whole tiles of `P`, but for the last piece.
    let rows = TOGETHER * P;
    let high = Tiling::<P, Q>::of(m).high / TOGETHER * rows;
    let (pieces, rest) = packed.split_at_mut(high * k);
    let mut pieces: Vec<_> = pieces.chunks_mut((rows * k).max(1)).collect();
    pieces.push(rest);
    let last = pieces.len() - 1;
    for_each(pieces.into_iter().enumerate(), cost, |(i, tiles)| {
        let first = i * rows;
        let count = if i == last { m - first } else { rows };
        simd.vectorize(Tiles::<T, P, Q> {
            of: a,
            start: 0,
            rows: [first, count],
            depth: k,
            tiles,
        });
    });
}

/// Panels or tiles that are packed by one thread at a time.
const TOGETHER: usize = 4;

/// Rows of `a` times a matrix of `n` columns and `k` rows, in panels.
struct Multiply<'a, T> {
    packed: &'a [T],
    /// `n` and `k`.
    sizes: [usize; 2],
    a: Matrix<'a, T>,
    begin: Begin<'a, T>,
    out: &'a mut [T],
}

impl<T: Lanes + Real> WithSimd for Multiply<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if S::REGISTER_COUNT >= 32 {
            self.run::<S, 12, 8>(simd);
        } else {
            self.run::<S, 6, 4>(simd);
        }
    }
}

impl<T: Lanes + Real> Multiply<'_, T> {
    fn run<S: Simd, const P: usize, const Q: usize>(self, simd: S) {
        let Multiply {
            packed,
            sizes: [n, k],
            a,
            begin,
            out,
        } = self;
        if k == 0 {
            return begin.fill(out, n);
        }
        let m = out.len() / n;
        let rows = Rows::<T, P, Q> {
            a,
            packed,
            sizes: [n, k],
            begin,
            out: Out::new(out.as_mut_ptr(), out.len(), [m, n]),
        };
        rows.multiply(simd);
    }
}

/// Some rows times a whole matrix in panels.
pub(super) struct Rows<'a, T, const P: usize, const Q: usize> {
    pub(super) a: Matrix<'a, T>,
    pub(super) packed: &'a [T],
    /// `n` and `k`.
    pub(super) sizes: [usize; 2],
    pub(super) begin: Begin<'a, T>,
    pub(super) out: Out<'a, T>,
}

impl<T: Lanes + Real, const P: usize, const Q: usize> Rows<'_, T, P, Q> {
    pub(super) fn multiply<S: Simd>(self, simd: S) {
        let [n, k] = self.sizes;
        if self.a.strides.columns == 1 && n <= 2 * width::<T, S>() {
            // Packing takes longer than it saves.
            return self.blocks(simd, None);
        }
        let rows = Tiling::<P, Q>::of(self.out.rows()).rows();
        T::with_scratch(rows * depth::<T>(k), |tiles| self.blocks(simd, Some(tiles)));
    }

    /// Block after block, with room for the tiles if rows are to be packed.
    fn blocks<S: Simd>(self, simd: S, mut tiles: Option<&mut [T]>) {
        let Rows {
            a,
            packed,
            sizes: [_, k],
            begin,
            out,
        } = self;
        for start in (0..k).step_by(depth::<T>(k)) {
            let depth = depth::<T>(k).min(k - start);
            let a = match tiles.as_deref_mut() {
                None => Left::Rows(a.from(0, start)),
                Some(tiles) => {
                    simd.vectorize(Tiles::<T, P, Q> {
                        of: a,
                        start,
                        rows: [0, out.rows()],
                        depth,
                        tiles: &mut *tiles,
                    });
                    Left::Packed(Strip {
                        values: tiles,
                        depth,
                        start: 0,
                    })
                }
            };
            simd.vectorize(Block::<T, P, Q> {
                a,
                b: Strip {
                    values: packed,
                    depth: k,
                    start,
                },
                depth,
                begin: begin.at(start),
                out,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, SIZES};
    use super::*;

    #[test]
    fn products_with_a_packed_matrix() {
        fn run<T: Lanes + Real>(tolerance: f64) {
            for &sizes in SIZES {
                check::<T>(sizes, tolerance, |[_, n, k], a, b, begin, out| {
                    Factor::with_panels(b, [n, k], |b| b.in_tiles(a, begin, out));
                });
                check::<T>(sizes, tolerance, |[m, n, k], a, b, begin, out| {
                    Factor::with(b, [n, k], |b| b.multiply(m, a, begin, out));
                });
            }
        }
        run::<f32>(2e-4);
        run::<f64>(1e-11);
    }

    /// Results of a row don't depend on the number of rows, and so not on the threads that rows are shared by.
    #[test]
    fn rows_are_computed_by_themselves() {
        // An interpreter that finds every wrong access is slow.
        let (n, k) = if cfg!(miri) { (17, 5) } else { (37, 300) };
        let numbers = |n: usize| (0..n).map(|i| (i * 7919 % 1000) as f32 * 2e-3 - 1.);
        let (a, b): (Vec<f32>, Vec<f32>) = (numbers(13 * k).collect(), numbers(k * n).collect());
        let b = Matrix::dense(&b[..], n);
        let product = |first: usize, rows: usize| {
            let mut out = vec![0.; rows * n];
            let a = Matrix::dense(&a[first * k..], k);
            Factor::with_panels(b, [n, k], |b| b.in_tiles(a, Begin::Zero, &mut out));
            out
        };
        let all = product(0, 13);
        assert_eq!(product(0, 4), all[..4 * n]);
        assert_eq!(product(4, 8), all[4 * n..12 * n]);
        assert_eq!(product(12, 1), all[12 * n..]);
    }
}
