//! The gradients of a convolution's weight and bias, where the batch lies last.
//!
//! `∂W[o, c, ky, kx] = Σ ∂out[o, p, n] · x[c, what p sees at (ky, kx), n]`: for some channels `o` and some columns `(c, ky, kx)`, vectors
//! of sums stay in registers while a row of pixels goes by. The bias is one more column, that sees ones everywhere.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::pack::lanes;
use super::{Conv2d, Real};
use crate::kernels::fresh::new_chunks;

/// Bands of rows that are summed up by themselves, at most: each costs a pass over all sums.
const BANDS: usize = 4;
/// Parts that the columns are cut into, at most.
const PARTS: usize = 4;
/// Vectors that are summed up before the sum is added to the total, so that rounding errors don't grow with the size.
const BLOCK: usize = 256;

/// The gradients of weight and bias, `[outputs, inputs, ky, kx]` and `[outputs]`, of an input in which every window sees all elements of
/// the kernel. Without `bias` there are none of it. `grad` has so many rows and columns; beyond them it is zero.
pub(super) fn batch_weight<T: Real>(
    conv: &Conv2d,
    arch: Arch,
    x: &[T],
    (grad, seen): (&[T], [usize; 2]),
    bias: bool,
) -> (Vec<T>, Vec<T>) {
    let (height, column) = (conv.y.output, conv.column());
    let columns = column + usize::from(bias);
    let tile = tile_size(conv.outputs, columns);
    // A piece has some rows of pixels, and some of the columns.
    let rows = height.div_ceil(BANDS).max(1);
    let bands = height.div_ceil(rows);
    let width = columns.div_ceil(tile[1]).div_ceil(PARTS) * tile[1];
    let parts = columns.div_ceil(width);
    let lanes = lanes::<T>(arch);
    let ones = vec![T::one(); (BLOCK * lanes).min(conv.x.output * conv.batch)];
    let offsets = offsets(conv);
    let size = conv.outputs * width;
    // Eight multiplications or so are one instruction.
    let cost = conv.cost() / 4;
    let sums = new_chunks(0f64, bands * parts * size, size, cost, |i, sums| {
        let (first, start) = (i / parts * rows, i % parts * width);
        let columns = start..(start + width).min(columns);
        let tiles = conv.outputs.div_ceil(tile[0]) * columns.len().div_ceil(tile[1]);
        T::with_scratch(tiles * tile[0] * tile[1] * lanes, |totals| {
            totals.fill(T::zero());
            arch.dispatch(Piece {
                conv,
                x,
                ones: &ones,
                grad,
                seen,
                offsets: &offsets,
                rows: first..(first + rows).min(seen[0]),
                columns: columns.clone(),
                tile,
                totals,
            });
            unpack(totals, lanes, tile, [columns.len(), width], sums);
        });
    });
    let total = |o: usize, column: usize| {
        let at = (column / width * conv.outputs + o) * width + column % width;
        let bands = sums
            .get(at..)
            .into_iter()
            .flat_map(|sums| sums.iter().step_by(parts * size));
        T::from_f64(bands.sum())
    };
    let mut weight = Vec::with_capacity(conv.outputs * column);
    for o in 0..conv.outputs {
        weight.extend((0..column).map(|column| total(o, column)));
    }
    let bias = (0..conv.outputs).filter(|_| bias).map(|o| total(o, column));
    (weight, bias.collect())
}

/// Where each column of the weight is seen by the first window.
fn offsets(conv: &Conv2d) -> Vec<usize> {
    let mut offsets = Vec::with_capacity(conv.column());
    for channel in 0..conv.inputs {
        for ky in 0..conv.y.kernel {
            let line = (channel * conv.y.input + ky * conv.y.dilation) * conv.x.input;
            let columns = (0..conv.x.kernel).map(|kx| (line + kx * conv.x.dilation) * conv.batch);
            offsets.extend(columns);
        }
    }
    offsets
}

/// Outputs and columns that are summed up together: those that leave the fewest sums unused.
fn tile_size(outputs: usize, columns: usize) -> [usize; 2] {
    let cost = |&[o, k]: &[usize; 2]| outputs.div_ceil(o) * columns.div_ceil(k) * (o * k + 1);
    let sizes = [[2, 6], [3, 3], [2, 5], [1, 8]];
    sizes.into_iter().min_by_key(cost).unwrap_or([1, 8])
}

/// Adds up the lanes of the sums, into rows of `columns` that are `width` apart.
fn unpack<T: Real>(
    totals: &[T],
    lanes: usize,
    [o, k]: [usize; 2],
    [columns, width]: [usize; 2],
    sums: &mut [f64],
) {
    let mut tiles = totals.chunks_exact(o * k * lanes);
    for rows in sums.chunks_mut(o * width) {
        for column in (0..columns).step_by(k) {
            let tile = tiles.next().unwrap_or_default();
            for (row, tile) in rows
                .chunks_exact_mut(width)
                .zip(tile.chunks_exact(k * lanes))
            {
                let row = row[column..columns].iter_mut();
                for (sum, lanes) in row.zip(tile.chunks_exact(lanes)) {
                    *sum = lanes.iter().map(|x| x.to_f64()).sum();
                }
            }
        }
    }
}

