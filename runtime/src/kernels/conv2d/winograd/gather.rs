//! From the sums of the places to the results of every block.

use pulp::{Simd, WithSimd};

use super::maps::results;
use super::{Finish, Part, Real, PLACES};
use crate::kernels::conv2d::direct::positive;

/// Every block's results, finished, from its sums, `[4 · 4, blocks, channels]`.
pub(super) struct Gather<'a, T> {
    pub(super) places: &'a [T],
    pub(super) channels: usize,
    pub(super) part: Part,
    pub(super) finish: Finish<'a, T>,
    /// `[images, rows, columns, channels]`
    pub(super) out: &'a mut [T],
}

impl<T: Real> WithSimd for Gather<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let Part { rows, columns, .. } = self.part;
        let mut block = 0;
        for image in 0..self.part.images {
            for y in (0..rows).step_by(2) {
                for x in (0..columns).step_by(2) {
                    let mut pixels = [None; 4];
                    for (i, pixel) in pixels.iter_mut().enumerate() {
                        let (y, x) = (y + i / 2, x + i % 2);
                        if y < rows && x < columns {
                            *pixel = Some((image * rows + y) * columns + x);
                        }
                    }
                    self.block(simd, block, pixels);
                    block += 1;
                }
            }
        }
    }
}

impl<T: Real> Gather<'_, T> {
    /// The four results of a block, to the pixels that there are.
    #[inline(always)]
    fn block<S: Simd>(&mut self, simd: S, block: usize, pixels: [Option<usize>; 4]) {
        let vectors = self.channels / T::lanes::<S>();
        let places = T::vectors::<S>(self.places);
        let place = places.len() / PLACES;
        let bias = self.finish.bias.map(|bias| T::vectors::<S>(bias));
        let out = T::vectors_mut::<S>(self.out);
        let from = block * vectors;
        for v in 0..vectors {
            let mut rows = [[places[from + v]; 4]; 2];
            for j in 0..4 {
                let mut column = [places[from + v]; 4];
                for i in 0..4 {
                    column[i] = places[(4 * i + j) * place + from + v];
                }
                let [first, second] = results::<S, T>(simd, column);
                (rows[0][j], rows[1][j]) = (first, second);
            }
            let [upper, lower] = rows;
            let ([a, b], [c, d]) = (results::<S, T>(simd, upper), results::<S, T>(simd, lower));
            let mut all = [a, b, c, d];
            for i in 0..4 {
                if let Some(bias) = bias {
                    all[i] = T::plus(simd, all[i], bias[v]);
                }
                if let Some(pixel) = pixels[i] {
                    out[pixel * vectors + v] = all[i];
                }
            }
        }
        if self.finish.relu {
            for pixel in pixels.into_iter().flatten() {
                positive(&mut self.out[pixel * self.channels..][..self.channels]);
            }
        }
    }
}
