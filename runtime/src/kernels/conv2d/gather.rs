//! Convolution of planes, `[batch, channels, y, x]`: image by image, columns gathered into scratch memory that stays in the
//! cache, then a matrix product.
//!
//! With the columns `col[(c, ky, kx), (oy, ox)] = x[c, oy·stride + ky·dilation − padding, …]` of one image, per group,
//! `out = W · col`, `∂col = Wᵀ · ∂out` (added back to where the columns came from) and `∂W = Σ ∂out · colᵀ` over the images.

use std::ops::Range;

use super::direct::positive;
use super::{Conv2d, Finish, Real};
use crate::kernels::chunks::{blocks, for_each_chunk};
use crate::kernels::gemm::{gemm, Strides};
use crate::kernels::real::sum;
use crate::kernels::window::Line;

/// Elements of a band of columns: what is gathered at once. Fits a second-level cache with the weights beside it.
const BAND: usize = 1 << 16;
/// Columns of a band at least, so that the weights are not read again for a few of them.
const LEAST_COLUMNS: usize = 128;
/// Pieces of work wanted, so that up to that many threads have some.
const PIECES: usize = 16;
/// Weights up to this many are accumulated by several threads in copies of their own.
const SMALL_WEIGHT: usize = 1 << 16;

impl Conv2d {
    /// `x ⋆ weight`, finished, as `[batch, groups · outputs, y.output, x.output]`.
    pub(super) fn planes_forward<T: Real>(
        &self,
        x: &[T],
        weight: &[T],
        finish: Finish<'_, T>,
    ) -> Vec<T> {
        let (pixels, column) = (self.output_pixels(), self.column());
        let mut out = vec![T::zero(); self.batch * self.groups * self.outputs * pixels];
        let per_group = blocks(self.outputs, self.batch * self.groups, 16, PIECES);
        let rows = self.outputs / per_group;
        for_each_chunk(&mut out, rows * pixels, self.cost(), |i, out| {
            let (image, first) = (i / per_group, i % per_group * rows);
            if let Some(bias) = finish.bias {
                let bias = &bias[image % self.groups * self.outputs + first..][..rows];
                for (out, &bias) in out.chunks_exact_mut(pixels).zip(bias) {
                    out.fill(bias);
                }
            }
            let weight = &weight[(image % self.groups * self.outputs + first) * column..];
            let weight = (weight, Strides::row_major(column));
            self.columns(self.planes(x, image), |columns, band| {
                let size = [rows, band.len(), column];
                let out = (&mut out[band.start..], Strides::row_major(pixels));
                gemm(size, out, finish.bias.is_some(), weight, columns);
            });
            if finish.relu {
                positive(out);
            }
        });
        out
    }

    /// The gradient of the input.
    pub(super) fn planes_grad_input<T: Real>(&self, grad: &[T], weight: &[T]) -> Vec<T> {
        let (plane, pixels, column) = (self.input_pixels(), self.output_pixels(), self.column());
        let taps = self.taps();
        let mut dx = vec![T::zero(); self.batch * self.groups * self.inputs * plane];
        let per_group = blocks(self.inputs, self.batch * self.groups, 16, PIECES);
        let channels = self.inputs / per_group;
        for_each_chunk(&mut dx, channels * plane, self.cost(), |i, dx| {
            let (image, first) = (i / per_group, i % per_group * channels);
            let grad = &grad[image * self.outputs * pixels..][..self.outputs * pixels];
            let weight = &weight[image % self.groups * self.outputs * column + first * taps..];
            let weight = (weight, Strides::row_major(column).transposed());
            let rows = channels * taps;
            let grad_at = |start| (&grad[start..], Strides::row_major(pixels));
            if self.is_pointwise() {
                let dx = (dx, Strides::row_major(pixels));
                return gemm([rows, pixels, self.outputs], dx, false, weight, grad_at(0));
            }
            for band in self.bands() {
                let columns = band.len() * self.x.output;
                T::with_scratch(rows * columns, |scratch| {
                    let out = (&mut *scratch, Strides::row_major(columns));
                    let grad = grad_at(band.start * self.x.output);
                    gemm([rows, columns, self.outputs], out, false, weight, grad);
                    self.scatter(scratch, band, dx);
                });
            }
        });
        dx
    }

    /// The gradient of the weight, `[groups · outputs, inputs, y.kernel, x.kernel]`.
    pub(super) fn planes_grad_weight<T: Real>(&self, x: &[T], grad: &[T]) -> Vec<T> {
        let (pixels, column) = (self.output_pixels(), self.column());
        let len = self.groups * self.outputs * column;
        // Each part sums a range of images; the parts are then added in order.
        let parts = if len <= SMALL_WEIGHT {
            self.batch.clamp(1, PIECES)
        } else {
            1
        };
        let images = self.batch.div_ceil(parts);
        let per_group = blocks(self.outputs, parts * self.groups, 16, PIECES);
        let rows = self.outputs / per_group;
        let mut partial = vec![T::zero(); parts * len];
        for_each_chunk(&mut partial, rows * column, self.cost(), |i, dw| {
            let (part, group) = (i / per_group / self.groups, i / per_group % self.groups);
            let first = i % per_group * rows;
            for image in part * images..((part + 1) * images).min(self.batch) {
                let index = image * self.groups + group;
                let grad = &grad[(index * self.outputs + first) * pixels..][..rows * pixels];
                self.columns(self.planes(x, index), |(columns, strides), band| {
                    let dw = (&mut *dw, Strides::row_major(column));
                    let grad = (&grad[band.start..], Strides::row_major(pixels));
                    let columns = (columns, strides.transposed());
                    gemm([rows, column, band.len()], dw, true, grad, columns);
                });
            }
        });
        let (total, rest) = partial.split_at_mut(len);
        for part in rest.chunks_exact(len.max(1)) {
            total.iter_mut().zip(part).for_each(|(a, &b)| *a += b);
        }
        partial.truncate(len);
        partial
    }

