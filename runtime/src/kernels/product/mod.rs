//! Matrix products: tiles of the result stay in registers while rows of the one matrix meet packed panels of the other.
#![allow(unsafe_code)] // new results are not filled with zeros all at once

mod block;
mod factor;

use std::mem::MaybeUninit;

use pulp::{Simd, WithSimd};

use super::capability::arch;
use super::chunks::for_each_chunk;
use super::fresh::{written, Slot};
use super::gemm::{gemm, Strides};
use super::lanes::Lanes;
use super::Real;
use block::Block;
pub(crate) use factor::{multiply_panels, Factor};
use factor::{panels_len, Pack};

/// A matrix in a slice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matrix<'a, T> {
    pub(crate) values: &'a [T],
    pub(crate) strides: Strides,
}

impl<'a, T> Matrix<'a, T> {
    /// Row after row of `width` elements, without gaps.
    pub(crate) fn dense(values: &'a [T], width: usize) -> Self {
        Matrix {
            values,
            strides: Strides::row_major(width),
        }
    }

    pub(crate) fn transposed(self) -> Self {
        Matrix {
            values: self.values,
            strides: self.strides.transposed(),
        }
    }
}

/// The sizes of a product, `m × k` by `k × n`.
pub(crate) type Sizes = [usize; 3];

/// What a product is added to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Begin<'a, T> {
    /// Nothing: the old values are overwritten.
    Zero,
    /// A number for every column.
    Bias(&'a [T]),
    /// The old values.
    Sum,
}

impl<T: Real> Begin<'_, T> {
    /// The product of nothing, in rows of `n`.
    fn fill(self, out: &mut [T], n: usize) {
        if n == 0 {
            return;
        }
        for row in out.chunks_exact_mut(n) {
            match self {
                Begin::Zero => row.fill(T::zero()),
                Begin::Bias(bias) => row.copy_from_slice(bias),
                Begin::Sum => {}
            }
        }
    }
}

/// Vectors side by side in a tile.
const WIDE: usize = 2;

/// Rows of the second matrix that are multiplied at a time: a panel of them stays in the nearest cache.
const DEPTH: usize = 256;

/// About how many rows of the result are one piece of work.
const ROWS: usize = 96;

/// `out = begin + a · b`, by several threads if it is large and `parallel`.
///
/// # Panics
/// If a slice is shorter than its matrix, which no input of a user can bring about.
pub(crate) fn product<T: Lanes + Real, O: Slot<T>>(
    sizes: Sizes,
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    begin: Begin<'_, T>,
    out: &mut [O],
    parallel: bool,
) {
    if cfg!(debug_assertions) {
        // Loops that are not optimised take a hundred times as long as the crate's, which always are.
        return by_crate(sizes, a, b, begin, O::ready(out));
    }
    tiled(sizes, a, b, begin, out, parallel);
}

/// [`product`] by the `gemm` crate, on the calling thread.
fn by_crate<T: Real>(
    [m, n, k]: Sizes,
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    begin: Begin<'_, T>,
    out: &mut [T],
) {
    begin.fill(out, n);
    let out = (out, Strides::row_major(n));
    let (a, b) = ((a.values, a.strides), (b.values, b.strides));
    gemm([m, n, k], out, true, a, b);
}

