//! The gradient of the weight: `∂g = Gᵀ [Σ (Bᵀ d B) ∘ (A ∂y Aᵀ)] G`, the sum over all blocks, of whose results `∂y` are the gradients.

use pulp::{Arch, Simd, WithSimd};

use super::maps::{kernel, Grad};
use super::spread::{Layout, Spread};
use super::{Part, Real, Winograd, PLACES};
use crate::kernels::chunks::for_each;
use crate::kernels::conv2d::pack::lanes;
use crate::kernels::conv2d::tile::{WIDE, WIDEST};
use crate::kernels::fresh::new_chunks;

/// Elements of mapped pixels and gradients that are in memory at a time, about.
const ELEMENTS: usize = 1 << 21;
/// Blocks of a part, about: of two panels they fit a first-level cache.
const DEPTH: usize = 128;
/// Panels of the destination in one piece of work.
const PANELS: usize = 8;
impl Winograd {
    /// `[to, from, 3, 3]`, from the input and the gradient of the result.
    pub(in crate::kernels::conv2d) fn grad_weight<T: Real>(
        &self,
        arch: Arch,
        x: &[T],
        grad: &[T],
        cost: usize,
    ) -> Vec<T> {
        let width = WIDE * lanes::<T>(arch);
        let [from, to] = [self.from, self.to].map(|channels| channels.div_ceil(width));
        let parts = self.parts(DEPTH, 1);
        let most = parts.iter().map(Part::blocks).max().unwrap_or(0);
        let [mapped, grads] = [from, to].map(|panels| PLACES * panels * most * width);
        let together = (ELEMENTS / (mapped + grads).max(1)).clamp(1, parts.len().max(1));
        let place = to * from * width * width;
        let mut sums = vec![T::zero(); PLACES * place];
        T::with_scratch(together * (mapped + grads), |scratch| {
            for parts in parts.chunks(together) {
                let rooms = scratch.chunks_exact_mut(mapped + grads);
                for_each(parts.iter().zip(rooms), cost / 8, |(&part, room)| {
                    let (mapped, grads) = room.split_at_mut(mapped);
                    let of = *self;
                    arch.dispatch(Map {
                        of,
                        part,
                        x,
                        grad,
                        mapped,
                        grads,
                    });
                });
                let rooms: Vec<_> = parts
                    .iter()
                    .zip(scratch.chunks_exact(mapped + grads))
                    .collect();
                let piece = PANELS * from * width * width;
                let pieces = sums.chunks_mut(place.max(1)).enumerate();
                let pieces = pieces.flat_map(|(place, sums)| {
                    let pieces = sums.chunks_mut(piece.max(1)).enumerate();
                    pieces.map(move |(i, sums)| (place, i * PANELS, sums))
                });
                let pieces: Vec<_> = pieces.collect();
                for_each(pieces.into_iter(), cost / 8, |(place, first, sums)| {
                    for (part, room) in &rooms {
                        let (mapped, grads) = room.split_at(mapped);
                        let blocks = part.blocks();
                        arch.dispatch(Products {
                            blocks,
                            mapped: of_place(mapped, place, from * blocks * width),
                            grads: &of_place(grads, place, to * blocks * width)
                                [first * blocks * width..],
                            sums,
                        });
                    }
                });
            }
        });
        let sizes = [self.to * self.from * 9, width * self.from * 9];
        new_chunks(T::zero(), sizes[0], sizes[1], sizes[0] * 4, |panel, out| {
            let sums = &sums[panel * from * width * width..];
            arch.dispatch(Kernels {
                from: self.from,
                place,
                sums,
                out,
            });
        })
    }
}

/// The elements of one place.
fn of_place<T>(values: &[T], place: usize, size: usize) -> &[T] {
    &values[place * size..][..size]
}

/// A part's pixels and gradients, mapped: `[4 · 4, panels, blocks, width]`.
struct Map<'a, T> {
    of: Winograd,
    part: Part,
    x: &'a [T],
    grad: &'a [T],
    mapped: &'a mut [T],
    grads: &'a mut [T],
}

