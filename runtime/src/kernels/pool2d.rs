//! Two-dimensional pools: of planes, and of pixels whose channels lie side by side.

use std::ops::Range;

use super::chunks::{for_each_chunk, for_each_chunk_pair, new_chunks};
use super::window::Line;
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
        let mut out = vec![T::NEG_INFINITY; self.planes * windows];
        let mut index = vec![0; out.len()];
        let row = self.x.output * channels;
        let (rows, indices) = ((&mut out[..], row), (&mut index[..], row));
        let cost = self.planes * windows * self.y.kernel * self.x.kernel;
        let first = self.first_seen();
        for_each_chunk_pair(rows, indices, cost, |i, out, index| {
            let (x, oy) = (&x[i / self.y.output * image..][..image], i % self.y.output);
            let pixels = out
                .chunks_exact_mut(channels)
                .zip(index.chunks_exact_mut(channels));
            for (ox, (out, index)) in pixels.enumerate() {
                index.fill(first[oy * self.x.output + ox]);
                for position in self.positions(oy, ox) {
                    let x = &x[position * channels..][..channels];
                    for ((out, index), &value) in out.iter_mut().zip(index.iter_mut()).zip(x) {
                        #[allow(clippy::eq_op)] // as in `row`
                        let better = (value > *out) | (value != value);
                        *out = if better { value } else { *out };
                        *index = if better { position as u32 } else { *index };
                    }
                }
            }
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
        new_chunks(T::zero(), len, image, cost, |i, dx| {
            let grad = grad[i * windows..][..windows].chunks_exact(channels);
            let index = index[i * windows..][..windows].chunks_exact(channels);
            for (window, (grad, index)) in grad.zip(index).enumerate() {
                let (oy, ox) = (window / self.x.output, window % self.x.output);
                // Every element of the window, and not the one alone that was largest: that needs no scattered writes.
                for position in self.positions(oy, ox) {
                    let dx = &mut dx[position * channels..][..channels];
                    for ((dx, &g), &at) in dx.iter_mut().zip(grad).zip(index) {
                        *dx += if at == position as u32 { g } else { T::zero() };
                    }
                }
            }
        })
    }

    /// The positions in a plane that a window sees.
    fn positions(&self, oy: usize, ox: usize) -> impl Iterator<Item = usize> + '_ {
        let rows = (0..self.y.kernel).filter_map(move |ky| self.y.position(oy, ky));
        rows.flat_map(move |iy| {
            let columns = (0..self.x.kernel).filter_map(move |kx| self.x.position(ox, kx));
            columns.map(move |ix| iy * self.x.input + ix)
        })
    }

    /// For every window, the first position that is not padding: what counts if all are −∞.
    pub(crate) fn first_seen(&self) -> Vec<u32> {
        let first = |axis: &Axis, window| {
            let mut seen = (0..axis.kernel).filter_map(|tap| axis.position(window, tap));
            seen.next().unwrap_or(0)
        };
        let columns: Vec<_> = (0..self.x.output).map(|ox| first(&self.x, ox)).collect();
        let rows = (0..self.y.output).map(|oy| first(&self.y, oy) * self.x.input);
        rows.flat_map(|row| columns.iter().map(move |column| (row + column) as u32))
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
            let x = &x[i * image..][..image];
            self.each(|window, rows, columns, divisor| {
                let out = &mut out[window * channels..][..channels];
                for pixel in rows.flat_map(|iy| columns.clone().map(move |ix| iy * width + ix)) {
                    let x = &x[pixel * channels..][..channels];
                    out.iter_mut().zip(x).for_each(|(out, &x)| *out += x);
                }
                let divisor = T::from_f64(divisor);
                out.iter_mut().for_each(|out| *out /= divisor);
            });
        });
        out
    }

    /// [`backward`](Self::backward) to `[batch, y, x, channels]`.
    pub(crate) fn backward_last<T: Real>(&self, grad: &[T], channels: usize) -> Vec<T> {
        let [height, width] = self.input;
        let (image, windows) = (height * width * channels, self.divisors.len() * channels);
        let len = self.planes * height * width;
        new_chunks(T::zero(), len, image, len, |i, dx| {
            let grad = &grad[i * windows..][..windows];
            self.each(|window, rows, columns, divisor| {
                let grad = &grad[window * channels..][..channels];
                let divisor = T::from_f64(divisor);
                for pixel in rows.flat_map(|iy| columns.clone().map(move |ix| iy * width + ix)) {
                    let dx = &mut dx[pixel * channels..][..channels];
                    dx.iter_mut()
                        .zip(grad)
                        .for_each(|(dx, &g)| *dx += g / divisor);
                }
            });
        })
    }

    fn each(&self, mut f: impl FnMut(usize, Range<usize>, Range<usize>, f64)) {
        let mut window = 0;
        for rows in &self.y {
            for columns in &self.x {
                f(window, rows.clone(), columns.clone(), self.divisors[window]);
                window += 1;
            }
        }
    }
}
