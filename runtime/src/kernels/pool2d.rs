//! Two-dimensional pools: of planes, and of pixels whose channels lie side by side.

use std::ops::Range;

use super::chunks::{for_each_chunk, for_each_chunk_pair};
use super::compiled::compiled;
use super::fresh::new_chunks;
use super::window::{Line, Window};
use super::{Axis, Real};

/// The largest element of every window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MaxPool2d {
    /// How many planes: batch · channels.
    pub(crate) planes: usize,
    pub(crate) y: Axis,
    pub(crate) x: Axis,
}

impl MaxPool2d {
    /// The maxima and where in the plane they are. Of several the first counts; NaN is greater than all.
    pub(crate) fn forward<T: Real>(&self, x: &[T]) -> (Vec<T>, Vec<u32>) {
        let (plane, windows) = (self.input_pixels(), self.windows());
        let mut out = vec![T::NEG_INFINITY; self.planes * windows];
        let mut index = vec![0; out.len()];
        let (chunks, indices) = ((&mut out[..], windows), (&mut index[..], windows));
        let cost = self.planes * windows * self.y.kernel * self.x.kernel;
        let (first, lines) = (self.first_seen(), self.x.lines());
        for_each_chunk_pair(chunks, indices, cost, |i, out, index| {
            index.copy_from_slice(&first);
            let rows = out
                .chunks_exact_mut(self.x.output)
                .zip(index.chunks_exact_mut(self.x.output));
            for (oy, (out, index)) in rows.enumerate() {
                self.row(&x[i * plane..][..plane], oy, &lines, out, index);
            }
        });
        (out, index)
    }

    /// The gradient of the input: each window's goes to its maximum.
    pub(crate) fn backward<T: Real>(&self, grad: &[T], index: &[u32]) -> Vec<T> {
        let (plane, windows) = (self.input_pixels(), self.windows());
        let mut dx = vec![T::zero(); self.planes * plane];
        for_each_chunk(&mut dx, plane, grad.len(), |i, dx| {
            let range = i * windows..(i + 1) * windows;
            for (&g, &at) in grad[range.clone()].iter().zip(&index[range]) {
                dx[at as usize] += g;
            }
        });
        dx
    }

    /// [`forward`](Self::forward) of `[batch, y, x, channels]`; the positions are those in a channel's plane.
    pub(crate) fn forward_last<T: Real>(&self, x: &[T], channels: usize) -> (Vec<T>, Vec<u32>) {
        let (image, windows) = (self.input_pixels() * channels, self.windows());
        let mut out = vec![T::zero(); self.planes * windows];
        let mut index = vec![0; out.len()];
        let row = self.x.output * channels;
        let (rows, indices) = ((&mut out[..], row), (&mut index[..], row));
        let cost = self.planes * windows * self.y.kernel * self.x.kernel;
        let (ys, xs) = (self.y.windows(), self.x.windows());
        for_each_chunk_pair(rows, indices, cost, |i, out, index| {
            let (x, oy) = (&x[i / self.y.output * image..][..image], i % self.y.output);
            maxima(self, x, channels, &ys[oy], &xs, out, index);
        });
        (out, index)
    }

    /// [`backward`](Self::backward) to `[batch, y, x, channels]`.
    pub(crate) fn backward_last<T: Real>(
        &self,
        grad: &[T],
        index: &[u32],
        channels: usize,
    ) -> Vec<T> {
        let (image, windows) = (self.input_pixels() * channels, self.windows() * channels);
        let len = self.planes * self.input_pixels();
        let cost = grad.len() * self.y.kernel * self.x.kernel;
        let lines = self.x.lines();
        new_chunks(T::zero(), len, image, cost, |i, dx| {
            let windows = i * windows..(i + 1) * windows;
            let (grad, index) = (&grad[windows.clone()], &index[windows]);
            to_maxima(self, grad, index, channels, &lines, dx);
        })
    }

    /// For every window, the first position that is not padding: what counts if all are −∞.
    pub(crate) fn first_seen(&self) -> Vec<u32> {
        let (ys, xs) = (self.y.windows(), self.x.windows());
        let row = |y: &Window| y.start * self.x.input;
        ys.iter()
            .flat_map(|y| xs.iter().map(move |x| (row(y) + x.start) as u32))
            .collect()
    }

