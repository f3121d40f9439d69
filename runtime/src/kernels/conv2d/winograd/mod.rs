//! Kernels of 3×3 by fewer multiplications: Winograd's F(2×2, 3×3) (Lavin and Gray, "Fast Algorithms for Convolutional Neural
//! Networks", 2016).
//!
//! A block of 2×2 results sees 4×4 pixels `d`. Of a channel of either side and its kernel `g` it is `Aᵀ [(G g Gᵀ) ∘ (Bᵀ d B)] A`, which
//! takes 16 multiplications where the sum over the kernel's elements takes 36. Summed over the channels, each of the 16 places is a
//! product of matrices, `[blocks, from] · [from, to]`. `A`, `B` and `G` hold 0, ±1 and ±½ alone (`maps`), so that rounding costs little:
//! errors are two to three times those of the sum itself.

mod gather;
mod maps;
mod pack;
mod spread;
#[cfg(test)]
mod tests;
mod weight;

use pulp::{Arch, Simd, WithSimd};

use self::gather::Gather;
use self::maps::Input;
use self::spread::{Layout, Spread};
use super::pack::Weights;
use super::{Axis, Conv2d, Finish, Real};
use crate::kernels::fresh::new_pieces;
use crate::kernels::product::multiply_panels;

/// The places of a block: those of a kernel after it was mapped, and of what a block sees.
const PLACES: usize = 16;
/// Both numbers of channels are multiples of this, whatever the instructions, so that vectors are whole.
const CHANNELS: usize = 16;
/// Blocks at least: the mapped weights are larger than the weights, and must be used often.
const LEAST_BLOCKS: usize = 32;
/// Elements of mapped pixels and results of one piece of work, about: they fit a second-level cache.
const ELEMENTS: usize = 1 << 17;
/// Blocks of one piece of work at least, so that reading the weights pays.
const PIECE: usize = 48;

/// A convolution with a kernel of 3×3 and stride 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Winograd {
    batch: usize,
    /// Channels of the source.
    from: usize,
    /// Channels of the destination.
    to: usize,
    y: Axis,
    x: Axis,
}

/// Some rows of some images.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// The first image.
    image: usize,
    images: usize,
    /// The first row of the destination, which is even.
    row: usize,
    /// Rows of each image.
    rows: usize,
    columns: usize,
}

impl Part {
    fn blocks(&self) -> usize {
        self.images * self.rows.div_ceil(2) * self.columns.div_ceil(2)
    }
}

impl Winograd {
    /// The result of `conv`, if it can be had in this way.
    pub(super) fn forward(conv: &Conv2d) -> Option<Self> {
        let fits = |axis: &Axis| {
            [axis.kernel, axis.stride, axis.dilation] == [3, 1, 1] && axis.padding <= 2
        };
        let whole = |channels: usize| channels > 0 && channels.is_multiple_of(CHANNELS);
        let can = conv.groups == 1
            && fits(&conv.y)
            && fits(&conv.x)
            && whole(conv.inputs)
            && whole(conv.outputs);
        can.then_some(Winograd {
            batch: conv.batch,
            from: conv.inputs,
            to: conv.outputs,
            y: conv.y,
            x: conv.x,
        })
    }

    /// The gradient of the input of `conv`: the convolution of the result's with the kernels turned.
    pub(super) fn backward(conv: &Conv2d) -> Option<Self> {
        let turned = |axis: Axis| Axis {
            input: axis.output,
            output: axis.input,
            padding: 2 - axis.padding,
            ..axis
        };
        let forward = Self::forward(conv)?;
        Some(Winograd {
            from: forward.to,
            to: forward.from,
            y: turned(forward.y),
            x: turned(forward.x),
            ..forward
        })
    }

