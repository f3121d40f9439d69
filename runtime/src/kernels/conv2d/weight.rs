//! The gradient of a convolution's weight.
//!
//! `∂W[o, c, ky, kx] = Σ ∂out[p, o] · x[what p sees at (ky, kx), c]`: for each element of the kernel, a few rows `c` of the sums
//! stay in registers while the pixels go by that see it. The gradient's channels are copied in panels of a few vectors, the input's
//! in bands of a few rows, so that what a loop reads lies close together.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::pack::{lanes, Panel, LANES};
use super::sweep::Sweep;
use super::tile::{full_rows, rows, sum_over_pixels};
use super::{Conv2d, Real};
use crate::kernels::chunks::for_each_chunk;
use crate::kernels::fresh::new_chunks;

/// Pixels whose gradients are packed at once, about.
const PIXELS: usize = 256;
/// Sums up to this many are made in parts, each of some images.
const SMALL: usize = 1 << 16;
/// Parts at most.
const PARTS: usize = 16;
/// Sums that are added up at once.
const PIECE: usize = 1 << 12;

/// The gradient of the weight of a convolution.
pub(super) struct Weight<'a> {
    conv: &'a Conv2d,
    arch: Arch,
    y: Sweep,
    x: Sweep,
    panels: Vec<Panel>,
    /// The elements of a panel's row.
    width: usize,
    /// How many elements of a row of the kernel are taken at once: all, if the pixels that see one see all, or one.
    taps: usize,
    /// How many channels of the input make a band, or none if the input is read as it is.
    band: Option<usize>,
}

impl<'a> Weight<'a> {
    pub(super) fn new<T: Real>(conv: &'a Conv2d, arch: Arch) -> Self {
        let panels = Panel::all::<T>(arch, conv.groups, conv.outputs);
        let width = panels.first().map_or(1, |panel| panel.width::<T>(arch));
        let x = Sweep::forward(&conv.x);
        let all_seen = x.windows.iter().all(|w| w.taps.len() == conv.x.kernel);
        let is_run = conv.groups == 1 && conv.x.dilation == 1 && all_seen;
        let most = full_rows(arch, width / lanes::<T>(arch));
        // A run of all elements is worth while where one of them alone would not fill a tile.
        let (taps, band) = match is_run && conv.inputs < 2 * most {
            true => (conv.x.kernel, None),
            false => {
                let bands = conv.inputs.div_ceil(most).max(1);
                (1, Some(conv.inputs.div_ceil(bands)))
            }
        };
        Weight {
            conv,
            arch,
            y: Sweep::forward(&conv.y),
            x,
            panels,
            width,
            taps,
            band,
        }
    }

    /// `[groups · outputs, inputs, ky, kx]`.
    pub(super) fn run<T: Real>(&self, x: &[T], grad: &[T]) -> Vec<T> {
        let conv = self.conv;
        let column = conv.column();
        let len = conv.groups * conv.outputs * column;
        let size = column * self.width;
        if len == 0 || grad.is_empty() || x.is_empty() {
            return vec![T::zero(); len];
        }
        let banded = self.band.map(|band| self.in_bands(x, band));
        let x = banded.as_deref().unwrap_or(x);
        // Eight multiplications or so are one instruction.
        let cost = conv.cost() / 4;
        if len > SMALL && conv.groups == 1 {
            return new_chunks(T::zero(), len, size, cost, |i, out| {
                let panels = &self.panels[i..=i];
                T::with_scratch(size + self.room(1), |scratch| {
                    let (sums, packed) = scratch.split_at_mut(size);
                    sums.fill(T::zero());
                    self.sum(x, grad, panels, 0..conv.batch, packed, sums);
                    self.unpack(&panels[0], sums, out);
                });
            });
        }
        let images = conv.batch.div_ceil(PARTS);
        let parts = conv.batch.div_ceil(images);
        let all = self.panels.len() * size;
        let mut partial = new_chunks(T::zero(), parts * all, all, cost, |i, sums| {
            let images = i * images..((i + 1) * images).min(conv.batch);
            T::with_scratch(self.room(self.panels.len()), |packed| {
                self.sum(x, grad, &self.panels, images, packed, sums);
            });
        });
        let (total, rest) = partial.split_at_mut(all);
        for_each_chunk(total, PIECE, parts * all, |i, total| {
            for part in rest.chunks_exact(all) {
                let part = &part[i * PIECE..][..total.len()];
                total.iter_mut().zip(part).for_each(|(a, &b)| *a += b);
            }
        });
        let mut out = vec![T::zero(); len];
        for (panel, sums) in self.panels.iter().zip(total.chunks_exact(size)) {
            let first = panel.channel(conv.outputs);
            self.unpack(
                panel,
                sums,
                &mut out[first * column..][..panel.count * column],
            );
        }
        out
    }

