//! Matrix products: tiles of the result stay in registers while rows of the one matrix meet packed panels of the other.
#![allow(unsafe_code)] // new results are not filled with zeros all at once

mod block;
mod factor;
mod pack;
mod turn;

use std::mem::MaybeUninit;

use pulp::{Simd, WithSimd};

use super::capability::arch;
use super::chunks::{for_each, for_each_chunk};
use super::fresh::{written, Slot};
use super::gemm::{gemm, Strides};
use super::lanes::Lanes;
use super::Real;
pub(crate) use block::step;
use block::{Block, Left, Out, Strip};
pub(crate) use factor::{multiply_panels, Factor};
use factor::{pack_panels, pack_tiles, panels_len, Rows};
use pack::{Panels, Tiling};

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

    /// Without what is above and left of an element.
    fn from(self, row: usize, column: usize) -> Self {
        let start = row * self.strides.rows + column * self.strides.columns;
        Matrix {
            values: &self.values[start.min(self.values.len())..],
            strides: self.strides,
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

impl<'a, T: Real> Begin<'a, T> {
    /// Where the products of the elements before `start` are summed up already.
    fn at(self, start: usize) -> Self {
        match start {
            0 => self,
            _ => Begin::Sum,
        }
    }

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
pub(crate) const WIDE: usize = 2;

/// The most elements that a tile is wide: two vectors of 16.
pub(crate) const MOST: usize = 32;

/// Columns of a tile, and of a panel.
#[inline(always)]
pub(crate) fn width<T: Lanes, S: Simd>() -> usize {
    WIDE * T::lanes::<S>()
}

/// Bytes of a column of the second matrix that are multiplied at a time: a panel of them stays in a near cache.
const DEPTH: usize = 2048;

/// About how many rows of the result are one piece of work: whole tiles.
const ROWS: usize = 96;

/// About how many columns of the result are one piece of work.
const COLUMNS: usize = 64;

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
    if k == 0 {
        return begin.fill(O::ready(out), n);
    }
    let (len, start) = match begin {
        Begin::Sum => (out.len(), O::ready(out).as_mut_ptr()),
        // Nothing is read that wasn't written.
        Begin::Zero | Begin::Bias(_) => (out.len(), O::start(out)),
    };
    arch().dispatch(Product {
        sizes: [m, n, k],
        a,
        b,
        begin,
        out: Out::new(start, len, [m, n]),
        cost: if parallel { m * n * k / 4 } else { 0 },
    });
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
    // SAFETY: a product writes all of its result, of which its pieces are parts.
    unsafe { written(count * m * n, fill) }
}

/// A product in pieces that threads share. The smaller one of the matrices is packed at once and for all of them, what a piece needs of
/// the other one by the thread that multiplies it, into its own cache.
struct Product<'a, T> {
    sizes: Sizes,
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    begin: Begin<'a, T>,
    out: Out<'a, T>,
    cost: usize,
}

impl<T: Lanes + Real> WithSimd for Product<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // As many accumulators as there are registers for.
        if S::REGISTER_COUNT >= 32 {
            self.run::<S, 12, 8>(simd);
        } else {
            self.run::<S, 6, 4>(simd);
        }
    }
}

impl<T: Lanes + Real> Product<'_, T> {
    /// In tiles of `P` or `Q` rows.
    fn run<S: Simd, const P: usize, const Q: usize>(self, simd: S) {
        let [m, n, _] = self.sizes;
        if m < n {
            self.by_columns::<S, P, Q>(simd);
        } else {
            self.by_rows::<S, P, Q>(simd);
        }
    }

    fn by_rows<S: Simd, const P: usize, const Q: usize>(self, simd: S) {
        let Product {
            sizes: [m, n, k],
            a,
            b,
            begin,
            out,
            cost,
        } = self;
        T::with_scratch(panels_len::<T, S>([n, k]), |packed| {
            pack_panels(simd, b, [n, k], &mut *packed, cost);
            let packed = &*packed;
            let rows = piece(m, ROWS, P - Q);
            for_each((0..m).step_by(rows), cost, |row| {
                let rows = rows.min(m - row);
                let rows = Rows::<T, P, Q> {
                    a: a.from(row, 0),
                    packed,
                    sizes: [n, k],
                    begin,
                    // SAFETY: the pieces don't overlap.
                    out: unsafe { out.part([row, 0], [rows, n]) },
                };
                rows.multiply(simd);
            });
        });
    }

    fn by_columns<S: Simd, const P: usize, const Q: usize>(self, simd: S) {
        let Product {
            sizes: [m, n, k],
            a,
            b,
            begin,
            out,
            cost,
        } = self;
        let depth = depth::<T>(k);
        let width = width::<T, S>();
        T::with_scratch(Tiling::<P, Q>::of(m).rows() * k, |packed| {
            pack_tiles::<T, S, P, Q>(simd, a, [m, k], &mut *packed, cost);
            let packed = &*packed;
            let columns = piece(n, COLUMNS, width);
            for_each((0..n).step_by(columns), cost, |column| {
                let columns = columns.min(n - column);
                // SAFETY: the pieces don't overlap.
                let out = unsafe { out.part([0, column], [m, columns]) };
                T::with_scratch(columns.next_multiple_of(width) * depth, |panels| {
                    for start in (0..k).step_by(depth) {
                        let depth = depth.min(k - start);
                        let panels = &mut panels[..columns.next_multiple_of(width) * depth];
                        simd.vectorize(Panels {
                            of: b,
                            start,
                            columns: [column, n - column],
                            depth,
                            panels: &mut *panels,
                        });
                        // So many rows that they stay in a near cache from panel to panel.
                        let mut row = 0;
                        while row < m {
                            let rows = match m - row {
                                // Few rows are no block of their own, and all low tiles are in the last one.
                                left if left < ROWS + ROWS / 2 => left,
                                _ => ROWS,
                            };
                            simd.vectorize(Block::<T, P, Q> {
                                a: Left::Packed(Strip {
                                    values: &packed[row * k..],
                                    depth: k,
                                    start,
                                }),
                                b: Strip {
                                    values: panels,
                                    depth,
                                    start: 0,
                                },
                                depth,
                                begin: match begin.at(start) {
                                    Begin::Bias(bias) => Begin::Bias(&bias[column..]),
                                    other => other,
                                },
                                // SAFETY: all parts of the piece are used by this thread, one after the other.
                                out: unsafe { out.part([row, 0], [rows, columns]) },
                            });
                            row += rows;
                        }
                    }
                });
            });
        });
    }
}

/// The depth of the blocks, all of about the same, in which sums of `k` products are made.
fn depth<T>(k: usize) -> usize {
    let most = DEPTH / size_of::<T>();
    k.div_ceil(k.div_ceil(most).max(1))
        .next_multiple_of(8)
        .min(k)
        .max(1)
}

/// How many of `len` rows or columns are one piece of work: about `wanted`, and a multiple of `unit`.
fn piece(len: usize, wanted: usize, unit: usize) -> usize {
    let pieces = len.div_ceil(wanted).next_multiple_of(4);
    len.div_ceil(pieces).next_multiple_of(unit)
}

#[cfg(test)]
mod tests;
