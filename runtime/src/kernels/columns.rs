//! Sums over the rows of a matrix, which the channels of an image that has them last are columns of.

use super::chunks::for_each_chunk;
use super::compiled::compiled;
use super::fresh::new_chunks;
use super::Real;

/// Elements of the rows that are summed in one piece.
const PIECE: usize = 1 << 14;

/// Columns that are summed side by side at least, so that they fill vectors: where there are fewer, those of several rows are.
const WIDE: usize = 32;

/// The sums of `term(a, b, centre)` over the rows of two matrices, for every column; `centre` has one number per column.
///
/// Pieces of rows are summed in f64 and then added in order.
pub(super) fn column_sums<T: Real>(
    a: &[T],
    b: &[T],
    centre: &[f64],
    term: impl Fn(f64, f64, f64) -> [f64; 2] + Sync,
) -> [Vec<f64>; 2] {
    let columns = centre.len();
    if columns == 0 || a.is_empty() {
        return [vec![0.; columns], vec![0.; columns]];
    }
    let together = (WIDE / columns).max(1);
    let (wide, centres) = (together * columns, centre.repeat(together));
    let piece = (PIECE / wide).max(1) * wide;
    let pieces = a.len().div_ceil(piece);
    let mut partial = vec![0f64; pieces * 2 * wide];
    for_each_chunk(&mut partial, 2 * wide, a.len(), |i, sums| {
        let end = ((i + 1) * piece).min(a.len());
        let whole = end - (end - i * piece) % wide;
        let rows = i * piece..whole;
        let [first, second] = halves(sums);
        add_rows(&a[rows.clone()], &b[rows], &centres, &term, first, second);
        let [first, second] = [&mut first[..columns], &mut second[..columns]];
        add_rows(&a[whole..end], &b[whole..end], centre, &term, first, second);
    });
    let mut totals = [vec![0.; columns], vec![0.; columns]];
    for sums in partial.chunks_exact_mut(2 * wide) {
        for (total, sums) in totals.iter_mut().zip(halves(sums)) {
            for sums in sums.chunks_exact(columns) {
                total.iter_mut().zip(sums).for_each(|(a, b)| *a += b);
            }
        }
    }
    totals
}

fn halves(sums: &mut [f64]) -> [&mut [f64]; 2] {
    let (first, second) = sums.split_at_mut(sums.len() / 2);
    [first, second]
}

compiled! {
    /// Adds the terms of all rows to the sums, first and second ones.
    fn add_rows<'a, T: Real, F: Fn(f64, f64, f64) -> [f64; 2]>(
        a: &'a [T],
        b: &'a [T],
        centre: &'a [f64],
        term: &'a F,
        first: &'a mut [f64],
        second: &'a mut [f64],
    ) {
        let columns = centre.len();
        for (a, b) in a.chunks_exact(columns).zip(b.chunks_exact(columns)) {
            let sums = first.iter_mut().zip(second.iter_mut());
            let terms = a.iter().zip(b).zip(centre);
            for ((first, second), ((a, b), &centre)) in sums.zip(terms) {
                let [x, y] = term(a.to_f64(), b.to_f64(), centre);
                *first += x;
                *second += y;
            }
        }
    }
}

/// A new matrix, made by `f` in pieces of whole rows, given where one starts.
pub(super) fn new_rows<T: Real>(
    len: usize,
    columns: usize,
    f: impl Fn(usize, &mut [T]) + Sync,
) -> Vec<T> {
    let piece = (PIECE / columns.max(1)).max(1) * columns;
    new_chunks(T::zero(), len, piece, len, |i, out| f(i * piece, out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_summed_over_all_pieces() {
        let rows = 3 * PIECE / 5;
        let x: Vec<f32> = (0..rows * 5).map(|i| (i % 5) as f32 + 0.1).collect();
        let [sums, squares] = column_sums(&x, &x, &[0.; 5], |a, b, _| [a, a * b]);
        for column in 0..5 {
            let x = f64::from(column as f32 + 0.1);
            assert!((sums[column] - x * rows as f64).abs() < 1e-7 * rows as f64);
            assert!((squares[column] - x * x * rows as f64).abs() < 1e-6 * rows as f64);
        }
        let empty = column_sums::<f32>(&[], &[], &[0.; 2], |a, _, _| [a, a]);
        assert_eq!(empty, [vec![0.; 2], vec![0.; 2]]);
    }
}
