//! Per-channel statistics and affine maps of `[batch, channels, pixels]`, and `relu` behind them. Sums are in f64.

use std::borrow::Cow;
use std::ops::Range;

use super::chunks::{for_each_chunk, for_each_chunk_pair};
use super::columns::{column_sums_of, piece};
use super::compiled::compiled;
use super::fresh::{copied, new_chunks};
use super::Real;

/// The sizes of an input `[batch, channels, pixels]`. Where the channels lie last, every pixel is an image of one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Channels {
    pub(crate) batch: usize,
    pub(crate) channels: usize,
    pub(crate) pixels: usize,
}

/// The map `(x − sub) · mul + add`, with one of each per channel.
#[derive(Clone, Copy)]
pub(crate) struct Affine<'a, T> {
    pub(crate) sub: &'a [T],
    pub(crate) mul: &'a [T],
    pub(crate) add: &'a [T],
}

/// How a gradient passes through the statistics: `a·g + b·(x − mean) + c`, with one of each per channel.
///
/// Where `relu` followed, `g` is 0 wherever the map `cut` of `x` isn't positive.
pub(crate) struct Through<'a, T> {
    pub(crate) x: &'a [T],
    pub(crate) mean: &'a [T],
    pub(crate) a: &'a [T],
    pub(crate) b: &'a [T],
    pub(crate) c: &'a [T],
    pub(crate) cut: Option<Affine<'a, T>>,
}

/// The arithmetic of [`Affine`], here alone: so a gradient is cut where the result was, to the bit.
#[inline(always)]
fn mapped<T: Real>(x: T, sub: T, mul: T, add: T) -> T {
    (x - sub) * mul + add
}