    /// One row of windows, element by element of the kernel: the inner loop has no branches.
    fn row<T: Real>(
        &self,
        plane: &[T],
        oy: usize,
        lines: &[Line],
        out: &mut [T],
        index: &mut [u32],
    ) {
        for ky in 0..self.y.kernel {
            let Some(iy) = self.y.position(oy, ky) else {
                continue;
            };
            let row = &plane[iy * self.x.input..][..self.x.input];
            for Line { windows, first } in lines {
                let (seen, at) = (&row[*first..], iy * self.x.input + first);
                let best = out[windows.clone()].iter_mut();
                let best = best.zip(&mut index[windows.clone()]);
                for (i, (best, index)) in best.enumerate() {
                    let value = seen[i * self.x.stride];
                    // NaN is the one value unequal to itself. `|` does not branch, which nobody could predict here.
                    #[allow(clippy::eq_op)]
                    let better = (value > *best) | (value != value);
                    *best = if better { value } else { *best };
                    *index = if better {
                        (at + i * self.x.stride) as u32
                    } else {
                        *index
                    };
                }
            }
        }
    }

    fn input_pixels(&self) -> usize {
        self.y.input * self.x.input
    }

    fn windows(&self) -> usize {
        self.y.output * self.x.output
    }
}

/// The maxima of a window, of `L` channels at a time; those at the end are looked at twice where `L` does not divide their number.
#[inline(always)]
fn window_maxima<T: Real, const L: usize>(
    pool: &MaxPool2d,
    x: &[T],
    [y, seen]: [&Window; 2],
    out: &mut [T],
    index: &mut [u32],
) {
    let channels = out.len();
    for channel in (0..channels).step_by(L) {
        let channel = channel.min(channels - L);
        let position = |row: usize, column: usize| row * pool.x.input + column;
        let mut best = [T::NEG_INFINITY; L];
        let mut places = [position(y.start, seen.start) as u32; L];
        for row in y.positions(pool.y.dilation) {
            for column in seen.positions(pool.x.dilation) {
                let at = position(row, column);
                let values = &x[at * channels + channel..][..L];
                for ((best, place), &value) in best.iter_mut().zip(&mut places).zip(values) {
                    #[allow(clippy::eq_op)] // as in `row`
                    let better = (value > *best) | (value != value);
                    *best = if better { value } else { *best };
                    *place = if better { at as u32 } else { *place };
                }
            }
        }
        out[channel..channel + L].copy_from_slice(&best);
        index[channel..channel + L].copy_from_slice(&places);
    }
}

compiled! {
    /// One row of windows `[x, channels]`.
    fn maxima<'a, T: Real>(
        pool: &'a MaxPool2d,
        x: &'a [T],
        channels: usize,
        y: &'a Window,
        xs: &'a [Window],
        out: &'a mut [T],
        index: &'a mut [u32],
    ) {
        let windows = out.chunks_exact_mut(channels).zip(index.chunks_exact_mut(channels));
        for ((out, index), seen) in windows.zip(xs) {
            let window = [y, seen];
            match channels {
                16.. => window_maxima::<T, 16>(pool, x, window, out, index),
                8.. => window_maxima::<T, 8>(pool, x, window, out, index),
                4.. => window_maxima::<T, 4>(pool, x, window, out, index),
                _ => window_maxima::<T, 1>(pool, x, window, out, index),
            }
        }
    }

    /// The gradient of an image: every element of a window is looked at, and not the largest one alone, since that needs no
    /// scattered writes.
    fn to_maxima<'a, T: Real>(
        pool: &'a MaxPool2d,
        grad: &'a [T],
        index: &'a [u32],
        channels: usize,
        lines: &'a [Line],
        dx: &'a mut [T],
    ) {
        let row = pool.x.output * channels;
        // An element of one window alone is written, and no sum.
        let alone = [pool.y, pool.x].iter().all(|axis| (axis.kernel - 1) * axis.dilation < axis.stride);
        for (oy, (grad, index)) in grad.chunks_exact(row).zip(index.chunks_exact(row)).enumerate() {
            for ky in 0..pool.y.kernel {
                let Some(iy) = pool.y.position(oy, ky) else {
                    continue;
                };
                for Line { windows, first } in lines {
                    let part = windows.start * channels..windows.end * channels;
                    let grad = grad[part.clone()].chunks_exact(channels);
                    let mut position = iy * pool.x.input + first;
                    for (grad, index) in grad.zip(index[part].chunks_exact(channels)) {
                        let (dx, own) = (&mut dx[position * channels..][..channels], position as u32);
                        let all = dx.iter_mut().zip(grad).zip(index);
                        if alone {
                            for ((dx, &g), &at) in all {
                                *dx = if at == own { g } else { T::zero() };
                            }
                        } else {
                            for ((dx, &g), &at) in all {
                                *dx += if at == own { g } else { T::zero() };
                            }
                        }
                        position += pool.x.stride;
                    }
                }
            }
        }
    }

    /// The sums of an image's rectangles, divided.
    fn averages<'a, T: Real>(pool: &'a Average, x: &'a [T], channels: usize, out: &'a mut [T]) {
        let width = pool.input[1];
        let rectangles = pool.rectangles().zip(out.chunks_exact_mut(channels));
        for ((rows, columns, divisor), out) in rectangles {
            for iy in rows {
                let row = &x[iy * width * channels..][columns.start * channels..columns.end * channels];
                for x in row.chunks_exact(channels) {
                    out.iter_mut().zip(x).for_each(|(out, &x)| *out += x);
                }
            }
            let divisor = T::from_f64(divisor);
            out.iter_mut().for_each(|out| *out /= divisor);
        }
    }

    /// The gradient of an image from that of its averages.
    fn to_averages<'a, T: Real>(pool: &'a Average, grad: &'a [T], channels: usize, dx: &'a mut [T]) {
        let width = pool.input[1];
        let rectangles = pool.rectangles().zip(grad.chunks_exact(channels));
        for ((rows, columns, divisor), grad) in rectangles {
            let divisor = T::from_f64(divisor);
            for iy in rows {
                let row = &mut dx[iy * width * channels..][columns.start * channels..columns.end * channels];
                for dx in row.chunks_exact_mut(channels) {
                    dx.iter_mut().zip(grad).for_each(|(dx, &g)| *dx += g / divisor);
                }
            }
        }
    }
}

