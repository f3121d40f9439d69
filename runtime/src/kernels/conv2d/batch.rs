//! Sums over what every pixel sees, where the batch lies last: the result of a convolution, and the gradient of its input.
//!
//! Images are `[channels, y, x, batch]` in memory. Vectors run over the images of the batch, so that they are full however few
//! channels there are; a weight is one number for all of a vector. Some rows of some images are copied to where they lie close together,
//! `[channels, y, x, images]`, since what a pixel sees would be spread over the cache otherwise. Nothing is multiplied with padding.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::direct::positive;
use super::pack::{lanes, Weights};
use super::tap_sum::TapSum;
use super::{Finish, Real};
use crate::kernels::fresh::new_bands;

/// Pieces of work wanted, about.
const PIECES: usize = 16;
/// Elements of the source that are copied together, about: they fit a near cache.
const ELEMENTS: usize = 1 << 14;
/// Channels of the destination that are summed up together at most.
pub(super) const MOST: usize = 6;
/// Vectors of images that are summed up together at most.
pub(super) const WIDEST: usize = 4;

/// What the pixels see that see the same elements of the kernel, and their places in a row.
struct Class {
    taps: Vec<Tap>,
    pixels: Vec<usize>,
}

/// An element of the kernel and a channel of the source.
#[derive(Clone, Copy)]
struct Tap {
    /// Where in the copy it is seen, in pixels from the first one that is seen.
    pixel: usize,
    /// The row of the packed weights.
    row: usize,
}

/// How the work is cut, and what is made once for all of it.
pub(super) struct Plan {
    /// Rows of the destination of a piece.
    pub(super) rows: usize,
    /// Lines of the source that the rows of a piece see at most.
    lines: usize,
    /// The channels of each tile.
    pub(super) tiles: Vec<Range<usize>>,
    /// Vectors of a tile.
    pub(super) vectors: usize,
    /// Their images.
    pub(super) width: usize,
    /// For some rows of the destination each, what their pixels see.
    classes: Vec<(Vec<usize>, Vec<Class>)>,
}

impl Plan {
    /// What the pixels of a row of the destination see.
    fn classes_of(&self, row: usize) -> &[Class] {
        let mut classes = self.classes.iter();
        let found = classes.find(|(rows, _)| rows.contains(&row));
        found.map_or(&[], |(_, classes)| classes)
    }
}

impl TapSum {
    /// The destination, `[to, y, x, batch]`; `cost` is the number of multiplications.
    pub(super) fn with_batch_last<T: Real>(
        &self,
        source: &[T],
        weights: &Weights<'_, T>,
        finish: Finish<'_, T>,
        cost: usize,
    ) -> Vec<T> {
        let plan = self.plan(lanes::<T>(self.arch), 1);
        let packed = weights.interleaved(&plan.tiles);
        let row = self.x.windows.len() * self.batch;
        let sizes = [self.to, self.y.windows.len() * row, plan.rows * row];
        let sums = Sums {
            of: self,
            plan: &plan,
            source,
            packed: &packed,
            bias: finish.bias,
        };
        // Eight multiplications or so are one instruction.
        new_bands(T::zero(), sizes, cost / 4, |i, out| {
            T::with_scratch(sums.room(), |room| {
                let rows = i * plan.rows..((i + 1) * plan.rows).min(self.y.windows.len());
                self.arch.dispatch(Piece {
                    sums: &sums,
                    relu: finish.relu,
                    rows,
                    room,
                    out,
                });
            });
        })
    }

    /// Pieces of a multiple of `unit` rows.
    pub(super) fn plan(&self, lanes: usize, unit: usize) -> Plan {
        // As many sums as registers allow beside the vectors of the source and a weight.
        let vectors = if self.to <= 2 { WIDEST } else { 2 };
        let width = vectors * lanes;
        let mut units = self.y.windows.len().div_ceil(unit * PIECES).max(1);
        let mut lines = self.most_lines(units * unit);
        while units > 1 && self.from * lines * self.x.source * width > ELEMENTS {
            units = units.div_ceil(2);
            lines = self.most_lines(units * unit);
        }
        let tiles = self.to.div_ceil(MOST);
        let start = |tile: usize| tile * self.to / tiles;
        Plan {
            rows: units * unit,
            lines,
            tiles: (0..tiles).map(|i| start(i)..start(i + 1)).collect(),
            vectors,
            width,
            classes: self.classes(lines),
        }
    }

    /// The lines of the source that a piece of so many rows sees at most.
    fn most_lines(&self, rows: usize) -> usize {
        let height = self.y.windows.len();
        let pieces = (0..height).step_by(rows);
        let lines = pieces.map(|first| self.lines(first..(first + rows).min(height)).len());
        lines.max().unwrap_or(0)
    }

