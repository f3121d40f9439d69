//! Sums that are fast and exact enough: blocks in the type itself, side by side, and in f64 what the blocks give.

use super::Real;

/// Numbers that are added up side by side.
const LANES: usize = 16;

/// Numbers per block: each lane adds up 16.
const BLOCK: usize = 16 * LANES;

/// `Σ term(x)`.
#[inline(always)]
pub(super) fn sum_of<T: Real>(x: &[T], term: impl Fn(T) -> T) -> f64 {
    sum_of_pairs(x, x, |x, _| term(x))
}

/// `Σ term(a, b)` over slices of one length.
#[inline(always)]
pub(super) fn sum_of_pairs<T: Real>(a: &[T], b: &[T], term: impl Fn(T, T) -> T) -> f64 {
    let mut total = 0.;
    for (a, b) in a.chunks(BLOCK).zip(b.chunks(BLOCK)) {
        let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
        let mut lanes = [T::zero(); LANES];
        for (a, b) in a.iter().zip(b) {
            for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
                *lane += term(a, b);
            }
        }
        let rest = a_rest.iter().zip(b_rest);
        total += rest.map(|(&a, &b)| term(a, b).to_f64()).sum::<f64>();
        total += lanes.iter().map(|x| x.to_f64()).sum::<f64>();
    }
    total
}

/// The greatest number; NaNs are passed over.
#[inline(always)]
pub(super) fn greatest<T: Real>(x: &[T]) -> T {
    let (whole, rest) = x.as_chunks::<LANES>();
    let mut lanes = [T::NEG_INFINITY; LANES];
    for chunk in whole {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = larger(*lane, x);
        }
    }
    // Halves of the lanes, which wait less for one another than single ones.
    let eight: [T; LANES / 2] = std::array::from_fn(|i| larger(lanes[i], lanes[i + LANES / 2]));
    let four: [T; LANES / 4] = std::array::from_fn(|i| larger(eight[i], eight[i + LANES / 4]));
    let all = four.iter().chain(rest);
    all.fold(T::NEG_INFINITY, |max, &x| larger(max, x))
}

/// The larger one; a NaN on the right is passed over.
#[inline(always)]
pub(super) fn larger<T: Real>(max: T, x: T) -> T {
    if x > max {
        x
    } else {
        max
    }
}

/// Adds rows of numbers to sums, one for each column.
///
/// `row(i, sums)` adds the numbers of row `i`; 64 rows are added up in the type itself, and these sums in f64.
#[inline(always)]
pub(super) fn column_sums<T: Real>(
    rows: std::ops::Range<usize>,
    totals: &mut [f64],
    row: impl Fn(usize, &mut [T]),
) {
    const ROWS: usize = 64;
    let mut sums = vec![T::zero(); totals.len()];
    for start in rows.clone().step_by(ROWS) {
        sums.fill(T::zero());
        for i in start..(start + ROWS).min(rows.end) {
            row(i, &mut sums);
        }
        for (total, sum) in totals.iter_mut().zip(&sums) {
            *total += sum.to_f64();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_small_terms_lose_little() {
        let x = vec![0.1f32; 1_000_003];
        let exact = 1_000_003. * f64::from(0.1f32);
        assert!((sum_of(&x, |x| x) / exact - 1.).abs() < 5e-7);
        assert!((sum_of_pairs(&x, &x, |a, b| a - b)).abs() < 1e-9);
        assert_eq!(sum_of(&[1f64, 2., 3.], |x| x * x), 14.);
        assert_eq!(sum_of::<f32>(&[], |x| x), 0.);
        let mut totals = [0.; 1];
        column_sums::<f32>(0..x.len(), &mut totals, |i, sums| sums[0] += x[i]);
        assert!((totals[0] / exact - 1.).abs() < 1e-6);
    }

    #[test]
    fn the_greatest_is_not_a_nan() {
        let mut x: Vec<f32> = (0..50).map(|i| i as f32).collect();
        x[3] = f32::NAN;
        assert_eq!(greatest(&x), 49.);
        assert_eq!(greatest::<f32>(&[]), f32::NEG_INFINITY);
    }
}
