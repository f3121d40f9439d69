//! Sums over what every pixel sees: the result of a convolution, and the gradient of its input.
//!
//! The destination's channels are cut into panels of a few vectors, whose weights are packed in the order in which they are
//! needed. Pixels that see the same elements of the kernel are taken together, across rows and images, so that nothing is
//! multiplied with padding.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::pack::{Panel, Weights};
use super::sweep::Class;
use super::tap_sum::TapSum;
use super::tile::{rows, sum_over_taps, Segment, FEW, WIDEST};
use super::{Finish, Real};
use crate::kernels::fresh::new_chunks;

/// Elements of source and destination that belong to one piece of work, about: they fit a second-level cache.
const ELEMENTS: usize = 1 << 16;
/// Pixels of one piece of work at least: there must be enough that see the same to fill tiles.
const LEAST_PIXELS: usize = 256;
/// Pieces of work wanted at least, so that several threads have some.
const PIECES: usize = 8;

/// Pixels that see the same elements of the kernel.
struct Tiles {
    pixels: Vec<Pixel>,
    segments: Vec<Segment>,
}

/// Where what it sees starts in the source, and which pixel of the piece it is.
#[derive(Clone, Copy)]
struct Pixel {
    source: usize,
    index: usize,
}

impl TapSum {
    /// The destination, `[batch, y, x, groups · to]`; `cost` is the number of multiplications.
    pub(super) fn with_channels_last<T: Real>(
        &self,
        source: &[T],
        weights: Weights<'_, T>,
        finish: Finish<'_, T>,
        cost: usize,
    ) -> Vec<T> {
        let len = self.batch * self.pixels() * self.groups * self.to;
        if len == 0 {
            return Vec::new();
        }
        let panels = Panel::all::<T>(self.arch, self.groups, self.to);
        let weight_count = self.groups * self.to * self.column();
        // Eight multiplications or so are one instruction.
        let cost = cost / 4;
        if weight_count > source.len() + len && panels.len() > 1 {
            self.by_panel(source, &weights, finish, &panels, cost)
        } else {
            self.by_rows(source, &weights, finish, &panels, cost)
        }
    }

    /// Every piece of work has some rows of pixels, and all panels.
    fn by_rows<T: Real>(
        &self,
        source: &[T],
        weights: &Weights<'_, T>,
        finish: Finish<'_, T>,
        panels: &[Panel],
        cost: usize,
    ) -> Vec<T> {
        let size = (self.column() * panels[0].width::<T>(self.arch)).max(1);
        let own;
        let packed = match weights.packed {
            Some(packed) => packed,
            None => {
                own = weights.panels(self.arch, panels);
                &own
            }
        };
        let channels = self.groups * self.to;
        let (rows, classes) = (self.rows_of_a_piece(), [self.y.classes(), self.x.classes()]);
        let (height, row) = (self.y.windows.len(), self.x.windows.len() * channels);
        let len = self.batch * height * row;
        // Pieces of whole images look alike.
        let alike = rows.is_multiple_of(height);
        let shared = alike.then(|| self.tiles(0..rows, &classes));
        new_chunks(T::zero(), len, rows * row, cost, |i, out| {
            let (first, count) = (i * rows, out.len() / row);
            let own;
            let (source, tiles) = match &shared {
                Some(tiles) if count == rows => (&source[self.line(first)..], tiles),
                _ => {
                    own = self.tiles(first..first + count, &classes);
                    (source, &own)
                }
            };
            for (panel, packed) in panels.iter().zip(packed.chunks_exact(size)) {
                let out = &mut out[panel.channel(self.to)..];
                self.panel((source, finish), tiles, (panel, packed), (out, channels));
            }
        })
    }

    /// Where in the source the image of a row of pixels starts.
    fn line(&self, row: usize) -> usize {
        row / self.y.windows.len() * self.y.source * self.x.source * self.channels()
    }

