//! Softmax and its logarithm along the middle of three dimensions `[outer, n, inner]`.

use super::chunks::for_each_chunk;
use super::{real, Float, Real};

/// What is computed: the softmax, or its logarithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Softmax {
    Shares,
    Logarithms,
}

/// About how many additions an exponential costs.
const EXP_COST: usize = 16;

impl Softmax {
    /// `exp(x − max) / Σ exp(x − max)`, or its logarithm.
    pub(crate) fn forward<T: Exponential>(self, x: &[T], dims: [usize; 3]) -> Vec<T> {
        let mut out = x.to_vec();
        let [_, n, inner] = dims;
        for_each_chunk(
            &mut out,
            chunk(dims),
            x.len() * EXP_COST,
            |_, part| match inner {
                1 => part.chunks_exact_mut(n).for_each(|row| self.row(row)),
                _ => part
                    .chunks_exact_mut(n * inner)
                    .for_each(|rows| self.columns(rows, inner)),
            },
        );
        out
    }

    fn row<T: Exponential>(self, row: &mut [T]) {
        let max = row.iter().fold(T::NEG_INFINITY, |max, &x| larger(max, x));
        match self {
            Softmax::Shares => {
                row.iter_mut().for_each(|x| *x = (*x - max).exp_negative());
                let scale = T::from_f64(1. / real::sum(row, |x| x));
                row.iter_mut().for_each(|x| *x *= scale);
            }
            Softmax::Logarithms => {
                let mut sum = 0.;
                for part in row.chunks(BLOCK) {
                    let mut block = [T::zero(); BLOCK];
                    let block = &mut block[..part.len()];
                    for (e, &x) in block.iter_mut().zip(part) {
                        *e = (x - max).exp_negative();
                    }
                    sum += real::sum(block, |x| x);
                }
                // Taken from x one after the other: max + log Σ would lose digits where max is large.
                let log = T::from_f64(sum.ln());
                row.iter_mut().for_each(|x| *x = *x - max - log);
            }
        }
    }

    fn columns<T: Exponential>(self, rows: &mut [T], inner: usize) {
        let mut max = rows[..inner].to_vec();
        for row in rows.chunks_exact(inner).skip(1) {
            max.iter_mut()
                .zip(row)
                .for_each(|(max, &x)| *max = larger(*max, x));
        }
        let mut sums = vec![0f64; inner];
        for row in rows.chunks_exact_mut(inner) {
            for ((x, &max), sum) in row.iter_mut().zip(&max).zip(&mut sums) {
                let share = (*x - max).exp_negative();
                *sum += share.to_f64();
                *x = if self == Softmax::Shares {
                    share
                } else {
                    *x - max
                };
            }
        }
        let last: Vec<T> = sums
            .iter()
            .map(|sum| {
                T::from_f64(if self == Softmax::Shares {
                    1. / sum
                } else {
                    sum.ln()
                })
            })
            .collect();
        for row in rows.chunks_exact_mut(inner) {
            match self {
                Softmax::Shares => row
                    .iter_mut()
                    .zip(&last)
                    .for_each(|(x, &scale)| *x *= scale),
                Softmax::Logarithms => row.iter_mut().zip(&last).for_each(|(x, &log)| *x -= log),
            }
        }
    }

    /// The gradient from that of the result `y`: `y (g − Σ g y)`, or `g − exp(y) Σ g` for the logarithm.
    pub(crate) fn backward<T: Exponential>(self, y: &[T], grad: &[T], dims: [usize; 3]) -> Vec<T> {
        let mut out = grad.to_vec();
        let ([_, n, inner], size) = (dims, chunk(dims));
        for_each_chunk(&mut out, size, y.len() * EXP_COST, |i, part| {
            let y = &y[i * size..][..part.len()];
            for (grad, y) in part
                .chunks_exact_mut(n * inner)
                .zip(y.chunks_exact(n * inner))
            {
                self.gradient(y, grad, inner);
            }
        });
        out
    }

