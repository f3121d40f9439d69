//! Sums over the rows of a matrix, which the channels of an image that has them last are columns of.

use std::borrow::Cow;
use std::ops::Range;

use super::chunks::for_each_chunk;
use super::compiled::compiled;
use super::Real;

/// Elements of the rows that are summed in one piece.
const PIECE: usize = 1 << 14;

/// Columns that are summed side by side at least, so that they fill vectors: where there are fewer, those of several rows are.
const WIDE: usize = 32;

/// The sums of `term(a, b, centre)` over the rows of two matrices, for every column; `centre` has one number per column.
pub(super) fn column_sums<T: Real>(
    a: &[T],
    b: &[T],
    centre: &[f64],
    term: impl Fn(f64, f64, f64) -> [f64; 2] + Sync,
) -> [Vec<f64>; 2] {
    column_sums_of(|rows| Cow::Borrowed(&a[rows]), b, centre, term)
}

/// [`column_sums`] where a function gives the elements of the first matrix in a range of whole rows.
///
/// Pieces of rows are summed in f64 and then added in order.
pub(super) fn column_sums_of<'a, T: Real>(
    a: impl Fn(Range<usize>) -> Cow<'a, [T]> + Sync,
    b: &[T],
    centre: &[f64],
    term: impl Fn(f64, f64, f64) -> [f64; 2] + Sync,
) -> [Vec<f64>; 2] {
    let columns = centre.len();
    if columns == 0 || b.is_empty() {
        return [vec![0.; columns], vec![0.; columns]];
    }
    let together = (WIDE / columns).max(1);
    let (wide, centres) = (together * columns, centre.repeat(together));
    let piece = (PIECE / wide).max(1) * wide;
    let pieces = b.len().div_ceil(piece);
    let mut partial = vec![0f64; pieces * 2 * wide];
    for_each_chunk(&mut partial, 2 * wide, b.len(), |i, sums| {
        let rows = i * piece..((i + 1) * piece).min(b.len());
        let (a, b) = (a(rows.clone()), &b[rows]);
        let whole = b.len() - b.len() % wide;
        let ((a, last_a), (b, last_b)) = (a.split_at(whole), b.split_at(whole));
        let [first, second] = halves(sums);
        add_rows(a, b, &centres, &term, first, second);
        let [first, second] = [&mut first[..columns], &mut second[..columns]];
        add_rows(last_a, last_b, centre, &term, first, second);
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

/// Elements of whole rows that are worked on in one piece.
pub(super) fn piece(columns: usize) -> usize {
    (PIECE / columns.max(1)).max(1) * columns
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