    /// Adds the sums over some images, `[panels, taps, inputs, width]`; `packed` is room for a block of the gradient.
    fn sum<T: Real>(
        &self,
        x: &[T],
        grad: &[T],
        panels: &[Panel],
        images: Range<usize>,
        packed: &mut [T],
        sums: &mut [T],
    ) {
        self.arch.dispatch(Sum {
            weight: self,
            x,
            grad,
            panels,
            images,
            packed,
            sums,
        });
    }

    /// Elements of a block of the gradient.
    fn room(&self, panels: usize) -> usize {
        panels * self.rows_of_a_block() * self.x.windows.len() * self.width
    }

    fn rows_of_a_block(&self) -> usize {
        PIXELS.div_ceil(self.x.windows.len().max(1))
    }

    /// The input as `[bands, pixels, channels of the band]`; bands don't reach over groups, whose last may be smaller.
    fn in_bands<T: Real>(&self, x: &[T], band: usize) -> Vec<T> {
        let (inputs, channels) = (self.conv.inputs, self.conv.groups * self.conv.inputs);
        let pixels = x.len() / channels;
        let bands = inputs.div_ceil(band);
        let size = pixels * band;
        let len = self.conv.groups * bands * size;
        new_chunks(T::zero(), len, size, len, |i, out| {
            let first = i % bands * band;
            let count = band.min(inputs - first);
            let from = x[i / bands * inputs + first..].chunks(channels);
            for (to, from) in out.chunks_exact_mut(count).zip(from) {
                to.copy_from_slice(&from[..count]);
            }
        })
    }

    /// Brings a panel's sums into the order of the weight.
    fn unpack<T: Real>(&self, panel: &Panel, sums: &[T], out: &mut [T]) {
        let (conv, width, taps) = (self.conv, panel.width::<T>(self.arch), self.conv.taps());
        let column = conv.column();
        let mut columns = out.chunks_exact_mut(column);
        for lane in (0..panel.count).step_by(LANES) {
            let mut lanes: Vec<&mut [T]> = columns.by_ref().take(LANES).collect();
            for channel in 0..conv.inputs {
                for tap in 0..taps {
                    let sums = &sums[(tap * conv.inputs + channel) * width + lane..];
                    for (out, &sum) in lanes.iter_mut().zip(sums) {
                        out[channel * taps + tap] = sum;
                    }
                }
            }
        }
    }
}

/// The sums over some images.
struct Sum<'a, T> {
    weight: &'a Weight<'a>,
    x: &'a [T],
    grad: &'a [T],
    panels: &'a [Panel],
    images: Range<usize>,
    /// Room for a block of the gradient, `[panels, pixels, width]`.
    packed: &'a mut [T],
    /// `[panels, taps, inputs, width]`
    sums: &'a mut [T],
}

impl<T: Real> WithSimd for Sum<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let (weight, conv) = (self.weight, self.weight.conv);
        let height = weight.y.windows.len();
        let end = self.images.end * height;
        let mut pixels = Vec::new();
        for start in (self.images.start * height..end).step_by(weight.rows_of_a_block()) {
            let rows = start..(start + weight.rows_of_a_block()).min(end);
            self.pack(rows.clone());
            for ky in 0..conv.y.kernel {
                for kx in (0..conv.x.kernel).step_by(weight.taps) {
                    self.pixels(rows.clone(), [ky, kx], &mut pixels);
                    self.taps::<S>(simd, [ky, kx], &pixels, rows.len());
                }
            }
        }
    }
}