impl<T: Real> WithSimd for Map<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (of, part, blocks) = (self.of, self.part, self.part.blocks());
        let width = WIDE * T::lanes::<S>();
        let layout = Layout::panels(WIDE, blocks);
        let size = |channels: usize| PLACES * channels.div_ceil(width) * blocks * width;
        let mapped = &mut self.mapped[..size(of.from)];
        simd.vectorize(of.pixels(self.x, part, layout, mapped));
        simd.vectorize(Spread {
            source: self.grad,
            channels: of.to,
            size: [of.y.output, of.x.output],
            before: [0, 0],
            part,
            layout,
            places: &mut self.grads[..size(of.to)],
            map: Grad,
        });
    }
}

/// Adds a part's products of a place to the sums of some panels, `[panels, from, width]`.
struct Products<'a, T> {
    blocks: usize,
    /// `[panels, blocks, width]`
    mapped: &'a [T],
    grads: &'a [T],
    sums: &'a mut [T],
}

impl<T: Real> WithSimd for Products<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // As many accumulators as keep the multipliers busy, in rows that a panel is a multiple of.
        match (T::lanes::<S>(), S::REGISTER_COUNT) {
            (4.., 32..) => self.run::<S, 8>(simd),
            (2.., _) => self.run::<S, 4>(simd),
            _ => self.run::<S, 2>(simd),
        }
    }
}

impl<T: Real> Products<'_, T> {
    #[inline(always)]
    fn run<S: Simd, const P: usize>(self, simd: S) {
        let size = self.blocks * WIDE * T::lanes::<S>();
        let panels = self.mapped.len() / size;
        let (sums, _) = T::vectors_mut::<S>(self.sums).as_chunks_mut::<WIDE>();
        let rows = panels * WIDE * T::lanes::<S>();
        for (grads, sums) in self
            .grads
            .chunks_exact(size)
            .zip(sums.chunks_exact_mut(rows))
        {
            let (grads, _) = T::vectors::<S>(grads).as_chunks::<WIDE>();
            let rows = sums.as_chunks_mut::<P>().0.iter_mut();
            let width = WIDE * T::lanes::<S>();
            let factors = self.mapped.chunks_exact(size);
            let factors =
                factors.flat_map(|panel| (0..width).step_by(P).map(move |row| &panel[row..]));
            for (sums, factors) in rows.zip(factors) {
                let mut tile = *sums;
                for (factors, grads) in factors.chunks(width).zip(grads) {
                    let factors = &factors[..P];
                    for p in 0..P {
                        let factor = factors[p].splat(simd);
                        for v in 0..WIDE {
                            tile[p][v] = T::mul_add(simd, factor, grads[v], tile[p][v]);
                        }
                    }
                }
                *sums = tile;
            }
        }
    }
}

/// The kernels' gradients of some channels of the destination, from the sums of the places.
struct Kernels<'a, T> {
    from: usize,
    /// From one place to the next.
    place: usize,
    /// `[from, width]` at every place
    sums: &'a [T],
    /// `[channels, from, 3, 3]`
    out: &'a mut [T],
}

impl<T: Real> WithSimd for Kernels<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let zero = T::zero().splat(simd);
        let width = WIDE * T::lanes::<S>();
        for channel in 0..self.from {
            let mut elements = [[T::zero(); WIDEST]; 9];
            for v in 0..WIDE {
                let mut columns = [[zero; 4]; 3];
                for j in 0..columns[0].len() {
                    let mut column = [zero; 4];
                    for (i, to) in column.iter_mut().enumerate() {
                        let row = &self.sums[(4 * i + j) * self.place + channel * width..];
                        *to = T::vectors::<S>(row)[v];
                    }
                    let mapped = kernel::<S, T>(simd, column);
                    for (columns, mapped) in columns.iter_mut().zip(mapped) {
                        columns[j] = mapped;
                    }
                }
                for i in 0..3 {
                    let row = kernel::<S, T>(simd, columns[i]);
                    for j in 0..3 {
                        T::vectors_mut::<S>(&mut elements[3 * i + j])[v] = row[j];
                    }
                }
            }
            let kernels = self.out.chunks_exact_mut(self.from * 9);
            for (lane, kernels) in kernels.enumerate() {
                let kernel = &mut kernels[channel * 9..][..9];
                for (to, element) in kernel.iter_mut().zip(&elements) {
                    *to = element[lane];
                }
            }
        }
    }
}