/// The sum over rectangles, each divided by a number of its own.
#[derive(Clone, Debug)]
pub(crate) struct Average {
    /// How many planes: batch · channels.
    pub(crate) planes: usize,
    /// The size of an input plane.
    pub(crate) input: [usize; 2],
    /// The rows of the rectangles.
    pub(crate) y: Vec<Range<usize>>,
    /// The columns of the rectangles.
    pub(crate) x: Vec<Range<usize>>,
    /// For each rectangle, row by row, what its sum is divided by.
    pub(crate) divisors: Vec<f64>,
}

impl Average {
    pub(crate) fn forward<T: Real>(&self, x: &[T]) -> Vec<T> {
        let [height, width] = self.input;
        let plane = height * width;
        let mut out = vec![T::zero(); self.planes * self.divisors.len()];
        for_each_chunk(&mut out, self.divisors.len(), x.len(), |i, out| {
            let x = &x[i * plane..][..plane];
            self.each(|window, rows, columns, divisor| {
                let mut sum = T::zero();
                for iy in rows {
                    for &value in &x[iy * width..][columns.clone()] {
                        sum += value;
                    }
                }
                out[window] = sum / T::from_f64(divisor);
            });
        });
        out
    }

    pub(crate) fn backward<T: Real>(&self, grad: &[T]) -> Vec<T> {
        let [height, width] = self.input;
        let windows = self.divisors.len();
        let mut dx = vec![T::zero(); self.planes * height * width];
        let cost = dx.len();
        for_each_chunk(&mut dx, height * width, cost, |i, dx| {
            let grad = &grad[i * windows..][..windows];
            self.each(|window, rows, columns, divisor| {
                let share = grad[window] / T::from_f64(divisor);
                for iy in rows {
                    for dx in &mut dx[iy * width..][columns.clone()] {
                        *dx += share;
                    }
                }
            });
        });
        dx
    }

    /// [`forward`](Self::forward) of `[batch, y, x, channels]`.
    pub(crate) fn forward_last<T: Real>(&self, x: &[T], channels: usize) -> Vec<T> {
        let [height, width] = self.input;
        let (image, windows) = (height * width * channels, self.divisors.len() * channels);
        let mut out = vec![T::zero(); self.planes * self.divisors.len()];
        for_each_chunk(&mut out, windows, x.len(), |i, out| {
            averages(self, &x[i * image..][..image], channels, out);
        });
        out
    }

    /// [`backward`](Self::backward) to `[batch, y, x, channels]`.
    pub(crate) fn backward_last<T: Real>(&self, grad: &[T], channels: usize) -> Vec<T> {
        let [height, width] = self.input;
        let (image, windows) = (height * width * channels, self.divisors.len() * channels);
        let len = self.planes * height * width;
        new_chunks(T::zero(), len, image, len, |i, dx| {
            to_averages(self, &grad[i * windows..][..windows], channels, dx);
        })
    }

    fn each(&self, mut f: impl FnMut(usize, Range<usize>, Range<usize>, f64)) {
        for (window, (rows, columns, divisor)) in self.rectangles().enumerate() {
            f(window, rows, columns, divisor);
        }
    }

    /// The rows and columns of every rectangle, and what it is divided by.
    fn rectangles(&self) -> impl Iterator<Item = (Range<usize>, Range<usize>, f64)> + '_ {
        let columns = |rows: Range<usize>| self.x.iter().map(move |x| (rows.clone(), x.clone()));
        let pairs = self.y.iter().cloned().flat_map(columns);
        pairs
            .zip(&self.divisors)
            .map(|((rows, columns), &divisor)| (rows, columns, divisor))
    }
}
