//! One piece of work: packing some columns of the second matrix, and multiplying some rows of the first.

use pulp::{Simd, WithSimd};

use super::{Begin, Matrix, DEPTH, WIDE};
use crate::kernels::gemm::Strides;
use crate::kernels::lanes::Lanes;
use crate::kernels::Real;

/// Some columns of `b`, row after row; beyond the last one, zeros.
pub(super) struct Panel<'a, T> {
    pub(super) b: Matrix<'a, T>,
    pub(super) columns: [usize; 2],
    pub(super) panel: &'a mut [T],
}

impl<T: Lanes + Real> WithSimd for Panel<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Panel {
            b,
            columns: [first, n],
            panel,
        } = self;
        let width = WIDE * T::lanes::<S>();
        let filled = width.min(n - first);
        let Strides { rows, columns } = b.strides;
        if filled < width {
            panel.fill(T::zero());
        }
        if columns == 1 {
            for (k, to) in panel.chunks_exact_mut(width).enumerate() {
                let from = &b.values[k * rows + first..];
                if filled == width {
                    // A known number of vectors.
                    let from = T::vectors::<S>(from);
                    T::vectors_mut::<S>(to)[..WIDE].copy_from_slice(&from[..WIDE]);
                } else {
                    to[..filled].copy_from_slice(&from[..filled]);
                }
            }
            return;
        }
        for j in 0..filled {
            let to = panel[j..].iter_mut().step_by(width);
            let from = &b.values[(first + j) * columns..];
            if rows == 1 {
                to.zip(from).for_each(|(to, &x)| *to = x);
            } else {
                let from = from.iter().step_by(rows.max(1));
                to.zip(from).for_each(|(to, &x)| *to = x);
            }
        }
    }
}

/// Some rows of the result; `a` begins with the first of them.
pub(super) struct Block<'a, T, const P: usize> {
    pub(super) a: Matrix<'a, T>,
    pub(super) packed: &'a [T],
    pub(super) begin: Begin<'a, T>,
    pub(super) out: &'a mut [T],
    pub(super) sizes: [usize; 2],
}

/// The accumulators of a tile.
type Tile<T, S, const P: usize> = [[<T as Lanes>::Vector<S>; WIDE]; P];

impl<T: Lanes + Real, const P: usize> WithSimd for Block<'_, T, P> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let [n, k] = self.sizes;
        if k == 0 {
            return self.begin.fill(self.out, n);
        }
        let tiles = (self.out.len() / n).div_ceil(P);
        let depth = k.div_ceil(k.div_ceil(DEPTH));
        if self.a.strides.columns == 1 {
            self.run(simd, depth, &mut []);
        } else {
            T::with_scratch(tiles * P * depth, |scratch| {
                simd.vectorize(Packed {
                    block: self,
                    depth,
                    scratch,
                });
            });
        }
    }
}

impl<T: Lanes + Real, const P: usize> Block<'_, T, P> {
    /// `scratch` holds the tiles of `a`, unless its rows can be read as they are.
    #[inline(always)]
    fn run<S: Simd>(self, simd: S, depth: usize, scratch: &mut [T]) {
        let [n, k] = self.sizes;
        let width = WIDE * T::lanes::<S>();
        let m = self.out.len() / n;
        for start in (0..k).step_by(depth) {
            let depth = depth.min(k - start);
            if !scratch.is_empty() {
                for (i, tile) in scratch.chunks_exact_mut(depth * P).enumerate() {
                    self.pack([i * P, m], start, tile.as_chunks_mut::<P>().0);
                }
            }
            for (j, panel) in self.packed.chunks_exact(k * width).enumerate() {
                let b = T::vectors::<S>(&panel[start * width..][..depth * width]);
                let b = b.as_chunks::<WIDE>().0;
                for i in 0..m.div_ceil(P) {
                    let tile = if scratch.is_empty() {
                        // Rows beyond the last one repeat it, and are not stored.
                        let rows: [&[T]; P] = std::array::from_fn(|p| {
                            let row = (i * P + p).min(m - 1) * self.a.strides.rows;
                            &self.a.values[row + start..][..depth]
                        });
                        of_rows::<T, S, P>(simd, rows, b)
                    } else {
                        let tile = &scratch[i * P * depth..][..P * depth];
                        of_packed::<T, S, P>(simd, tile.as_chunks().0, b)
                    };
                    let begin = match self.begin {
                        _ if start > 0 => Begin::Sum,
                        Begin::Bias(bias) => Begin::Bias(&bias[j * width..]),
                        other => other,
                    };
                    let out = self.out[i * P * n..].chunks_exact_mut(n).take(P);
                    for (row, sums) in out.zip(&tile) {
                        store::<T, S>(simd, &mut row[j * width..], sums, begin);
                    }
                }
            }
        }
    }

    /// Rows of `a` from `first` on as a tile, one column of it after the other.
    #[inline(always)]
    fn pack(&self, [first, m]: [usize; 2], start: usize, tile: &mut [[T; P]]) {
        let Strides { rows, columns } = self.a.strides;
        if rows == 1 && first + P <= m {
            for (k, to) in tile.iter_mut().enumerate() {
                to.copy_from_slice(&self.a.values[(start + k) * columns + first..][..P]);
            }
            return;
        }
        for (k, to) in tile.iter_mut().enumerate() {
            for (p, to) in to.iter_mut().enumerate() {
                *to = self.a.values[(first + p).min(m - 1) * rows + (start + k) * columns];
            }
        }
    }
}