/// `value` where `y` is positive or NaN, else 0: `relu` of `y` is this of itself, and the gradient this of the incoming one.
#[inline(always)]
fn cut_by<T: Real>(y: T, value: T) -> T {
    if y <= T::zero() {
        T::zero()
    } else {
        value
    }
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
        let same = |part: Range<usize>| Cow::Borrowed(&x[part]);
        let [sums, _] = self.sums(same, x, &vec![0.; self.channels], |x, _, _| [x, 0.]);
        let means: Vec<f64> = sums.iter().map(|sum| sum / count).collect();
        let [squares, _] = self.sums(same, x, &means, |x, _, mean| {
            let centred = x - mean;
            [centred * centred, 0.]
        });
        let variances = squares.iter().map(|sum| T::from_f64(sum / count)).collect();
        (means.into_iter().map(T::from_f64).collect(), variances)
    }

    /// Every channel's `Σ g` and `Σ g·(x − mean)`, where `g` is cut as [`Through`] says.
    pub(crate) fn gradient_sums<T: Real>(
        &self,
        grad: &[T],
        x: &[T],
        mean: &[T],
        cut: Option<Affine<'_, T>>,
    ) -> (Vec<T>, Vec<T>) {
        let mean: Vec<f64> = mean.iter().map(|mean| mean.to_f64()).collect();
        let grad = |part: Range<usize>| {
            let Some(cut) = cut else {
                return Cow::Borrowed(&grad[part]);
            };
            let mut grad = grad[part.clone()].to_vec();
            self.cut(part.start, &mut grad, &x[part], cut);
            Cow::Owned(grad)
        };
        let [a, b] = self.sums(grad, x, &mean, |g, x, mean| [g, g * (x - mean)]);
        let narrow = |sums: Vec<f64>| sums.into_iter().map(T::from_f64).collect();
        (narrow(a), narrow(b))
    }

    /// The map of `x`, and `relu` of it if wanted.
    pub(crate) fn affine<T: Real>(&self, x: &[T], map: Affine<'_, T>, relu: bool) -> Vec<T> {
        let part = self.part();
        new_chunks(T::zero(), x.len(), part, x.len(), |i, out| {
            let (start, len) = (i * part, out.len());
            let x = &x[start..][..len];
            if self.pixels == 1 {
                return affine_rows(x, map, relu, out);
            }
            for (plane, channel) in self.planes(start, len) {
                affine_plane(&x[plane.clone()], map.of(channel), relu, &mut out[plane]);
            }
        })
    }

    /// The gradient through the statistics.
    pub(crate) fn grad_input<T: Real>(&self, grad: &[T], through: &Through<'_, T>) -> Vec<T> {
        let part = self.part();
        copied(grad, part, grad.len(), |i, grad| {
            self.pass(i * part, grad, through);
        })
    }

    /// [`grad_input`](Self::grad_input) in the place of the gradient.
    pub(crate) fn grad_input_in_place<T: Real>(&self, grad: &mut [T], through: &Through<'_, T>) {
        let (part, cost) = (self.part(), grad.len());
        for_each_chunk(grad, part, cost, |i, grad| {
            self.pass(i * part, grad, through);
        });
    }

    /// The part of the gradient that begins at `start` becomes the input's.
    fn pass<T: Real>(&self, start: usize, grad: &mut [T], through: &Through<'_, T>) {
        let x = &through.x[start..][..grad.len()];
        if let Some(cut) = through.cut {
            self.cut(start, grad, x, cut);
        }
        if self.pixels == 1 {
            return pass_rows(grad, x, through);
        }
        for (plane, channel) in self.planes(start, grad.len()) {
            let Through { mean, a, b, c, .. } = through;
            let of = [a, b, c, mean].map(|all| all[channel]);
            pass_plane(&mut grad[plane.clone()], &x[plane], of);
        }
    }

    /// The part of the gradient that begins at `start` becomes 0 wherever the map of `x` isn't positive.
    fn cut<T: Real>(&self, start: usize, grad: &mut [T], x: &[T], map: Affine<'_, T>) {
        if self.pixels == 1 {
            return cut_rows(grad, x, map);
        }
        for (plane, channel) in self.planes(start, grad.len()) {
            cut_plane(&mut grad[plane.clone()], &x[plane], map.of(channel));
        }
    }

    /// [`cut`](Self::cut) of a whole gradient, copied.
    pub(crate) fn cut_copy<T: Real>(&self, grad: &[T], x: &[T], map: Affine<'_, T>) -> Vec<T> {
        let part = self.part();
        copied(grad, part, grad.len(), |i, grad| {
            let start = i * part;
            self.cut(start, grad, &x[start..][..grad.len()], map);
        })
    }

    /// How many elements are worked on in one piece: rows with an element of each channel, or whole planes; single ones if they
    /// are large, else images.
    fn part(&self) -> usize {
        match self.pixels {
            1 => piece(self.channels),
            pixels if pixels >= 1024 => pixels,
            pixels => self.channels * pixels,
        }
    }

    /// The planes of `len` elements that begin at `start`, as parts of these, each with its channel.
    fn planes(&self, start: usize, len: usize) -> impl Iterator<Item = (Range<usize>, usize)> {
        let Channels {
            channels, pixels, ..
        } = *self;
        let first = start / pixels;
        let plane = move |i| (i * pixels..(i + 1) * pixels, (first + i) % channels);
        (0..len / pixels).map(plane)
    }

    /// Every channel's sums of `term(a, b, centre)`; `a` gives the elements in a range of whole rows or of a plane.
    fn sums<'a, T: Real>(
        &self,
        a: impl Fn(Range<usize>) -> Cow<'a, [T]> + Sync,
        b: &[T],
        centre: &[f64],
        term: impl Fn(f64, f64, f64) -> [f64; 2] + Sync,
    ) -> [Vec<f64>; 2] {
        if self.pixels == 1 {
            return column_sums_of(a, b, centre, term);
        }
        let mut sums = [vec![0.; self.channels], vec![0.; self.channels]];
        let [first, second] = &mut sums;
        let parts = ((&mut first[..], 1), (&mut second[..], 1));
        for_each_chunk_pair(parts.0, parts.1, b.len(), |i, first, second| {
            for image in 0..self.batch {
                let start = (image * self.channels + i) * self.pixels;
                let plane = start..start + self.pixels;
                let (a, b) = (a(plane.clone()), &b[plane]);
                let [x, y] = plane_sums(&a, b, |a, b| term(a, b, centre[i]));
                (first[0], second[0]) = (first[0] + x, second[0] + y);
            }
        });
        sums
    }
}

