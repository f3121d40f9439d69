//! Normalisation of rows. Sums are in f64.

use super::batch_norm::plane_sums;
use super::chunks::{for_each_chunk, for_each_chunk_pair};
use super::Real;

/// Parts that the rows are cut into for the gradients of weight and bias, which sum over them.
const PARTS: usize = 16;

/// Rows of `[count, width]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows {
    pub(crate) count: usize,
    pub(crate) width: usize,
}

impl Rows {
    /// `x̂ · weight + bias`, and `[mean, 1/std]` of every row.
    pub(crate) fn forward<T: Real>(
        &self,
        x: &[T],
        weight: Option<&[T]>,
        bias: Option<&[T]>,
        eps: f64,
    ) -> (Vec<T>, Vec<T>) {
        let mut out = vec![T::zero(); x.len()];
        let mut stats = vec![T::zero(); 2 * self.count];
        let chunks = ((&mut out[..], self.width), (&mut stats[..], 2));
        for_each_chunk_pair(chunks.0, chunks.1, 4 * x.len(), |i, out, stats| {
            let x = &x[i * self.width..][..self.width];
            let width = self.width as f64;
            let mean = plane_sums(x, x, |x, _| [x, 0.])[0] / width;
            let variance = plane_sums(x, x, |x, _| [(x - mean) * (x - mean), 0.])[0] / width;
            stats[0] = T::from_f64(mean);
            stats[1] = T::from_f64(1. / (variance + eps).sqrt());
            let [mean, scale] = [stats[0], stats[1]];
            for (out, &x) in out.iter_mut().zip(x) {
                *out = (x - mean) * scale;
            }
            if let Some(weight) = weight {
                out.iter_mut().zip(weight).for_each(|(out, &w)| *out *= w);
            }
            if let Some(bias) = bias {
                out.iter_mut().zip(bias).for_each(|(out, &b)| *out += b);
            }
        });
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
        let mut dx = grad.to_vec();
        for_each_chunk(&mut dx, self.width, 4 * x.len(), |i, dx| {
            let x = &x[i * self.width..][..self.width];
            let [mean, scale] = [stats[2 * i], stats[2 * i + 1]];
            if let Some(weight) = weight {
                dx.iter_mut().zip(weight).for_each(|(dx, &w)| *dx *= w);
            }
            let (m, s) = (mean.to_f64(), scale.to_f64());
            let [sum, product] = plane_sums(dx, x, |h, x| [h, h * (x - m)]);
            let width = self.width as f64;
            let shift = T::from_f64(sum / width);
            let slope = T::from_f64(product * s * s / width);
            for (dx, &x) in dx.iter_mut().zip(x) {
                *dx = (*dx - shift - (x - mean) * slope) * scale;
            }
        });
        dx
    }

    /// The gradients of the weight, `Σ g · x̂`, and of the bias, `Σ g`, one after the other.
    pub(crate) fn grad_affine<T: Real>(&self, grad: &[T], x: &[T], stats: &[T]) -> Vec<T> {
        let parts = self.count.clamp(1, PARTS);
        let rows = self.count.div_ceil(parts);
        let mut sums = vec![0f64; parts * 2 * self.width];
        for_each_chunk(&mut sums, 2 * self.width, 2 * x.len(), |part, sums| {
            let (dw, db) = sums.split_at_mut(self.width);
            for row in part * rows..((part + 1) * rows).min(self.count) {
                let range = row * self.width..(row + 1) * self.width;
                let [mean, scale] = [stats[2 * row], stats[2 * row + 1]];
                let sums = dw.iter_mut().zip(db.iter_mut());
                let inputs = grad[range.clone()].iter().zip(&x[range]);
                for ((dw, db), (&g, &x)) in sums.zip(inputs) {
                    *dw += (g * (x - mean) * scale).to_f64();
                    *db += g.to_f64();
                }
            }
        });
        let total = |i| (0..parts).map(|part| sums[part * 2 * self.width + i]).sum();
        (0..2 * self.width).map(|i| T::from_f64(total(i))).collect()
    }
}
