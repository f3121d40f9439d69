//! Softmax and its logarithm along the middle of three dimensions `[outer, n, inner]`.

use pulp::{Simd, WithSimd};

use super::capability::arch;
use super::fresh::copied;
use super::sums::{greatest, larger, sum_of, sum_of_pairs};
use super::{Float, Real};

/// What is computed: the softmax, or its logarithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Softmax {
    Shares,
    Logarithms,
}

/// About how many additions an exponential costs.
const EXP_COST: usize = 16;

/// The numbers of a row become the exponentials of what lies between them and the greatest one, which it gives, with their sum beside it.
///
/// Here and below, products and sums of exponentials are fused, unless `S` is scalar.
#[inline(always)]
pub(super) fn exponentials<S: Simd, T: Exponential>(row: &mut [T]) -> (T, f64) {
    let max = greatest(row);
    row.iter_mut().for_each(|x| *x = (*x - max).exp_down::<S>());
    (max, sum_of(row, |x| x))
}

impl Softmax {
    /// `exp(x − max) / Σ exp(x − max)`, or its logarithm.
    pub(crate) fn forward<T: Exponential>(self, x: &[T], dims: [usize; 3]) -> Vec<T> {
        copied(x, chunk(dims), x.len() * EXP_COST, |_, part| {
            arch().dispatch(Forward {
                form: self,
                dims,
                part,
            });
        })
    }

    #[inline(always)]
    fn row<S: Simd, T: Exponential>(self, row: &mut [T]) {
        match self {
            Softmax::Shares => {
                let (_, sum) = exponentials::<S, T>(row);
                let share = T::from_f64(1. / sum);
                row.iter_mut().for_each(|x| *x *= share);
            }
            Softmax::Logarithms => {
                let max = greatest(row);
                let mut total = 0.;
                for part in row.chunks(BLOCK) {
                    let mut block = [T::zero(); BLOCK];
                    let block = &mut block[..part.len()];
                    for (e, &x) in block.iter_mut().zip(part) {
                        *e = (x - max).exp_down::<S>();
                    }
                    total += sum_of(block, |x| x);
                }
                // Taken from x one after the other: max + log Σ would lose digits where max is large.
                let log = T::from_f64(total.ln());
                row.iter_mut().for_each(|x| *x = *x - max - log);
            }
        }
    }

    #[inline(always)]
    fn columns<S: Simd, T: Exponential>(self, rows: &mut [T], inner: usize) {
        let mut max = rows[..inner].to_vec();
        for row in rows.chunks_exact(inner).skip(1) {
            max.iter_mut()
                .zip(row)
                .for_each(|(max, &x)| *max = larger(*max, x));
        }
        let mut sums = vec![0f64; inner];
        for row in rows.chunks_exact_mut(inner) {
            for ((x, &max), sum) in row.iter_mut().zip(&max).zip(&mut sums) {
                let share = (*x - max).exp_down::<S>();
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
        let size = chunk(dims);
        copied(grad, size, y.len() * EXP_COST, |i, grad| {
            let (form, y) = (self, &y[i * size..][..grad.len()]);
            arch().dispatch(Backward {
                form,
                dims,
                y,
                grad,
            });
        })
    }

    #[inline(always)]
    fn row_gradient<S: Simd, T: Exponential>(self, y: &[T], grad: &mut [T]) {
        let sum = T::from_f64(match self {
            Softmax::Shares => sum_of_pairs(y, grad, |y, g| y * g),
            Softmax::Logarithms => sum_of(grad, |g| g),
        });
        self.finish::<S, T>(y, grad, |_| sum);
    }

    #[inline(always)]
    fn finish<S: Simd, T: Exponential>(self, y: &[T], grad: &mut [T], sum: impl Fn(usize) -> T) {
        for (i, (&y, grad)) in y.iter().zip(grad).enumerate() {
            *grad = match self {
                Softmax::Shares => y * (*grad - sum(i)),
                Softmax::Logarithms => *grad - y.exp_down::<S>() * sum(i),
            };
        }
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Exponential>(self, y: &[T], grad: &mut [T], inner: usize) {
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
            self.finish::<S, T>(y, grad, |i| sums[i]);
        }
    }
}

struct Forward<'a, T> {
    form: Softmax,
    dims: [usize; 3],
    part: &'a mut [T],
}

impl<T: Exponential> WithSimd for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let [_, n, inner] = self.dims;
        for slice in self.part.chunks_exact_mut(n * inner) {
            match inner {
                1 => self.form.row::<S, T>(slice),
                _ => self.form.columns::<S, T>(slice, inner),
            }
        }
    }
}

struct Backward<'a, T> {
    form: Softmax,
    dims: [usize; 3],
    y: &'a [T],
    grad: &'a mut [T],
}

impl<T: Exponential> WithSimd for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let [_, n, inner] = self.dims;
        let grads = self.grad.chunks_exact_mut(n * inner);
        for (grad, y) in grads.zip(self.y.chunks_exact(n * inner)) {
            match inner {
                1 => self.form.row_gradient::<S, T>(y, grad),
                _ => self.form.gradient::<S, T>(y, grad, inner),
            }
        }
    }
}

/// Of rows of `n` logarithms of shares, the gradient of a loss of one class in each: `exp(x) · spread`, less `direct` at the class.
pub(crate) fn class_gradient<T: Exponential>(
    log_p: &[T],
    n: usize,
    spread: &[T],
    (direct, classes): (&[T], &[u32]),
) -> Vec<T> {
    let size = chunk([1, n, 1]);
    copied(log_p, size, log_p.len() * EXP_COST, |i, part| {
        let rows = i * (size / n)..;
        arch().dispatch(ClassGradient {
            n,
            spread: &spread[rows.clone()],
            direct: &direct[rows.clone()],
            classes: &classes[rows],
            part,
        });
    })
}

struct ClassGradient<'a, T> {
    n: usize,
    spread: &'a [T],
    direct: &'a [T],
    classes: &'a [u32],
    part: &'a mut [T],
}

impl<T: Exponential> WithSimd for ClassGradient<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (i, row) in self.part.chunks_exact_mut(self.n).enumerate() {
            let spread = self.spread[i];
            row.iter_mut().for_each(|x| *x = x.exp_down::<S>() * spread);
            row[self.classes[i] as usize] -= self.direct[i];
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

/// f32 or f64, with an exponential that vectorises for f32.
pub(crate) trait Exponential: Real + Float {}

impl Exponential for f32 {}
impl Exponential for f64 {}

#[cfg(test)]
mod tests {
    use super::*;

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
