//! Per-channel statistics and affine maps of `[batch, channels, pixels]`. Sums are in f64.

use super::chunks::{for_each_chunk, for_each_chunk_pair};
use super::columns::{column_sums, new_rows};
use super::compiled::compiled;
use super::Real;

/// The sizes of an input `[batch, channels, pixels]`. Where the channels lie last, every pixel is an image of one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Channels {
    pub(crate) batch: usize,
    pub(crate) channels: usize,
    pub(crate) pixels: usize,
}

impl Channels {
    /// The same channels where they lie last.
    pub(crate) fn last(self) -> Self {
        Channels {
            batch: self.batch * self.pixels,
            pixels: 1,
            ..self
        }
    }

    /// Every channel's mean and biased variance.
    pub(crate) fn moments<T: Real>(&self, x: &[T]) -> (Vec<T>, Vec<T>) {
        let count = (self.batch * self.pixels) as f64;
        let [sums, _] = self.sums(x, x, &vec![0.; self.channels], |x, _, _| [x, 0.]);
        let means: Vec<f64> = sums.iter().map(|sum| sum / count).collect();
        let [squares, _] = self.sums(x, x, &means, |x, _, mean| {
            let centred = x - mean;
            [centred * centred, 0.]
        });
        let variances = squares.iter().map(|sum| T::from_f64(sum / count)).collect();
        (means.into_iter().map(T::from_f64).collect(), variances)
    }

    /// Every channel's `Σ g` and `Σ g·(x − mean)`.
    pub(crate) fn gradient_sums<T: Real>(
        &self,
        grad: &[T],
        x: &[T],
        mean: &[T],
    ) -> (Vec<T>, Vec<T>) {
        let mean: Vec<f64> = mean.iter().map(|mean| mean.to_f64()).collect();
        let [a, b] = self.sums(grad, x, &mean, |g, x, mean| [g, g * (x - mean)]);
        let narrow = |sums: Vec<f64>| sums.into_iter().map(T::from_f64).collect();
        (narrow(a), narrow(b))
    }

    /// `(x − sub) · mul + add`, with one of each per channel.
    pub(crate) fn affine<T: Real>(&self, x: &[T], [sub, mul, add]: [&[T]; 3]) -> Vec<T> {
        if self.pixels == 1 {
            return new_rows(x.len(), self.channels, |start, out| {
                affine_rows(&x[start..], [sub, mul, add], out);
            });
        }
        let mut out = vec![T::zero(); x.len()];
        self.for_each_image(&mut out, |start, out| {
            let x = &x[start..][..out.len()];
            let planes = out.chunks_mut(self.pixels).zip(x.chunks(self.pixels));
            for (i, (out, x)) in planes.enumerate() {
                let channel = (start / self.pixels + i) % self.channels;
                let (sub, mul, add) = (sub[channel], mul[channel], add[channel]);
                for (out, &x) in out.iter_mut().zip(x) {
                    *out = (x - sub) * mul + add;
                }
            }
        });
        out
    }

    /// `a·g + b·(x − mean) + c`, with one of each per channel: the gradient through the statistics.
    pub(crate) fn grad_input<T: Real>(
        &self,
        grad: &[T],
        x: &[T],
        mean: &[T],
        [a, b, c]: [&[T]; 3],
    ) -> Vec<T> {
        if self.pixels == 1 {
            return new_rows(x.len(), self.channels, |start, dx| {
                gradient_rows(&grad[start..], &x[start..], [mean, a, b, c], dx);
            });
        }
        let mut dx = vec![T::zero(); x.len()];
        self.for_each_image(&mut dx, |start, dx| {
            let (x, grad) = (&x[start..][..dx.len()], &grad[start..][..dx.len()]);
            let inputs = x.chunks(self.pixels).zip(grad.chunks(self.pixels));
            for (i, (dx, (x, grad))) in dx.chunks_mut(self.pixels).zip(inputs).enumerate() {
                let channel = (start / self.pixels + i) % self.channels;
                let (a, b, c) = (a[channel], b[channel], c[channel]);
                let mean = mean[channel];
                for ((dx, &x), &g) in dx.iter_mut().zip(x).zip(grad) {
                    *dx = a * g + b * (x - mean) + c;
                }
            }
        });
        dx
    }

