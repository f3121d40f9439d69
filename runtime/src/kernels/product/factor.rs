//! A matrix that several products have on their right: packed once, for all of them.

use pulp::{Simd, WithSimd};

use super::block::{Block, Panel};
use super::{by_crate, Begin, Lanes, Matrix, Real, WIDE};
use crate::kernels::capability::arch;
use crate::kernels::chunks::for_each_chunk;

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
                cost: n * k,
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
    let width = WIDE * T::lanes::<S>();
    n.div_ceil(width) * k * width
}

/// Fills the panels of `b`, by several threads if the `cost` is worth it.
pub(super) struct Pack<'a, T> {
    pub(super) b: Matrix<'a, T>,
    pub(super) sizes: [usize; 2],
    pub(super) packed: &'a mut [T],
    pub(super) cost: usize,
}

impl<T: Lanes + Real> WithSimd for Pack<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Pack {
            b,
            sizes: [n, k],
            packed,
            cost,
        } = self;
        let width = WIDE * T::lanes::<S>();
        for_each_chunk(packed, k * width, cost, |j, panel| {
            simd.vectorize(Panel {
                b,
                columns: [j * width, n],
                panel,
            });
        });
    }
}

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
        // Rows beyond the last one are computed too: the tile that has the fewest of them.
        let m = self.out.len() / self.sizes[0];
        let rows = |tile: &usize| m.next_multiple_of(*tile);
        let tiles: &[usize] = match S::REGISTER_COUNT {
            32.. => &[12, 8, 4],
            _ => &[6, 4],
        };
        match tiles.iter().min_by_key(|tile| rows(tile)) {
            Some(12) => self.run::<S, 12>(simd),
            Some(8) => self.run::<S, 8>(simd),
            Some(6) => self.run::<S, 6>(simd),
            _ => self.run::<S, 4>(simd),
        }
    }
}

impl<T: Lanes + Real> Multiply<'_, T> {
    #[inline(always)]
    fn run<S: Simd, const P: usize>(self, simd: S) {
        let Multiply {
            packed,
            sizes,
            a,
            begin,
            out,
        } = self;
        simd.vectorize(Block::<T, P> {
            a,
            packed,
            begin,
            out,
            sizes,
        });
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