    /// Every piece of work has one panel, which is packed where it is used, and all pixels.
    fn by_panel<T: Real>(
        &self,
        source: &[T],
        weights: &Weights<'_, T>,
        finish: Finish<'_, T>,
        panels: &[Panel],
        cost: usize,
    ) -> Vec<T> {
        let width = panels[0].width::<T>(self.arch);
        let pixels = self.batch * self.pixels();
        let classes = [self.y.classes(), self.x.classes()];
        let tiles = self.tiles(0..self.batch * self.y.windows.len(), &classes);
        let (size, zero) = (pixels * width, T::zero());
        let parts = new_chunks(zero, panels.len() * size, size, cost, |i, part| {
            let (panel, column) = (&panels[i], self.column() * width);
            if let Some(packed) = weights.packed {
                let packed = &packed[i * column..][..column];
                return self.panel((source, finish), &tiles, (panel, packed), (part, width));
            }
            T::with_scratch(column, |packed| {
                weights.pack(panel, panel.width::<T>(self.arch), packed);
                self.panel((source, finish), &tiles, (panel, packed), (part, width));
            });
        });
        let channels = self.groups * self.to;
        let len = pixels * channels;
        new_chunks(zero, len, LEAST_PIXELS * channels, len, |i, out| {
            for (pixel, out) in out.chunks_exact_mut(channels).enumerate() {
                let pixel = i * LEAST_PIXELS + pixel;
                for (panel, part) in panels.iter().zip(parts.chunks_exact(size)) {
                    let from = &part[pixel * width..][..panel.count];
                    out[panel.channel(self.to)..][..panel.count].copy_from_slice(from);
                }
            }
        })
    }

    /// A panel's channels of the tiles' pixels, into `out`, where a pixel's lie `stride` after those of the one before.
    fn panel<T: Real>(
        &self,
        (source, finish): (&[T], Finish<'_, T>),
        tiles: &[Tiles],
        (panel, packed): (&Panel, &[T]),
        (out, stride): (&mut [T], usize),
    ) {
        self.arch.dispatch(Run {
            source: &source[panel.group * self.from..],
            tiles,
            panel,
            packed,
            finish: Finish {
                bias: finish
                    .bias
                    .map(|bias| &bias[panel.channel(self.to)..][..panel.count]),
                ..finish
            },
            out,
            stride,
        });
    }

    /// The pixels of the given rows of all images, by what they see.
    fn tiles(&self, rows: Range<usize>, classes: &[Vec<Class>; 2]) -> Vec<Tiles> {
        let (height, width) = (self.y.windows.len(), self.x.windows.len());
        let [y_classes, x_classes] = classes;
        let mut all = Vec::new();
        for y in y_classes {
            for x in x_classes {
                let mut pixels = Vec::with_capacity(rows.len() * x.positions.len());
                for row in rows.clone() {
                    let (image, window) = (row / height, &self.y.windows[row % height]);
                    if window.taps != y.taps {
                        continue;
                    }
                    let line = (image * self.y.source + window.start) * self.x.source;
                    pixels.extend(x.positions.iter().map(|&position| Pixel {
                        source: (line + self.x.windows[position].start) * self.channels(),
                        index: (row - rows.start) * width + position,
                    }));
                }
                if !pixels.is_empty() {
                    let segments = self.segments(y, x);
                    all.push(Tiles { pixels, segments });
                }
            }
        }
        all
    }

    /// What the pixels of a class see, as runs of the source.
    fn segments(&self, y: &Class, x: &Class) -> Vec<Segment> {
        let (line, taps) = (self.x.source * self.channels(), self.x.order.len());
        let mut segments = Vec::new();
        for (i, ky) in y.taps.clone().enumerate() {
            let (start, row) = (i * self.y.step * line, ky * taps);
            if self.groups == 1 && self.x.step == 1 {
                segments.push(Segment {
                    source: start,
                    row: (row + x.taps.start) * self.from,
                    len: x.taps.len() * self.from,
                });
                continue;
            }
            segments.extend(x.taps.clone().enumerate().map(|(j, kx)| Segment {
                source: start + j * self.x.step * self.channels(),
                row: (row + kx) * self.from,
                len: self.from,
            }));
        }
        segments
    }

    /// How many rows of pixels make a piece of work: some of an image, or whole images.
    fn rows_of_a_piece(&self) -> usize {
        let height = self.y.windows.len();
        let elements = self.groups * (self.from + self.to);
        let pixels = (ELEMENTS / elements.max(1)).max(LEAST_PIXELS);
        let rows = pixels.div_ceil(self.x.windows.len());
        let most = (self.batch * height).div_ceil(PIECES);
        let rows = rows.min(most).max(1);
        if rows > height {
            rows / height * height
        } else {
            rows
        }
    }

    /// Channels of the source.
    fn channels(&self) -> usize {
        self.groups * self.from
    }

    /// Pixels of a destination image.
    fn pixels(&self) -> usize {
        self.y.windows.len() * self.x.windows.len()
    }
}

/// `relu` in place.
#[inline(always)]
pub(super) fn positive<T: Real>(x: &mut [T]) {
    for x in x {
        // NaN stays.
        *x = if *x <= T::zero() { T::zero() } else { *x };
    }
}

/// One panel's channels of a piece's pixels.
struct Run<'a, T> {
    source: &'a [T],
    tiles: &'a [Tiles],
    panel: &'a Panel,
    packed: &'a [T],
    finish: Finish<'a, T>,
    /// From the panel's first channel on.
    out: &'a mut [T],
    /// From one pixel to the next in `out`.
    stride: usize,
}