    /// The lines of the source that some rows see.
    fn lines(&self, rows: Range<usize>) -> Range<usize> {
        let seen = self.y.windows[rows]
            .iter()
            .filter(|window| !window.taps.is_empty());
        let ends = seen.map(|window| {
            let last = window.start + (window.taps.len() - 1) * self.y.step;
            (window.start, last + 1)
        });
        let ends = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        ends.map_or(0..0, |(start, end)| start..end)
    }

    fn classes(&self, lines: usize) -> Vec<(Vec<usize>, Vec<Class>)> {
        let columns = self.x.classes();
        let of_rows = |rows: &Range<usize>| {
            let of = columns.iter().map(|column| Class {
                taps: self.taps_of(rows.clone(), column.taps.clone(), lines),
                pixels: column.positions.clone(),
            });
            of.collect()
        };
        let rows = self.y.classes().into_iter();
        rows.map(|class| (class.positions, of_rows(&class.taps)))
            .collect()
    }

    fn taps_of(&self, rows: Range<usize>, columns: Range<usize>, lines: usize) -> Vec<Tap> {
        let (height, width) = (self.y.order.len(), self.x.order.len());
        let mut taps = Vec::with_capacity(self.from * rows.len() * columns.len());
        for channel in 0..self.from {
            for (i, ky) in rows.clone().enumerate() {
                let line = (channel * lines + i * self.y.step) * self.x.source;
                taps.extend(columns.clone().enumerate().map(|(j, kx)| Tap {
                    pixel: line + j * self.x.step,
                    row: (channel * height + ky) * width + kx,
                }));
            }
        }
        taps
    }
}

/// What all pieces are computed from.
pub(super) struct Sums<'a, T> {
    pub(super) of: &'a TapSum,
    pub(super) plan: &'a Plan,
    pub(super) source: &'a [T],
    pub(super) packed: &'a [T],
    pub(super) bias: Option<&'a [T]>,
}

/// Where sums go.
pub(super) struct To<'a, 'o, T> {
    /// The rows of each channel.
    pub(super) out: &'a mut [&'o mut [T]],
    /// From one pixel to the next.
    pub(super) pitch: usize,
    /// Of each pixel.
    pub(super) images: Range<usize>,
}

impl<T: Real> Sums<'_, T> {
    /// Elements for the lines that a piece sees, of some images.
    pub(super) fn room(&self) -> usize {
        self.of.from * self.plan.lines * self.of.x.source * self.plan.width
    }

    /// Copies the lines that these rows see, of some images; what is missing to `V` vectors of them is zero.
    #[inline(always)]
    pub(super) fn gather<S: Simd, const V: usize>(
        &self,
        rows: Range<usize>,
        images: Range<usize>,
        room: &mut [T],
    ) {
        let (of, width) = (self.of, V * T::lanes::<S>());
        let lines = of.lines(rows);
        let size = self.plan.lines * of.x.source * width;
        for (channel, room) in room.chunks_exact_mut(size.max(1)).enumerate() {
            let start = (channel * of.y.source + lines.start) * of.x.source * of.batch;
            let pixels = self.source[start..].chunks_exact(of.batch);
            let pixels = pixels.take(lines.len() * of.x.source);
            for (to, from) in room.chunks_exact_mut(width).zip(pixels) {
                let from = &from[images.clone()];
                if from.len() == width {
                    // A known number of vectors.
                    T::vectors_mut::<S>(to)[..V].copy_from_slice(&T::vectors::<S>(from)[..V]);
                } else {
                    to[..from.len()].copy_from_slice(from);
                    to[from.len()..].fill(T::zero());
                }
            }
        }
    }

    /// The sums of some channels and rows, from the lines in `room`.
    #[inline(always)]
    pub(super) fn tile<S: Simd, const V: usize>(
        &self,
        simd: S,
        (channels, rows): (&Range<usize>, Range<usize>),
        room: &[T],
        to: To<'_, '_, T>,
    ) {
        let channels = channels.clone();
        match channels.len() {
            1 => self.tile_of::<S, 1, V>(simd, channels, rows, room, to),
            2 => self.tile_of::<S, 2, V>(simd, channels, rows, room, to),
            3 => self.tile_of::<S, 3, V>(simd, channels, rows, room, to),
            4 => self.tile_of::<S, 4, V>(simd, channels, rows, room, to),
            5 => self.tile_of::<S, 5, V>(simd, channels, rows, room, to),
            _ => self.tile_of::<S, MOST, V>(simd, channels, rows, room, to),
        }
    }

    #[inline(always)]
    fn tile_of<S: Simd, const O: usize, const V: usize>(
        &self,
        simd: S,
        channels: Range<usize>,
        rows: Range<usize>,
        room: &[T],
        to: To<'_, '_, T>,
    ) {
        let column = self.of.column();
        let mut bias = [T::zero(); O];
        if let Some(from) = self.bias {
            bias.copy_from_slice(&from[channels.clone()]);
        }
        simd.vectorize(Tile::<T, O, V> {
            of: self.of,
            plan: self.plan,
            lines: self.of.lines(rows.clone()),
            rows,
            source: room,
            weights: &self.packed[channels.start * column..channels.end * column],
            bias,
            to,
        });
    }
}