/// [`product`] in tiles.
fn tiled<T: Lanes + Real, O: Slot<T>>(
    [m, n, k]: Sizes,
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    begin: Begin<'_, T>,
    out: &mut [O],
    parallel: bool,
) {
    if m == 0 || n == 0 {
        return;
    }
    let cost = if parallel { m * n * k / 4 } else { 0 };
    // A panel's rows are columns of `b`. Where these are spread and many, packing the few rows of `a` and turning the result
    // costs less.
    if b.strides.columns != 1 && a.strides.columns == 1 && m * (k + n) < n * k {
        T::with_scratch(m * n, |turned| {
            arch().dispatch(Product {
                sizes: [n, m, k],
                a: b.transposed(),
                b: a.transposed(),
                begin: Begin::Zero,
                out: turned,
                cost,
            });
            let turned = &*turned;
            for_each_chunk(out, n * m.div_ceil(8), cost.min(m * n * 4), |i, rows| {
                let first = i * m.div_ceil(8);
                for (i, row) in O::ready(rows).chunks_exact_mut(n).enumerate() {
                    let from = turned[first + i..].iter().step_by(m);
                    match begin {
                        Begin::Zero => row.iter_mut().zip(from).for_each(|(to, &x)| *to = x),
                        Begin::Sum => row.iter_mut().zip(from).for_each(|(to, &x)| *to += x),
                        Begin::Bias(bias) => {
                            let sums = from.zip(bias);
                            let sums = row.iter_mut().zip(sums);
                            sums.for_each(|(to, (&x, &bias))| *to = x + bias);
                        }
                    }
                }
            });
        });
    } else {
        arch().dispatch(Product {
            sizes: [m, n, k],
            a,
            b,
            begin,
            out,
            cost,
        });
    }
}

/// [`product`] of every entry of a batch, whose matrices `of` gives; the results lie one after the other.
fn products<'a, T: Lanes + Real, O: Slot<T>>(
    [m, n, k]: Sizes,
    begin: Begin<'_, T>,
    out: &mut [O],
    of: impl Fn(usize) -> (Matrix<'a, T>, Matrix<'a, T>) + Sync,
) {
    let cost = out.len() * k / 4;
    for_each_chunk(out, m * n, cost, |entry, out| {
        let (a, b) = of(entry);
        product([m, n, k], a, b, begin, out, false);
    });
}

/// A new buffer with the products of `count` entries of a batch, which share the threads; a single one is shared by them.
pub(crate) fn new_products<'a, T: Lanes + Real>(
    count: usize,
    sizes: Sizes,
    begin: Begin<'_, T>,
    of: impl Fn(usize) -> (Matrix<'a, T>, Matrix<'a, T>) + Sync,
) -> Vec<T> {
    let [m, n, _] = sizes;
    let fill = |out: &mut [MaybeUninit<T>]| {
        if count == 1 {
            let (a, b) = of(0);
            product(sizes, a, b, begin, out, true);
        } else {
            products(sizes, begin, out, of);
        }
    };
    // SAFETY: a product makes all of its result ready, which writes it, unless it has no elements.
    unsafe { written(count * m * n, fill) }
}

struct Product<'a, T, O> {
    sizes: Sizes,
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    begin: Begin<'a, T>,
    out: &'a mut [O],
    cost: usize,
}

impl<T: Lanes + Real, O: Slot<T>> WithSimd for Product<'_, T, O> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // As many accumulators as there are registers for.
        if S::REGISTER_COUNT >= 32 {
            self.run::<S, 12>(simd);
        } else {
            self.run::<S, 6>(simd);
        }
    }
}

impl<T: Lanes + Real, O: Slot<T>> Product<'_, T, O> {
    fn run<S: Simd, const P: usize>(self, simd: S) {
        let Product {
            sizes: [m, n, k],
            a,
            b,
            begin,
            out,
            cost,
        } = self;
        T::with_scratch(panels_len::<T, S>([n, k]), |packed| {
            let sizes = [n, k];
            let pack = Pack {
                b,
                sizes,
                packed: &mut *packed,
                cost,
            };
            pack.with_simd(simd);
            let packed = &*packed;
            let pieces = m.div_ceil(ROWS).next_multiple_of(4);
            let rows = P * m.div_ceil(pieces * P);
            for_each_chunk(out, rows * n, cost, |i, out| {
                let out = O::ready(out);
                let start = i * rows * a.strides.rows;
                let a = Matrix {
                    values: &a.values[start.min(a.values.len())..],
                    ..a
                };
                simd.vectorize(Block::<T, P> {
                    a,
                    packed,
                    begin,
                    out,
                    sizes,
                });
            });
        });
    }
}

#[cfg(test)]
mod tests;