    /// `f(start, part)` for parts of whole planes: images, or single planes if they are large.
    fn for_each_image<T: Real>(&self, out: &mut [T], f: impl Fn(usize, &mut [T]) + Sync) {
        let part = if self.pixels >= 1024 {
            self.pixels
        } else {
            self.channels * self.pixels
        };
        let cost = out.len();
        for_each_chunk(out, part, cost, |i, out| f(i * part, out));
    }

    /// Every channel's sums of `term(a, b, centre)`.
    fn sums<T: Real>(
        &self,
        a: &[T],
        b: &[T],
        centre: &[f64],
        term: impl Fn(f64, f64, f64) -> [f64; 2] + Sync,
    ) -> [Vec<f64>; 2] {
        if self.pixels == 1 {
            return column_sums(a, b, centre, term);
        }
        let mut sums = [vec![0.; self.channels], vec![0.; self.channels]];
        let [first, second] = &mut sums;
        let parts = ((&mut first[..], 1), (&mut second[..], 1));
        for_each_chunk_pair(parts.0, parts.1, a.len(), |i, first, second| {
            for image in 0..self.batch {
                let start = (image * self.channels + i) * self.pixels;
                let (a, b) = (&a[start..][..self.pixels], &b[start..][..self.pixels]);
                let [x, y] = plane_sums(a, b, |a, b| term(a, b, centre[i]));
                (first[0], second[0]) = (first[0] + x, second[0] + y);
            }
        });
        sums
    }
}

compiled! {
    /// [`Channels::affine`] of rows that have an element of each channel.
    fn affine_rows<'a, T: Real>(x: &'a [T], coefficients: [&'a [T]; 3], out: &'a mut [T]) {
        let [sub, mul, add] = coefficients;
        let channels = sub.len();
        for (out, x) in out.chunks_exact_mut(channels).zip(x.chunks_exact(channels)) {
            let coefficients = sub.iter().zip(mul).zip(add);
            for ((out, &x), ((&sub, &mul), &add)) in out.iter_mut().zip(x).zip(coefficients) {
                *out = (x - sub) * mul + add;
            }
        }
    }

    /// [`Channels::grad_input`] of rows that have an element of each channel.
    fn gradient_rows<'a, T: Real>(
        grad: &'a [T],
        x: &'a [T],
        coefficients: [&'a [T]; 4],
        dx: &'a mut [T],
    ) {
        let [mean, a, b, c] = coefficients;
        let channels = mean.len();
        let rows = x.chunks_exact(channels).zip(grad.chunks_exact(channels));
        for (dx, (x, grad)) in dx.chunks_exact_mut(channels).zip(rows) {
            let terms = x.iter().zip(grad).zip(a.iter().zip(b).zip(c).zip(mean));
            for (dx, ((&x, &g), (((&a, &b), &c), &mean))) in dx.iter_mut().zip(terms) {
                *dx = a * g + b * (x - mean) + c;
            }
        }
    }
}

/// The sums of `term(a, b)` in a fixed order that vectorises.
pub(super) fn plane_sums<T: Real>(
    a: &[T],
    b: &[T],
    term: impl Fn(f64, f64) -> [f64; 2],
) -> [f64; 2] {
    const LANES: usize = 8;
    let mut lanes = [[0f64; LANES]; 2];
    let (mut a, mut b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    for (a, b) in (&mut a).zip(&mut b) {
        for lane in 0..LANES {
            let [x, y] = term(a[lane].to_f64(), b[lane].to_f64());
            lanes[0][lane] += x;
            lanes[1][lane] += y;
        }
    }
    let mut total = lanes.map(|lanes| lanes.iter().sum());
    for (a, b) in a.remainder().iter().zip(b.remainder()) {
        let [x, y] = term(a.to_f64(), b.to_f64());
        total[0] += x;
        total[1] += y;
    }
    total
}