    /// The gradient of the bias.
    pub(super) fn planes_grad_bias<T: Real>(&self, grad: &[T]) -> Vec<T> {
        let (channels, pixels) = (self.groups * self.outputs, self.output_pixels());
        let mut db = vec![T::zero(); channels];
        for_each_chunk(&mut db, 1, grad.len(), |channel, db| {
            let plane = |image| &grad[(image * channels + channel) * pixels..][..pixels];
            db[0] = T::from_f64((0..self.batch).map(|i| sum(plane(i), |g| g)).sum());
        });
        db
    }

    fn is_pointwise(&self) -> bool {
        self.y.is_identity() && self.x.is_identity()
    }

    /// The channels of the group `index % groups` of the image `index / groups`.
    fn planes<'a, T>(&self, x: &'a [T], index: usize) -> &'a [T] {
        let len = self.inputs * self.input_pixels();
        &x[index * len..][..len]
    }

    /// Ranges of output rows whose columns are gathered together.
    fn bands(&self) -> impl Iterator<Item = Range<usize>> {
        let columns = (BAND / self.column().max(1)).max(LEAST_COLUMNS);
        let rows = columns.div_ceil(self.x.output.max(1));
        let output = self.y.output;
        (0..output)
            .step_by(rows)
            .map(move |start| start..(start + rows).min(output))
    }

    /// Calls `f` with the columns of one band after the other, and which output pixels they belong to.
    fn columns<T: Real>(&self, planes: &[T], mut f: impl FnMut((&[T], Strides), Range<usize>)) {
        if self.is_pointwise() {
            let pixels = self.output_pixels();
            return f((planes, Strides::row_major(pixels)), 0..pixels);
        }
        for band in self.bands() {
            let width = band.len() * self.x.output;
            let start = band.start * self.x.output;
            T::with_scratch(self.column() * width, |scratch| {
                self.gather(planes, band, scratch);
                f((scratch, Strides::row_major(width)), start..start + width);
            });
        }
    }

    /// Copies what the band's windows see; padding is zero.
    fn gather<T: Real>(&self, planes: &[T], band: Range<usize>, columns: &mut [T]) {
        self.each_line(band, columns.len(), |row, Line { windows, first }, line| {
            let out = &mut columns[line];
            let Some(row) = row else {
                return out.fill(T::zero());
            };
            out[..windows.start].fill(T::zero());
            out[windows.end..].fill(T::zero());
            let (from, out) = (&planes[row][*first..], &mut out[windows.clone()]);
            if self.x.stride == 1 {
                out.copy_from_slice(&from[..out.len()]);
            } else {
                let from = from.iter().step_by(self.x.stride);
                out.iter_mut().zip(from).for_each(|(out, &x)| *out = x);
            }
        });
    }

    /// The transpose of [`gather`](Self::gather): adds every value to where it came from.
    fn scatter<T: Real>(&self, columns: &[T], band: Range<usize>, planes: &mut [T]) {
        self.each_line(band, columns.len(), |row, Line { windows, first }, line| {
            let Some(row) = row else {
                return;
            };
            let from = &columns[line][windows.clone()];
            let to = &mut planes[row][*first..];
            if self.x.stride == 1 {
                to.iter_mut().zip(from).for_each(|(to, &g)| *to += g);
            } else {
                let to = to.iter_mut().step_by(self.x.stride);
                to.zip(from).for_each(|(to, &g)| *to += g);
            }
        });
    }

    /// Calls `f` for every row of windows of every element of the kernel, with where the row of the input lies that they
    /// see (none in the padding), what they see of it, and where their values lie among the `len` ones of the columns.
    fn each_line(
        &self,
        band: Range<usize>,
        len: usize,
        mut f: impl FnMut(Option<Range<usize>>, &Line, Range<usize>),
    ) {
        let (width, lines) = (self.x.output, self.x.lines());
        if len == 0 {
            return;
        }
        let mut start = 0;
        for row in 0..len / (band.len() * width) {
            let (channel, tap) = (row / self.taps(), row % self.taps());
            let (ky, line) = (tap / self.x.kernel, &lines[tap % self.x.kernel]);
            for oy in band.clone() {
                let row = self.y.position(oy, ky).map(|iy| {
                    let start = (channel * self.y.input + iy) * self.x.input;
                    start..start + self.x.input
                });
                f(row, line, start..start + width);
                start += width;
            }
        }
    }
}