    fn gradient<T: Exponential>(self, y: &[T], grad: &mut [T], inner: usize) {
        let mut sums = vec![0f64; inner];
        for (y, grad) in y.chunks_exact(inner).zip(grad.chunks_exact(inner)) {
            for ((sum, y), grad) in sums.iter_mut().zip(y).zip(grad) {
                let share = if self == Softmax::Shares {
                    y.to_f64()
                } else {
                    1.
                };
                *sum += grad.to_f64() * share;
            }
        }
        let sums: Vec<T> = sums.into_iter().map(T::from_f64).collect();
        for (y, grad) in y.chunks_exact(inner).zip(grad.chunks_exact_mut(inner)) {
            for ((&sum, &y), grad) in sums.iter().zip(y).zip(grad) {
                *grad = match self {
                    Softmax::Shares => y * (*grad - sum),
                    Softmax::Logarithms => *grad - y.exp_negative() * sum,
                };
            }
        }
    }
}

/// Exponentials that are summed at a time.
const BLOCK: usize = 256;

/// A piece of work: whole slices along `n`, several of them where they are small.
fn chunk([_, n, inner]: [usize; 3]) -> usize {
    let slice = n * inner;
    slice * (1usize << 12).div_ceil(slice.max(1))
}

/// The larger one; a NaN on the right is passed over, and comes back in the exponentials.
fn larger<T: Real>(max: T, x: T) -> T {
    if x > max {
        x
    } else {
        max
    }
}

/// The exponential of numbers that are not positive, in a form that vectorises.
pub(crate) trait Exponential: Real + Float {
    fn exp_negative(self) -> Self;
}

impl Exponential for f64 {
    #[inline]
    fn exp_negative(self) -> f64 {
        self.exp()
    }
}

impl Exponential for f32 {
    /// Within two units in the last place; what is below the smallest normal number is 0.
    #[inline]
    #[allow(clippy::excessive_precision)] // the parts of ln 2 are exact in binary
    fn exp_negative(self) -> f32 {
        // Adding 1.5 · 2²³ rounds to an integer, which is then found in the low bits.
        const ROUND: f32 = 12_582_912.;
        let x = if self < -87.336_54 { -87.336_54 } else { self };
        let shifted = x * std::f32::consts::LOG2_E + ROUND;
        let n = shifted - ROUND;
        let r = x - n * 0.693_359_375 - n * -2.121_944_4e-4;
        let mut p = 1.987_569_15e-4;
        p = p * r + 1.398_199_95e-3;
        p = p * r + 8.333_452e-3;
        p = p * r + 4.166_579_6e-2;
        p = p * r + 1.666_666_55e-1;
        p = p * r + 5.000_000_1e-1;
        let e = p * r * r + r + 1.;
        let power = shifted
            .to_bits()
            .wrapping_sub(ROUND.to_bits())
            .wrapping_add(127)
            << 23;
        let e = e * f32::from_bits(power);
        // A NaN compares false and stays.
        if self < -87.336_54 {
            0.
        } else {
            e
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_close() {
        let xs = (0..200_000).map(|i| -(i as f32) * 4.35e-4);
        let worst = xs.map(|x| {
            let exact = f64::from(x).exp();
            (f64::from(x.exp_negative()) - exact).abs() / exact
        });
        assert!(worst.fold(0f64, f64::max) < 2.5e-7);
        assert_eq!((0f32.exp_negative(), (-1e4f32).exp_negative()), (1., 0.));
        assert_eq!(f32::NEG_INFINITY.exp_negative(), 0.);
        assert!(f32::NAN.exp_negative().is_nan());
    }

    #[test]
    fn rows_and_columns_agree() {
        let x = [1f64, 4., 3., -2., 0., 5.]; // three positions of two columns
        let turned = [1f64, 3., 0., 4., -2., 5.];
        for form in [Softmax::Shares, Softmax::Logarithms] {
            let columns = form.forward(&x, [1, 3, 2]);
            let rows = form.forward(&turned, [2, 3, 1]);
            for i in 0..6 {
                assert!((columns[i] - rows[i % 2 * 3 + i / 2]).abs() < 1e-15);
            }
        }
    }
}
