//! Weights, mapped into the places that blocks have.

use pulp::{Arch, Simd, WithSimd};

use super::maps::{square, Kernel};
use super::{Real, Winograd, PLACES};
use crate::kernels::conv2d::pack::{lanes, Weights};
use crate::kernels::conv2d::tile::{WIDE, WIDEST};
use crate::kernels::fresh::new_bands;

impl Winograd {
    /// `[4 · 4, panels, from, width]`: of every place the matrix that what blocks see is multiplied with.
    pub(in crate::kernels::conv2d) fn pack<T: Real>(
        &self,
        arch: Arch,
        weights: &Weights<'_, T>,
    ) -> Vec<T> {
        let width = WIDE * lanes::<T>(arch);
        let panel = self.from * width;
        let sizes = [PLACES, self.to.div_ceil(width) * panel, panel];
        let cost = PLACES * self.to * self.from;
        new_bands(T::zero(), sizes, cost, |i, places| {
            let first = i * width;
            arch.dispatch(Panel {
                weights,
                channels: first..self.to.min(first + width),
                places,
            });
        })
    }
}

/// The weights of some channels of the destination.
struct Panel<'a, 'p, T> {
    weights: &'a Weights<'a, T>,
    channels: std::ops::Range<usize>,
    places: &'a mut [&'p mut [T]],
}

impl<T: Real> WithSimd for Panel<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Weights {
            weights, to, from, ..
        } = *self.weights;
        let zero = T::zero().splat(simd);
        for channel in 0..self.weights.channels {
            // Each element of the kernels in a row, so that vectors go over channels.
            let mut kernels = [[T::zero(); WIDEST]; 9];
            for (lane, output) in self.channels.clone().enumerate() {
                let kernel = &weights[output * to + channel * from..];
                for (row, &tap) in kernels.iter_mut().zip(&self.weights.taps) {
                    row[lane] = kernel[tap];
                }
            }
            for v in 0..WIDE {
                let mut kernel = [[zero; 3]; 3];
                for tap in 0..9 {
                    kernel[tap / 3][tap % 3] = T::vectors::<S>(&kernels[tap])[v];
                }
                let mapped = square::<S, T, Kernel, 3>(simd, Kernel, kernel);
                for (place, to) in self.places.iter_mut().enumerate() {
                    let to = T::vectors_mut::<S>(to);
                    to[channel * WIDE + v] = mapped[place / 4][place % 4];
                }
            }
        }
    }
}