impl<T: Real> Sum<'_, T> {
    /// Copies the gradients of the rows' pixels.
    #[inline(always)]
    fn pack(&mut self, rows: Range<usize>) {
        let (weight, conv) = (self.weight, self.weight.conv);
        let (columns, channels) = (weight.x.windows.len(), conv.groups * conv.outputs);
        let grad = &self.grad[rows.start * columns * channels..][..rows.len() * columns * channels];
        let size = rows.len() * columns * weight.width;
        for (panel, packed) in self.panels.iter().zip(self.packed.chunks_mut(size)) {
            let (first, width) = (panel.channel(conv.outputs), panel.width::<T>(weight.arch));
            let packed = packed.chunks_exact_mut(width);
            for (grad, packed) in grad.chunks_exact(channels).zip(packed) {
                let (packed, rest) = packed.split_at_mut(panel.count);
                packed.copy_from_slice(&grad[first..][..panel.count]);
                rest.fill(T::zero());
            }
        }
    }

    /// The pixels that see an element of the kernel: where, and which of the block's they are.
    #[inline(always)]
    fn pixels(&self, rows: Range<usize>, [ky, kx]: [usize; 2], pixels: &mut Vec<[u32; 2]>) {
        let Weight { y, x, .. } = self.weight;
        let (height, width) = (y.windows.len(), x.windows.len());
        pixels.clear();
        for (i, row) in rows.enumerate() {
            let window = &y.windows[row % height];
            if !window.taps.contains(&ky) {
                continue;
            }
            let line = row / height * y.source + window.start;
            let line = (line + (ky - window.taps.start) * y.step) * x.source;
            for (j, window) in x.windows.iter().enumerate() {
                if window.taps.contains(&kx) {
                    let at = line + window.start + (kx - window.taps.start) * x.step;
                    pixels.push([at as u32, (i * width + j) as u32]);
                }
            }
        }
    }

    /// Adds what the pixels see at an element of the kernel, or at all that are taken at once with it.
    #[inline(always)]
    fn taps<S: Simd>(&mut self, simd: S, [ky, kx]: [usize; 2], pixels: &[[u32; 2]], rows: usize) {
        let (weight, conv) = (self.weight, self.weight.conv);
        let size = conv.column() * weight.width;
        let block = rows * weight.x.windows.len() * weight.width;
        let first = (ky * conv.x.kernel + kx) * conv.inputs;
        let count = weight.taps * conv.inputs;
        let sums = self.sums.chunks_exact_mut(size);
        let parts = sums.zip(self.packed.chunks_exact(block));
        for (panel, (sums, grad)) in self.panels.iter().zip(parts) {
            let width = panel.vectors * T::lanes::<S>();
            let sums = &mut sums[first * width..][..count * width];
            let source = (self.x, panel.group);
            match panel.vectors {
                1 => each_tile::<S, T, 1>(simd, weight, source, pixels, grad, sums),
                _ => each_tile::<S, T, 2>(simd, weight, source, pixels, grad, sums),
            }
        }
    }
}

/// All rows of an element's sums, tile by tile.
#[inline(always)]
fn each_tile<S: Simd, T: Real, const V: usize>(
    simd: S,
    weight: &Weight<'_>,
    (x, group): (&[T], usize),
    pixels: &[[u32; 2]],
    grad: &[T],
    sums: &mut [T],
) {
    let (conv, width) = (weight.conv, V * T::lanes::<S>());
    if let Some(band) = weight.band {
        let bands = conv.inputs.div_ceil(band);
        let size = conv.batch * conv.input_pixels() * band;
        for (i, sums) in sums.chunks_mut(band * width).enumerate() {
            let x = &x[(group * bands + i) * size..][..size];
            tile::<S, T, V>(simd, (x, sums.len() / width), pixels, grad, sums);
        }
        return;
    }
    let count = sums.len() / width;
    let tiles = count.div_ceil(rows::<S>(V));
    let mut start = 0;
    for i in 1..=tiles {
        let end = i * count / tiles;
        let sums = &mut sums[start * width..end * width];
        tile::<S, T, V>(simd, (&x[start..], conv.inputs), pixels, grad, sums);
        start = end;
    }
}

#[inline(always)]
fn tile<S: Simd, T: Real, const V: usize>(
    simd: S,
    source: (&[T], usize),
    pixels: &[[u32; 2]],
    grad: &[T],
    sums: &mut [T],
) {
    macro_rules! of_rows {
        ($($rows:literal)*) => {
            match sums.len() / (V * T::lanes::<S>()) {
                $($rows => sum_over_pixels::<S, T, $rows, V>(simd, source, pixels, grad, sums),)*
                _ => {}
            }
        };
    }
    if rows::<S>(V) == 12 {
        of_rows!(1 2 3 4 5 6 7 8 9 10 11 12);
    } else {
        of_rows!(1 2 3 4 5 6);
    }
}
