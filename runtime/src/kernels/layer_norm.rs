//! Normalisation of rows.

use super::chunks::work_on;
use super::fresh::{copied_chunks, new_parts_by};
use super::simd::Work;
use super::sums::{column_sums, sum_of, sum_of_pairs};
use super::Real;

/// Parts that the rows are cut into for the gradients of weight and bias, which sum over them.
const PARTS: usize = 16;

/// Elements per piece of work, in whole rows.
const PIECE: usize = 1 << 13;

/// Rows of `[count, width]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows {
    pub(crate) count: usize,
    pub(crate) width: usize,
}

impl Rows {
    /// Elements of a piece of work, and its rows.
    fn piece(&self) -> [usize; 2] {
        let rows = (PIECE / self.width.max(1)).max(1);
        [rows * self.width, rows]
    }

    /// `x̂ · weight + bias`, and `[mean, 1/std]` of every row.
    pub(crate) fn forward<T: Real>(
        &self,
        x: &[T],
        weight: Option<&[T]>,
        bias: Option<&[T]>,
        eps: f64,
    ) -> (Vec<T>, Vec<T>) {
        let [size, rows] = self.piece();
        let work = Forward {
            width: self.width,
            affine: [weight, bias],
            eps,
            x,
            size,
        };
        let sizes = [[x.len(), size], [2 * self.count, 2 * rows]];
        let [out, stats] = new_parts_by(self.count.div_ceil(rows), sizes, 4 * x.len(), &work);
        (out, stats)
    }

    /// The gradient of the input: with `h = g · weight`, `(h − mean(h) − x̂ · mean(h · x̂)) / std`.
    pub(crate) fn grad_input<T: Real>(
        &self,
        grad: &[T],
        x: &[T],
        stats: &[T],
        weight: Option<&[T]>,
    ) -> Vec<T> {
        let [size, rows] = self.piece();
        let work = GradInput {
            width: self.width,
            weight,
            inputs: [x, stats],
            sizes: [size, 2 * rows],
        };
        copied_chunks(grad, size, 4 * x.len(), &work)
    }

    /// The gradients of the weight, `Σ g · x̂`, and of the bias, `Σ g`, one after the other.
    pub(crate) fn grad_affine<T: Real>(&self, grad: &[T], x: &[T], stats: &[T]) -> Vec<T> {
        let parts = self.count.clamp(1, PARTS);
        let mut sums = vec![0f64; parts * 2 * self.width];
        if self.width > 0 {
            let work = GradAffine {
                rows: *self,
                per_part: self.count.div_ceil(parts),
                inputs: [grad, x, stats],
            };
            let items = sums.chunks_mut(2 * self.width).enumerate();
            work_on(items, 2 * x.len(), &work);
        }
        let total = |i| (0..parts).map(|part| sums[part * 2 * self.width + i]).sum();
        (0..2 * self.width).map(|i| T::from_f64(total(i))).collect()
    }
}

struct Forward<'a, T> {
    width: usize,
    affine: [Option<&'a [T]>; 2],
    eps: f64,
    x: &'a [T],
    /// Elements per piece.
    size: usize,
}

impl<T: Real> Work<(usize, [&mut [T]; 2])> for Forward<'_, T> {
    #[inline(always)]
    fn run(&self, (i, [out, stats]): (usize, [&mut [T]; 2])) {
        if self.width == 0 {
            return;
        }
        let rows = out.chunks_exact_mut(self.width);
        let inputs = self.x[i * self.size..].chunks_exact(self.width);
        for ((out, x), stats) in rows.zip(inputs).zip(stats.chunks_exact_mut(2)) {
            let width = self.width as f64;
            let mean = T::from_f64(sum_of(x, |x| x) / width);
            // What the mean lost when it was rounded.
            let rest = sum_of(x, |x| x - mean) / width;
            let squares = sum_of(x, |x| (x - mean) * (x - mean)) / width;
            let variance = (squares - rest * rest).max(0.);
            let scale = T::from_f64(1. / (variance + self.eps).sqrt());
            stats.copy_from_slice(&[mean, scale]);
            match self.affine {
                [Some(weight), Some(bias)] => {
                    for (((out, &x), &w), &b) in out.iter_mut().zip(x).zip(weight).zip(bias) {
                        *out = (x - mean) * scale * w + b;
                    }
                }
                [weight, bias] => {
                    let pairs = out.iter_mut().zip(x);
                    pairs.for_each(|(out, &x)| *out = (x - mean) * scale);
                    if let Some(weight) = weight {
                        out.iter_mut().zip(weight).for_each(|(x, &w)| *x *= w);
                    }
                    if let Some(bias) = bias {
                        out.iter_mut().zip(bias).for_each(|(x, &b)| *x += b);
                    }
                }
            }
        }
    }
}

struct GradInput<'a, T> {
    width: usize,
    weight: Option<&'a [T]>,
    /// Inputs, and the numbers of their rows.
    inputs: [&'a [T]; 2],
    /// Of either, the elements per piece.
    sizes: [usize; 2],
}

impl<T: Real> Work<(usize, &mut [T])> for GradInput<'_, T> {
    #[inline(always)]
    fn run(&self, (i, rows): (usize, &mut [T])) {
        let ([x, stats], [size, numbers]) = (self.inputs, self.sizes);
        let inputs = x[i * size..].chunks_exact(self.width);
        let inputs = inputs.zip(stats[i * numbers..].as_chunks::<2>().0);
        for (dx, (x, &[mean, scale])) in rows.chunks_exact_mut(self.width).zip(inputs) {
            if let Some(weight) = self.weight {
                dx.iter_mut().zip(weight).for_each(|(dx, &w)| *dx *= w);
            }
            let width = self.width as f64;
            let shift = T::from_f64(sum_of(dx, |h| h) / width);
            let product = sum_of_pairs(dx, x, |h, x| h * ((x - mean) * scale));
            let slope = T::from_f64(product / width);
            for (dx, &x) in dx.iter_mut().zip(x) {
                *dx = (*dx - shift - (x - mean) * scale * slope) * scale;
            }
        }
    }
}

struct GradAffine<'a, T> {
    rows: Rows,
    per_part: usize,
    inputs: [&'a [T]; 3],
}

impl<T: Real> Work<(usize, &mut [f64])> for GradAffine<'_, T> {
    #[inline(always)]
    fn run(&self, (part, totals): (usize, &mut [f64])) {
        let width = self.rows.width;
        let [grad, x, stats] = self.inputs;
        let first = part * self.per_part;
        let rows = first..(first + self.per_part).min(self.rows.count);
        column_sums(rows, totals, |row, sums: &mut [T]| {
            let (dw, db) = sums.split_at_mut(width);
            let (g, x) = (&grad[row * width..][..width], &x[row * width..][..width]);
            let [mean, scale] = [stats[2 * row], stats[2 * row + 1]];
            let sums = dw.iter_mut().zip(db.iter_mut());
            for ((dw, db), (&g, &x)) in sums.zip(g.iter().zip(x)) {
                *dw += g * (x - mean) * scale;
                *db += g;
            }
        });
    }
}