impl<T: Real> Affine<'_, T> {
    /// The numbers of one channel.
    fn of(&self, channel: usize) -> (T, T, T) {
        (self.sub[channel], self.mul[channel], self.add[channel])
    }
}

compiled! {
    /// [`Channels::affine`] of rows that have an element of each channel.
    fn affine_rows<'a, T: Real>(x: &'a [T], map: Affine<'a, T>, relu: bool, out: &'a mut [T]) {
        let Affine { sub, mul, add } = map;
        let channels = sub.len();
        for (out, x) in out.chunks_exact_mut(channels).zip(x.chunks_exact(channels)) {
            let coefficients = sub.iter().zip(mul).zip(add);
            for ((out, &x), ((&sub, &mul), &add)) in out.iter_mut().zip(x).zip(coefficients) {
                let y = mapped(x, sub, mul, add);
                *out = if relu { cut_by(y, y) } else { y };
            }
        }
    }

    /// [`Channels::cut`] of rows that have an element of each channel.
    fn cut_rows<'a, T: Real>(grad: &'a mut [T], x: &'a [T], map: Affine<'a, T>) {
        let Affine { sub, mul, add } = map;
        let channels = sub.len();
        for (grad, x) in grad.chunks_exact_mut(channels).zip(x.chunks_exact(channels)) {
            let coefficients = sub.iter().zip(mul).zip(add);
            for ((grad, &x), ((&sub, &mul), &add)) in grad.iter_mut().zip(x).zip(coefficients) {
                *grad = cut_by(mapped(x, sub, mul, add), *grad);
            }
        }
    }

    /// [`Channels::pass`] of rows that have an element of each channel.
    fn pass_rows<'a, T: Real>(grad: &'a mut [T], x: &'a [T], through: &'a Through<'a, T>) {
        let Through { mean, a, b, c, .. } = *through;
        let channels = mean.len();
        for (grad, x) in grad.chunks_exact_mut(channels).zip(x.chunks_exact(channels)) {
            let coefficients = a.iter().zip(b).zip(c).zip(mean);
            for ((grad, &x), (((&a, &b), &c), &mean)) in grad.iter_mut().zip(x).zip(coefficients) {
                *grad = a * *grad + b * (x - mean) + c;
            }
        }
    }

    /// [`Channels::affine`] of a plane.
    fn affine_plane<'a, T: Real>(x: &'a [T], map: (T, T, T), relu: bool, out: &'a mut [T]) {
        let (sub, mul, add) = map;
        for (out, &x) in out.iter_mut().zip(x) {
            let y = mapped(x, sub, mul, add);
            *out = if relu { cut_by(y, y) } else { y };
        }
    }

    /// [`Channels::cut`] of a plane.
    fn cut_plane<'a, T: Real>(grad: &'a mut [T], x: &'a [T], map: (T, T, T)) {
        let (sub, mul, add) = map;
        for (grad, &x) in grad.iter_mut().zip(x) {
            *grad = cut_by(mapped(x, sub, mul, add), *grad);
        }
    }

    /// [`Channels::pass`] of a plane.
    fn pass_plane<'a, T: Real>(grad: &'a mut [T], x: &'a [T], of: [T; 4]) {
        let [a, b, c, mean] = of;
        for (grad, &x) in grad.iter_mut().zip(x) {
            *grad = a * *grad + b * (x - mean) + c;
        }
    }

    /// The sums of `term(a, b)` in a fixed order that vectorises.
    fn add_plane<'a, T: Real, F: Fn(f64, f64) -> [f64; 2]>(
        a: &'a [T],
        b: &'a [T],
        term: &'a F,
        total: &'a mut [f64; 2],
    ) {
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
        *total = lanes.map(|lanes| lanes.iter().sum());
        for (a, b) in a.remainder().iter().zip(b.remainder()) {
            let [x, y] = term(a.to_f64(), b.to_f64());
            total[0] += x;
            total[1] += y;
        }
    }
}

/// The sums of `term(a, b)` in a fixed order.
pub(super) fn plane_sums<T: Real>(
    a: &[T],
    b: &[T],
    term: impl Fn(f64, f64) -> [f64; 2],
) -> [f64; 2] {
    let mut total = [0.; 2];
    add_plane(a, b, &term, &mut total);
    total
}