/// A block whose rows of `a` are packed first.
struct Packed<'a, 's, T, const P: usize> {
    block: Block<'a, T, P>,
    depth: usize,
    scratch: &'s mut [T],
}

impl<T: Lanes + Real, const P: usize> WithSimd for Packed<'_, '_, T, P> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.block.run(simd, self.depth, self.scratch);
    }
}

#[inline(always)]
fn of_rows<T: Lanes + Real, S: Simd, const P: usize>(
    simd: S,
    a: [&[T]; P],
    b: &[[T::Vector<S>; WIDE]],
) -> Tile<T, S, P> {
    let mut tile = [[T::zero().splat(simd); WIDE]; P];
    let a = a.map(|row| &row[..b.len()]); // no bounds checks below
    for (k, b) in b.iter().enumerate() {
        for p in 0..P {
            let x = a[p][k].splat(simd);
            for v in 0..WIDE {
                tile[p][v] = T::mul_add(simd, x, b[v], tile[p][v]);
            }
        }
    }
    tile
}

#[inline(always)]
fn of_packed<T: Lanes + Real, S: Simd, const P: usize>(
    simd: S,
    a: &[[T; P]],
    b: &[[T::Vector<S>; WIDE]],
) -> Tile<T, S, P> {
    let mut tile = [[T::zero().splat(simd); WIDE]; P];
    for (a, b) in a.iter().zip(b) {
        for p in 0..P {
            let x = a[p].splat(simd);
            for v in 0..WIDE {
                tile[p][v] = T::mul_add(simd, x, b[v], tile[p][v]);
            }
        }
    }
    tile
}

/// Adds a row of a tile to the elements from its first column on; the last panel may be wider than the row.
#[inline(always)]
fn store<T: Lanes + Real, S: Simd>(
    simd: S,
    row: &mut [T],
    sums: &[T::Vector<S>; WIDE],
    begin: Begin<'_, T>,
) {
    let one = T::one().splat(simd);
    let to = T::vectors_mut::<S>(row);
    if let Some(to) = to.first_chunk_mut::<WIDE>() {
        for v in 0..WIDE {
            to[v] = match begin {
                Begin::Zero => sums[v],
                Begin::Bias(bias) => T::mul_add(simd, one, T::vectors::<S>(bias)[v], sums[v]),
                Begin::Sum => T::mul_add(simd, one, to[v], sums[v]),
            };
        }
        return;
    }
    let mut block = [T::zero(); MOST];
    T::vectors_mut::<S>(&mut block)[..WIDE].copy_from_slice(sums);
    for (j, (to, &sum)) in row.iter_mut().zip(&block).enumerate() {
        *to = match begin {
            Begin::Zero => sum,
            Begin::Bias(bias) => bias[j] + sum,
            Begin::Sum => *to + sum,
        };
    }
}

/// The most elements that a tile is wide: two vectors of 16.
const MOST: usize = 32;