/// Some columns of all outputs, of some rows of pixels.
struct Piece<'a, T> {
    conv: &'a Conv2d,
    x: &'a [T],
    /// What the column of the bias sees.
    ones: &'a [T],
    grad: &'a [T],
    /// Its rows and columns.
    seen: [usize; 2],
    /// Those of the weight's columns.
    offsets: &'a [usize],
    rows: Range<usize>,
    columns: Range<usize>,
    tile: [usize; 2],
    /// The vectors of sums, `[tile of outputs, tile of columns, output, column]`.
    totals: &'a mut [T],
}

impl<T: Real> WithSimd for Piece<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        for y in self.rows.clone() {
            match self.tile {
                [2, 6] => self.row::<S, 2, 6>(simd, y),
                [3, _] => self.row::<S, 3, 3>(simd, y),
                [2, _] => self.row::<S, 2, 5>(simd, y),
                _ => self.row::<S, 1, 8>(simd, y),
            }
        }
    }
}

impl<T: Real> Piece<'_, T> {
    /// Adds what the pixels of a row give.
    #[inline(always)]
    fn row<S: Simd, const O: usize, const K: usize>(&mut self, simd: S, y: usize) {
        let conv = self.conv;
        let (totals, _) = T::vectors_mut::<S>(self.totals).as_chunks_mut::<K>();
        let (totals, _) = totals.as_chunks_mut::<O>();
        let (outputs, n) = (conv.outputs, conv.batch);
        let [height, width] = self.seen;
        let row = width * n;
        let x = &self.x[y * conv.y.stride * conv.x.input * n..];
        // Neighbours see neighbours: the row is one run.
        let (count, len) = match conv.x.stride {
            1 => (1, row),
            _ => (width, n),
        };
        let block = BLOCK * T::lanes::<S>();
        let mut totals = totals.iter_mut();
        for first in (0..outputs).step_by(O) {
            let grad: [&[T]; O] = std::array::from_fn(|o| {
                let channel = (first + o).min(outputs - 1);
                &self.grad[(channel * height + y) * row..][..row]
            });
            for column in self.columns.clone().step_by(K) {
                let Some(total) = totals.next() else { return };
                let x: [Option<&[T]>; K] = std::array::from_fn(|k| {
                    let column = (column + k).min(self.columns.end - 1);
                    self.offsets.get(column).map(|&offset| &x[offset..])
                });
                for run in 0..count {
                    for start in (0..len).step_by(block) {
                        let len = block.min(len - start);
                        let at = run * conv.x.stride * n + start;
                        let x = x.map(|x| match x {
                            Some(x) => &x[at..][..len],
                            None => &self.ones[..len],
                        });
                        let grad = grad.map(|grad| &grad[run * n + start..][..len]);
                        add::<S, T, O, K>(simd, grad, x, total);
                    }
                }
            }
        }
    }
}

/// Adds the products of slices of one length.
#[inline(always)]
fn add<S: Simd, T: Real, const O: usize, const K: usize>(
    simd: S,
    grad: [&[T]; O],
    x: [&[T]; K],
    total: &mut [[T::Vector<S>; K]; O],
) {
    let lanes = T::lanes::<S>();
    let len = grad[0].len();
    let mut sums = [[T::zero().splat(simd); K]; O];
    let last = T::vectors::<S>(grad[O - 1]);
    let whole_grad: [&[T::Vector<S>]; O] =
        std::array::from_fn(|o| &T::vectors::<S>(grad[o])[..last.len()]);
    let whole_x: [&[T::Vector<S>]; K] =
        std::array::from_fn(|k| &T::vectors::<S>(x[k])[..last.len()]);
    for (i, &last) in last.iter().enumerate() {
        let mut grad = [last; O];
        for o in 0..O - 1 {
            grad[o] = whole_grad[o][i];
        }
        for k in 0..K {
            let x = whole_x[k][i];
            for o in 0..O {
                sums[o][k] = T::mul_add(simd, grad[o], x, sums[o][k]);
            }
        }
    }
    let rest = len / lanes * lanes..len;
    if !rest.is_empty() {
        let whole = |x: &[T]| {
            let mut whole = [T::zero(); MOST];
            whole[..rest.len()].copy_from_slice(&x[rest.clone()]);
            T::vectors::<S>(&whole)[0]
        };
        let grad = grad.map(whole);
        for k in 0..K {
            let x = whole(x[k]);
            for o in 0..O {
                sums[o][k] = T::mul_add(simd, grad[o], x, sums[o][k]);
            }
        }
    }
    for o in 0..O {
        for k in 0..K {
            total[o][k] = T::plus(simd, total[o][k], sums[o][k]);
        }
    }
}

/// Elements of the widest vector.
const MOST: usize = 16;
