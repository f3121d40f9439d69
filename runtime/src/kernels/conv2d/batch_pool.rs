//! A convolution whose result is pooled at once, where the batch lies last: the maxima of windows that don't overlap are taken while the
//! sums that they see are near, and the sums themselves are never in memory. `relu` in between costs nothing: the search for the
//! largest begins at 0.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::batch::{Sums, To, MOST, WIDEST};
use super::pack::lanes;
use super::tap_sum::TapSum;
use super::{Axis, Conv2d, Real};
use crate::kernels::capability::arch;
use crate::kernels::compiled::compiled;
use crate::kernels::fresh::{new_band_pairs, new_chunks};

/// The place of a maximum that has no gradient: `relu` made it 0.
const NONE: u8 = u8::MAX;

/// What follows a convolution: `relu` if wanted, and the maxima of windows of this size side by side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MaxPooling {
    kernel: [usize; 2],
    relu: bool,
}

impl MaxPooling {
    /// Nothing if places in a window are too many to be counted in a byte.
    pub(crate) fn new(kernel: [usize; 2], relu: bool) -> Option<Self> {
        let size = kernel[0].checked_mul(kernel[1])?;
        (1..=usize::from(NONE))
            .contains(&size)
            .then_some(MaxPooling { kernel, relu })
    }

    /// The sizes of the maxima of an image.
    pub(crate) fn sizes(&self, conv: &Conv2d) -> [usize; 2] {
        let [y, x] = self.kernel;
        [conv.y.output / y, conv.x.output / x]
    }

    /// The convolution without the pixels of the result at the end that no window sees.
    pub(crate) fn seen(&self, conv: &Conv2d) -> Conv2d {
        let axis = |axis: Axis, kernel: usize| Axis {
            output: axis.output / kernel * kernel,
            ..axis
        };
        Conv2d {
            y: axis(conv.y, self.kernel[0]),
            x: axis(conv.x, self.kernel[1]),
            ..*conv
        }
    }

    /// The maxima of `x ⋆ weight + bias`, `[outputs, y, x, batch]`, and their places in the windows.
    ///
    /// Of several the first counts; NaN is greater than all.
    pub(crate) fn forward<T: Real>(
        &self,
        conv: &Conv2d,
        x: &[T],
        weight: &[T],
        bias: Option<&[T]>,
    ) -> (Vec<T>, Vec<u8>) {
        self.forward_with(arch(), conv, x, weight, bias)
    }

    pub(super) fn forward_with<T: Real>(
        &self,
        arch: Arch,
        conv: &Conv2d,
        x: &[T],
        weight: &[T],
        bias: Option<&[T]>,
    ) -> (Vec<T>, Vec<u8>) {
        let conv = self.seen(conv);
        let [height, width] = self.sizes(&conv);
        let sum = TapSum::forward(&conv, arch);
        let plan = sum.plan(lanes::<T>(arch), self.kernel[0]);
        let packed = conv.weights(weight, None).interleaved(&plan.tiles);
        let sums = Sums {
            of: &sum,
            plan: &plan,
            source: x,
            packed: &packed,
            bias,
        };
        let row = width * conv.batch;
        let sizes = [conv.outputs, height * row, plan.rows / self.kernel[0] * row];
        let (room, channel) = (sums.room(), plan.rows * conv.x.output * plan.width);
        let first = (T::zero(), NONE);
        new_band_pairs(
            first,
            sizes,
            &plan.tiles,
            conv.cost() / 4,
            |[i, tile], out, places| {
                T::with_scratch(room + MOST * channel, |scratch| {
                    let (room, values) = scratch.split_at_mut(room);
                    arch.dispatch(Piece {
                        sums: &sums,
                        pooling: *self,
                        rows: i * plan.rows..((i + 1) * plan.rows).min(conv.y.output),
                        channels: &plan.tiles[tile],
                        room,
                        values,
                        out,
                        places,
                    });
                });
            },
        )
    }

    /// The gradient of a convolution's result, of `conv`'s sizes, from that of the maxima.
    pub(crate) fn backward<T: Real>(&self, conv: &Conv2d, grad: &[T], places: &[u8]) -> Vec<T> {
        let ([ky, kx], [height, width]) = (self.kernel, self.sizes(conv));
        let (row, n) = (conv.x.output * conv.batch, conv.batch);
        // Where no window sees the last rows, those of a channel are one chunk, in which they are zeros.
        let (bands, size) = match conv.y.output.is_multiple_of(ky) {
            true => (1, ky * row),
            false => (height, conv.y.output * row),
        };
        let len = conv.outputs * conv.y.output * row;
        new_chunks(T::zero(), len, size, 4 * len, |i, to| {
            for (band, to) in to.chunks_exact_mut(ky * row).enumerate() {
                let from = (i * bands + band) * width * n;
                let (grad, places) = (&grad[from..][..width * n], &places[from..][..width * n]);
                spread(to, grad, places, [kx, n, row]);
            }
        })
    }
}

impl Conv2d {
    /// [`grad_weight`](Self::grad_weight) from the gradient of what `pooling` [sees](MaxPooling::seen) of the result; the sums are those
    /// of the whole gradient.
    pub(crate) fn grad_weight_seen<T: Real>(
        &self,
        pooling: &MaxPooling,
        x: &[T],
        grad: &[T],
        bias: bool,
    ) -> (Vec<T>, Option<Vec<T>>) {
        let (weight, sums) = self.batch_grad_weight(arch(), (x, grad), bias, &pooling.seen(self));
        (weight, bias.then_some(sums))
    }
}