impl<T: Real> WithSimd for Run<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.panel.vectors {
            1 => self.all::<S, 12, 1>(simd),
            _ if rows::<S>(2) == 12 => self.all::<S, 12, 2>(simd),
            _ => self.all::<S, 6, 2>(simd),
        }
    }
}

impl<T: Real> Run<'_, T> {
    #[inline(always)]
    fn all<S: Simd, const P: usize, const V: usize>(mut self, simd: S) {
        for tiles in self.tiles {
            let mut pixels = &tiles.pixels[..];
            while !pixels.is_empty() {
                // A small tile takes as long per tap as one of `2 · FEW` sums.
                let few = pixels.len().div_ceil(FEW) * FEW < P * V / 2;
                let (now, later) = pixels.split_at(pixels.len().min(if few { FEW } else { P }));
                if few {
                    self.tile::<S, FEW, V>(simd, now, &tiles.segments);
                } else {
                    self.tile::<S, P, V>(simd, now, &tiles.segments);
                }
                pixels = later;
            }
        }
    }

    /// Up to `P` pixels; where there are fewer, the last one is computed more than once.
    #[inline(always)]
    fn tile<S: Simd, const P: usize, const V: usize>(
        &mut self,
        simd: S,
        pixels: &[Pixel],
        segments: &[Segment],
    ) {
        let starts = std::array::from_fn(|p| pixels[p.min(pixels.len() - 1)].source);
        let mut sums =
            sum_over_taps::<S, T, P, V>(simd, self.source, starts, segments, self.packed);
        if let Some(bias) = self.finish.bias {
            let mut whole = [T::zero(); WIDEST];
            whole[..bias.len()].copy_from_slice(bias);
            let bias = T::vectors::<S>(&whole);
            for sums in &mut sums {
                for v in 0..V {
                    sums[v] = T::plus(simd, sums[v], bias[v]);
                }
            }
        }
        let count = self.panel.count;
        for (pixel, sums) in pixels.iter().zip(sums) {
            let out = &mut self.out[pixel.index * self.stride..][..count];
            if count == V * T::lanes::<S>() {
                T::vectors_mut::<S>(out)[..V].copy_from_slice(&sums);
            } else {
                let mut whole = [T::zero(); WIDEST];
                T::vectors_mut::<S>(&mut whole)[..V].copy_from_slice(&sums);
                out.copy_from_slice(&whole[..count]);
            }
            if self.finish.relu {
                positive(out);
            }
        }
    }
}
