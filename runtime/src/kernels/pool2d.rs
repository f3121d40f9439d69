//! Two-dimensional pools, plane by plane.

use std::ops::Range;

use super::chunks::{for_each_chunk, for_each_chunk_pair};
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