/// Some rows of some channels.
struct Piece<'a, 'o, 'p, T> {
    sums: &'a Sums<'a, T>,
    pooling: MaxPooling,
    rows: Range<usize>,
    channels: &'a Range<usize>,
    /// For the lines that are seen, of some images.
    room: &'a mut [T],
    /// For the sums of these images, `[channel, y, x, image]`.
    values: &'a mut [T],
    out: &'a mut [&'o mut [T]],
    places: &'a mut [&'p mut [u8]],
}

impl<T: Real> WithSimd for Piece<'_, '_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        match self.sums.plan.vectors {
            WIDEST => self.images::<S, WIDEST>(simd),
            _ => self.images::<S, 2>(simd),
        }
    }
}

impl<T: Real> Piece<'_, '_, '_, T> {
    #[inline(always)]
    fn images<S: Simd, const V: usize>(&mut self, simd: S) {
        let (sums, width) = (self.sums, V * T::lanes::<S>());
        let batch = sums.of.batch;
        let channel = self.rows.len() * sums.of.x.windows.len() * width;
        for image in (0..batch).step_by(width) {
            let images = image..(image + width).min(batch);
            sums.gather::<S, V>(self.rows.clone(), images.clone(), self.room);
            let mut channels = self.values.chunks_exact_mut(channel.max(1));
            let mut out: [&mut [T]; MOST] =
                std::array::from_fn(|_| channels.next().unwrap_or_default());
            let to = To {
                out: &mut out[..self.channels.len()],
                pitch: width,
                images: 0..width,
            };
            sums.tile::<S, V>(simd, (self.channels, self.rows.clone()), self.room, to);
            match width {
                16.. => self.pool::<16>(width, images),
                8.. => self.pool::<8>(width, images),
                4.. => self.pool::<4>(width, images),
                _ => self.pool::<2>(width, images),
            }
        }
    }

    /// The maxima of some images, `L` of them at a time.
    #[inline(always)]
    fn pool<const L: usize>(&mut self, width: usize, images: Range<usize>) {
        match self.pooling.kernel {
            // Compiled for these numbers.
            [2, 2] => self.pool_by::<L>([2, 2], width, images),
            kernel => self.pool_by::<L>(kernel, width, images),
        }
    }

    #[inline(always)]
    fn pool_by<const L: usize>(
        &mut self,
        [ky, kx]: [usize; 2],
        width: usize,
        images: Range<usize>,
    ) {
        let (row, relu) = (self.sums.of.x.windows.len() * width, self.pooling.relu);
        let (batch, size) = (self.sums.of.batch, [[ky, kx], [row, width]]);
        let channels = self.values.chunks_exact((self.rows.len() * row).max(1));
        let to = self.out.iter_mut().zip(self.places.iter_mut());
        for (values, (out, places)) in channels.zip(to) {
            let mut pixels = out
                .chunks_exact_mut(batch)
                .zip(places.chunks_exact_mut(batch));
            for values in values.chunks_exact(ky * row) {
                for window in 0..row / (kx * width) {
                    let Some((out, places)) = pixels.next() else {
                        return;
                    };
                    let (out, places) = (&mut out[images.clone()], &mut places[images.clone()]);
                    let window = &values[window * kx * width..];
                    let chunks = out.chunks_mut(L).zip(places.chunks_mut(L));
                    for (i, (out, places)) in chunks.enumerate() {
                        let (best, place) = largest::<T, L>(&window[i * L..], size, relu);
                        match (out.as_chunks_mut(), places.as_chunks_mut()) {
                            (([out], []), ([places], [])) => (*out, *places) = (best, place),
                            _ => {
                                out.copy_from_slice(&best[..out.len()]);
                                places.copy_from_slice(&place[..places.len()]);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The largest of `ky` × `kx` pixels that are so far apart, for `L` images, and which pixel it is.
#[inline(always)]
fn largest<T: Real, const L: usize>(
    window: &[T],
    [[ky, kx], [row, pixel]]: [[usize; 2]; 2],
    relu: bool,
) -> ([T; L], [u8; L]) {
    let (least, none) = match relu {
        true => (T::zero(), u32::from(NONE)),
        false => (T::NEG_INFINITY, 0),
    };
    let (mut best, mut places) = ([least; L], [none; L]);
    for y in 0..ky {
        for x in 0..kx {
            let values = &window[y * row + x * pixel..][..L];
            let place = (y * kx + x) as u32;
            for ((best, at), &value) in best.iter_mut().zip(&mut places).zip(values) {
                // NaN is the one value unequal to itself. `|` does not branch, which nobody could predict here.
                #[allow(clippy::eq_op)]
                let better = (value > *best) | (value != value);
                *best = if better { value } else { *best };
                *at = if better { place } else { *at };
            }
        }
    }
    let mut narrow = [0; L];
    for (narrow, &place) in narrow.iter_mut().zip(&places) {
        *narrow = place as u8;
    }
    (best, narrow)
}

compiled! {
    /// Rows of the gradient of a convolution's result, from a row of that of the maxima, with `kx` the width of a window, `n` the number
    /// of images and `row` the length of a row.
    fn spread<'a, T: Real>(
        to: &'a mut [T],
        grad: &'a [T],
        places: &'a [u8],
        sizes: [usize; 3],
    ) {
        let [kx, n, row] = sizes;
        for (y, to) in to.chunks_exact_mut(row).enumerate() {
            let windows = grad.chunks_exact(n).zip(places.chunks_exact(n));
            for (to, (grad, places)) in to.chunks_exact_mut(kx * n).zip(windows) {
                for (x, to) in to.chunks_exact_mut(n).enumerate() {
                    let own = (y * kx + x) as u8;
                    for ((to, &g), &place) in to.iter_mut().zip(grad).zip(places) {
                        *to = if place == own { g } else { T::zero() };
                    }
                }
            }
        }
    }
}