/// Some rows of the destination.
struct Piece<'a, 'o, T> {
    sums: &'a Sums<'a, T>,
    relu: bool,
    rows: Range<usize>,
    /// For the lines that are seen, of some images.
    room: &'a mut [T],
    /// The rows of every channel.
    out: &'a mut [&'o mut [T]],
}

impl<T: Real> WithSimd for Piece<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        match self.sums.plan.vectors {
            WIDEST => self.images::<S, WIDEST>(simd),
            _ => self.images::<S, 2>(simd),
        }
        if self.relu {
            self.out.iter_mut().for_each(|out| positive(out));
        }
    }
}

impl<T: Real> Piece<'_, '_, T> {
    /// Some images after the other, of each all channels.
    #[inline(always)]
    fn images<S: Simd, const V: usize>(&mut self, simd: S) {
        let (sums, width) = (self.sums, V * T::lanes::<S>());
        let batch = sums.of.batch;
        for image in (0..batch).step_by(width) {
            let images = image..(image + width).min(batch);
            sums.gather::<S, V>(self.rows.clone(), images.clone(), self.room);
            for tile in &sums.plan.tiles {
                let to = To {
                    out: &mut self.out[tile.clone()],
                    pitch: batch,
                    images: images.clone(),
                };
                sums.tile::<S, V>(simd, (tile, self.rows.clone()), self.room, to);
            }
        }
    }
}

/// Some channels of some rows and images.
struct Tile<'a, 'o, T, const O: usize, const V: usize> {
    of: &'a TapSum,
    plan: &'a Plan,
    rows: Range<usize>,
    /// What `source` has of the source.
    lines: Range<usize>,
    source: &'a [T],
    weights: &'a [T],
    bias: [T; O],
    to: To<'a, 'o, T>,
}

impl<T: Real, const O: usize, const V: usize> WithSimd for Tile<'_, '_, T, O, V> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (of, width) = (self.of, V * T::lanes::<S>());
        let (weights, _) = self.weights.as_chunks::<O>();
        let To { out, pitch, images } = self.to;
        for y in self.rows.clone() {
            let classes = self.plan.classes_of(y);
            let line = of.y.windows[y].start.saturating_sub(self.lines.start) * of.x.source;
            for Class { taps, pixels } in classes {
                for &pixel in pixels {
                    let start = (line + of.x.windows[pixel].start) * width;
                    // A pixel of which all is padding sees nothing.
                    let source = self.source.get(start..).unwrap_or_default();
                    let sums = sum::<S, T, O, V>(simd, source, taps, weights, self.bias);
                    let to = ((y - self.rows.start) * of.x.windows.len() + pixel) * pitch;
                    // An iterator over the sums would keep them in memory, where they were added up too.
                    #[allow(clippy::needless_range_loop)]
                    for o in 0..O {
                        let out = &mut out[o][to + images.start..to + images.end];
                        store::<S, T, V>(&sums[o], out);
                    }
                }
            }
        }
    }
}

/// `V` vectors of `O` channels.
#[inline(always)]
fn sum<S: Simd, T: Real, const O: usize, const V: usize>(
    simd: S,
    source: &[T],
    taps: &[Tap],
    weights: &[[T; O]],
    bias: [T; O],
) -> [[T::Vector<S>; V]; O] {
    let (source, _) = T::vectors::<S>(source).as_chunks::<V>();
    let mut sums = [[T::zero().splat(simd); V]; O];
    for o in 0..O {
        sums[o] = [bias[o].splat(simd); V];
    }
    for tap in taps {
        let (x, weights) = (&source[tap.pixel], &weights[tap.row]);
        for o in 0..O {
            let weight = weights[o].splat(simd);
            for v in 0..V {
                sums[o][v] = T::mul_add(simd, weight, x[v], sums[o][v]);
            }
        }
    }
    sums
}

/// Writes as much of the vectors as there are images.
#[inline(always)]
fn store<S: Simd, T: Real, const V: usize>(sums: &[T::Vector<S>; V], out: &mut [T]) {
    if out.len() == V * T::lanes::<S>() {
        T::vectors_mut::<S>(out)[..V].copy_from_slice(sums);
    } else {
        let mut whole = [T::zero(); WIDEST * LANES];
        T::vectors_mut::<S>(&mut whole)[..V].copy_from_slice(sums);
        out.copy_from_slice(&whole[..out.len()]);
    }
}

/// Elements of the widest vector.
const LANES: usize = 16;
