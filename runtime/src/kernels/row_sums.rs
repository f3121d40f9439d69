//! Sums of rows that belong to the same row of a table: the gradient of an embedding.

use super::fresh::new_chunks;
use super::Real;

/// Pieces of the table at most: each looks at all ids.
const PIECES: usize = 8;

/// `out[id] = Σ grad[n]` over the positions `n` with that id: `[rows, features]`, zeros where there is none. The ids are below `rows`; those
/// of `without` don't count.
pub(crate) fn row_sums<T: Real>(
    ids: &[i64],
    grad: &[T],
    [rows, features]: [usize; 2],
    without: Option<usize>,
) -> Vec<T> {
    let count = rows.div_ceil(PIECES);
    let len = rows * features;
    new_chunks(
        T::zero(),
        len,
        count * features,
        len + grad.len(),
        |i, out| {
            let first = i * count;
            for (&id, grad) in ids.iter().zip(grad.chunks_exact(features)) {
                let id = id as usize;
                if id < first || Some(id) == without {
                    continue;
                }
                if let Some(out) = out.chunks_exact_mut(features).nth(id - first) {
                    out.iter_mut().zip(grad).for_each(|(sum, &g)| *sum += g);
                }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_summed_by_id() {
        let ids = [3, 0, 3, 19, 1];
        let grad: Vec<f64> = (0..10).map(f64::from).collect();
        let found = row_sums(&ids, &grad, [20, 2], Some(1));
        let mut expected = vec![0.; 40];
        expected[..2].copy_from_slice(&[2., 3.]);
        expected[6..8].copy_from_slice(&[4., 6.]);
        expected[38..].copy_from_slice(&[6., 7.]);
        assert_eq!(found, expected);
        assert_eq!(row_sums::<f32>(&[], &[], [3, 2], None), [0.; 6]);
        assert!(row_sums::<f32>(&[0], &[], [1, 0], None).is_empty());
    }
}
