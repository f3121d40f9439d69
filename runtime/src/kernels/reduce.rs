//! Reductions of the middle of three dimensions `[outer, n, inner]`, to which any run of dimensions can be brought.

use candle_core::WithDType;

use super::chunks::{blocks, for_each_chunk, work_on};
use super::simd::Work;
use super::sums::column_sums;
use super::{real, Real};

/// The sums over `n`, in a fixed order: of neighbours in f64, of columns in f64 for every 64 rows.
pub(crate) fn sum<T: Real>(x: &[T], [outer, n, inner]: [usize; 3]) -> Vec<T> {
    let mut out = vec![T::zero(); outer * inner];
    if inner == 1 {
        if n > PIECE {
            return long_sums(x, [outer, n]);
        }
        let rows = PIECE / n.max(1);
        for_each_chunk(&mut out, rows, x.len(), |i, out| {
            for (j, out) in out.iter_mut().enumerate() {
                let row = (i * rows + j) * n;
                *out = T::from_f64(real::sum(&x[row..row + n], |x| x));
            }
        });
        return out;
    }
    let pieces = blocks(inner, outer, 64, 8);
    let columns = Columns {
        x,
        n,
        inner,
        width: inner / pieces,
    };
    if columns.width > 0 {
        let items = out.chunks_mut(columns.width).enumerate();
        work_on(items, x.len(), &columns);
    }
    out
}

/// Elements of a piece of work, about.
const PIECE: usize = 1 << 14;

/// The sums of rows that are longer than a piece: of their pieces, and then of these sums in order.
fn long_sums<T: Real>(x: &[T], [outer, n]: [usize; 2]) -> Vec<T> {
    let pieces = n.div_ceil(PIECE);
    let mut sums = vec![0f64; outer * pieces];
    let work = Pieces { x, n };
    work_on(sums.chunks_mut(1).enumerate(), x.len(), &work);
    let sums = sums.chunks_exact(pieces);
    sums.map(|sums| T::from_f64(sums.iter().sum())).collect()
}

/// Sums of the pieces of rows.
struct Pieces<'a, T> {
    x: &'a [T],
    n: usize,
}

impl<T: Real> Work<(usize, &mut [f64])> for Pieces<'_, T> {
    #[inline(always)]
    fn run(&self, (i, sum): (usize, &mut [f64])) {
        let pieces = self.n.div_ceil(PIECE);
        let row = &self.x[i / pieces * self.n..][..self.n];
        let start = i % pieces * PIECE;
        sum[0] = real::sum(&row[start..self.n.min(start + PIECE)], |x| x);
    }
}

/// Sums of some columns.
struct Columns<'a, T> {
    x: &'a [T],
    n: usize,
    inner: usize,
    width: usize,
}

impl<T: Real> Work<(usize, &mut [T])> for Columns<'_, T> {
    #[inline(always)]
    fn run(&self, (i, out): (usize, &mut [T])) {
        let (n, inner, width) = (self.n, self.inner, self.width);
        let pieces = inner / width;
        let start = i / pieces * n * inner + i % pieces * width;
        let mut totals = vec![0f64; width];
        column_sums::<T>(0..n, &mut totals, |row, sums| {
            let row = &self.x[start + row * inner..][..width];
            sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum += x);
        });
        for (out, total) in out.iter_mut().zip(totals) {
            *out = T::from_f64(total);
        }
    }
}

/// The position along `n` of the element that no other is `better` than: the first one, or the first NaN. `n` is not 0.
pub(crate) fn best<T: WithDType>(
    x: &[T],
    [outer, n, inner]: [usize; 3],
    better: impl Fn(T, T) -> bool,
) -> Vec<i64> {
    let is_nan = |x: T| x.partial_cmp(&x).is_none();
    let mut out = vec![0; outer * inner];
    if out.is_empty() {
        return out;
    }
    for (part, out) in x.chunks_exact(n * inner).zip(out.chunks_exact_mut(inner)) {
        let mut best = part[..inner].to_vec();
        for (i, row) in part.chunks_exact(inner).enumerate().skip(1) {
            for ((&x, best), out) in row.iter().zip(&mut best).zip(out.iter_mut()) {
                if better(x, *best) || (is_nan(x) && !is_nan(*best)) {
                    (*best, *out) = (x, i as i64);
                }
            }
        }
    }
    out
}

/// The running sums along `n`, from the front or, if `reverse`, from the back.
pub(crate) fn cumsum<T: WithDType>(x: &[T], [_, n, inner]: [usize; 3], reverse: bool) -> Vec<T> {
    let mut out = x.to_vec();
    if out.is_empty() {
        return out;
    }
    for part in out.chunks_exact_mut(n * inner) {
        for i in 1..n {
            // Row `to` has the sum of itself and of the one before in the direction of travel.
            let (from, to) = if reverse {
                (n - i, n - i - 1)
            } else {
                (i - 1, i)
            };
            for j in 0..inner {
                let sum = part[from * inner + j];
                part[to * inner + j] += sum;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_over_the_middle() {
        let x: Vec<f32> = (0..24).map(|x| x as f32).collect();
        assert_eq!(sum(&x[..6], [2, 3, 1]), [3., 12.]);
        assert_eq!(sum(&x[..12], [2, 3, 2]), [6., 9., 24., 27.]);
        assert_eq!(sum::<f32>(&[], [2, 0, 3]), [0.; 6]);
        assert_eq!(
            sum(&vec![0.1f32; 1 << 20], [1, 1 << 20, 1]),
            [0.1f32 * (1 << 20) as f32]
        );
        assert_eq!(sum(&vec![1f32; 1 << 18], [1, 512, 512]), [512.; 512]);
    }

    #[test]
    fn the_first_of_equals_and_the_first_nan_win() {
        let max = |x: &[f32], dims| best(x, dims, |a, b| a > b);
        assert_eq!(
            max(&[1., 3., 3., 0., f32::NAN, f32::NAN], [2, 3, 1]),
            [1, 1]
        );
        assert_eq!(max(&[1., 3., 3., 0.], [1, 2, 2]), [1, 0]);
        assert!(max(&[], [0, 2, 2]).is_empty());
    }

    #[test]
    fn running_sums_go_both_ways() {
        assert_eq!(cumsum(&[1i64, 2, 3, 4], [1, 2, 2], false), [1, 2, 4, 6]);
        assert_eq!(cumsum(&[1i64, 2, 3], [1, 3, 1], true), [6, 5, 3]);
    }
}
