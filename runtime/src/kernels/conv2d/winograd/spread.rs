//! What blocks see, mapped: from pixels to the places of every block.

use pulp::{Simd, WithSimd};

use super::maps::{square, Grad, Input, Line};
use super::{Part, Real, PLACES};

/// Where a block's vectors lie among those of a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// Vectors that lie side by side.
    wide: usize,
    /// From one block to the next.
    block: usize,
    /// From some vectors that lie side by side to the next.
    panel: usize,
}

impl Layout {
    /// `[blocks, vectors]`
    pub(super) fn rows(vectors: usize) -> Self {
        Layout {
            wide: vectors,
            block: vectors,
            panel: 0,
        }
    }

    /// `[panels, blocks, wide]`
    pub(super) fn panels(wide: usize, blocks: usize) -> Self {
        Layout {
            wide,
            block: wide,
            panel: blocks * wide,
        }
    }
}

/// The pixels of every block, mapped into its places, `[4 · 4, …]`.
pub(super) struct Spread<'a, T, L> {
    /// `[batch, y, x, channels]`
    pub(super) source: &'a [T],
    pub(super) channels: usize,
    /// Rows and columns of a source image.
    pub(super) size: [usize; 2],
    /// How far above and to the left of its results a block's pixels begin.
    pub(super) before: [usize; 2],
    pub(super) part: Part,
    pub(super) layout: Layout,
    pub(super) places: &'a mut [T],
    pub(super) map: L,
}

impl<T: Real> WithSimd for Spread<'_, T, Input> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.run::<S, 4>(simd);
    }
}

impl<T: Real> WithSimd for Spread<'_, T, Grad> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.run::<S, 2>(simd);
    }
}

impl<T: Real, L> Spread<'_, T, L> {
    /// A block has `N × N` pixels.
    #[inline(always)]
    fn run<S: Simd, const N: usize>(mut self, simd: S)
    where
        L: Line<N>,
    {
        let Part {
            image,
            images,
            row,
            rows,
            columns,
        } = self.part;
        let size = self.size[0] * self.size[1] * self.channels;
        let mut block = 0;
        for source in self.source[image * size..].chunks_exact(size).take(images) {
            for y in (row..row + rows).step_by(2) {
                for x in (0..columns).step_by(2) {
                    self.block::<S, N>(simd, source, [y, x], block);
                    block += 1;
                }
            }
        }
    }

    /// The block whose first result is at `[y, x]`.
    #[inline(always)]
    fn block<S: Simd, const N: usize>(
        &mut self,
        simd: S,
        source: &[T],
        [y, x]: [usize; 2],
        block: usize,
    ) where
        L: Line<N>,
    {
        let ([height, width], [above, left]) = (self.size, self.before);
        let vectors = self.channels / T::lanes::<S>();
        // Where pixels are, in vectors; padding is nowhere.
        let mut pixels = [[None; N]; N];
        for (i, row) in pixels.iter_mut().enumerate() {
            for (j, pixel) in row.iter_mut().enumerate() {
                let (y, x) = ((y + i).wrapping_sub(above), (x + j).wrapping_sub(left));
                if y < height && x < width {
                    *pixel = Some((y * width + x) * vectors);
                }
            }
        }
        let source = T::vectors::<S>(source);
        let places = T::vectors_mut::<S>(self.places);
        let size = places.len() / PLACES;
        let wide = self.layout.wide;
        let mut pixel = [[T::zero().splat(simd); N]; N];
        for (panel, first) in (0..vectors).step_by(wide).enumerate() {
            let to = block * self.layout.block + panel * self.layout.panel;
            for v in 0..wide.min(vectors - first) {
                for i in 0..N {
                    for j in 0..N {
                        if let Some(at) = pixels[i][j] {
                            pixel[i][j] = source[at + first + v];
                        }
                    }
                }
                let mapped = square::<S, T, L, N>(simd, self.map, pixel);
                for i in 0..4 {
                    for j in 0..4 {
                        places[(4 * i + j) * size + to + v] = mapped[i][j];
                    }
                }
            }
        }
    }
}