    /// Whether it takes less time than the sum over the kernel's elements, which leaves out those that are padding.
    pub(super) fn pays(&self) -> bool {
        let seen = |axis: &Axis| (0..3).map(|tap| axis.inside(tap).len()).sum::<usize>();
        let blocks = self.y.output.div_ceil(2) * self.x.output.div_ceil(2);
        let direct = seen(&self.y) * seen(&self.x);
        // The maps and the shorter products cost half a time more.
        2 * direct >= 3 * PLACES * blocks && self.batch * blocks >= LEAST_BLOCKS
    }

    /// What the blocks of a part see, mapped.
    fn pixels<'a, T>(
        &self,
        x: &'a [T],
        part: Part,
        layout: Layout,
        places: &'a mut [T],
    ) -> Spread<'a, T, Input> {
        Spread {
            source: x,
            channels: self.from,
            size: [self.y.input, self.x.input],
            before: [self.y.padding, self.x.padding],
            part,
            layout,
            places,
            map: Input,
        }
    }

    /// The destination, `[batch, y, x, to]`, finished.
    pub(super) fn run<T: Real>(
        &self,
        arch: Arch,
        x: &[T],
        weights: &Weights<'_, T>,
        finish: Finish<'_, T>,
        cost: usize,
    ) -> Vec<T> {
        let own;
        let packed = match weights.packed {
            Some(packed) => packed,
            None => {
                own = self.pack(arch, weights);
                &own
            }
        };
        // At least two pieces, for two threads.
        let most = (ELEMENTS / PLACES / (self.from + self.to)).max(PIECE);
        let parts = self.parts(most, 2);
        let size = |part: &Part| part.images * part.rows * part.columns * self.to;
        let sizes: Vec<usize> = parts.iter().map(size).collect();
        new_pieces(T::zero(), &sizes, cost / 4, |i, out| {
            arch.dispatch(Piece {
                of: *self,
                part: parts[i],
                x,
                packed,
                finish,
                out,
            });
        })
    }

    /// Parts of the destination of up to about `most` blocks, by the sizes alone, and `least` of them if there can be: whole images, or
    /// rows of one.
    fn parts(&self, most: usize, least: usize) -> Vec<Part> {
        let (rows, columns) = (self.y.output, self.x.output);
        let [down, across] = [rows, columns].map(|size| size.div_ceil(2));
        let together = (most / (down * across).max(1)).min(self.batch.div_ceil(least));
        if together > 0 && self.batch > 1 {
            let part = |image| Part {
                image,
                images: together.min(self.batch - image),
                row: 0,
                rows,
                columns,
            };
            return (0..self.batch).step_by(together).map(part).collect();
        }
        let pieces = down.div_ceil((most / across.max(1)).max(1));
        let step = 2 * down.div_ceil(pieces.next_multiple_of(least)).max(1);
        let of_image = |image| {
            (0..rows).step_by(step).map(move |row| Part {
                image,
                images: 1,
                row,
                rows: step.min(rows - row),
                columns,
            })
        };
        (0..self.batch).flat_map(of_image).collect()
    }
}

/// A part of the destination.
struct Piece<'a, T> {
    of: Winograd,
    part: Part,
    x: &'a [T],
    packed: &'a [T],
    finish: Finish<'a, T>,
    out: &'a mut [T],
}

impl<T: Real> WithSimd for Piece<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Winograd { from, to, .. } = self.of;
        let blocks = self.part.blocks();
        T::with_scratch(PLACES * blocks * (from + to), |scratch| {
            let (mapped, sums) = scratch.split_at_mut(PLACES * blocks * from);
            let layout = Layout::rows(from / T::lanes::<S>());
            simd.vectorize(self.of.pixels(self.x, self.part, layout, &mut *mapped));
            let mapped = mapped.chunks_exact(blocks * from);
            let packed = self.packed.chunks_exact(self.packed.len() / PLACES);
            let sums_of = sums.chunks_exact_mut(blocks * to);
            for ((a, packed), sums) in mapped.zip(packed).zip(sums_of) {
                multiply_panels(simd, a, packed, [to, from], sums);
            }
            simd.vectorize(Gather {
                places: sums,
                channels: to,
                part: self.part,
                finish: self.finish,
                out: self.out,
            });
        });
    }
}
