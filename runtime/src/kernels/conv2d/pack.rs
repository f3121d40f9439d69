//! Weights in the order in which the inner loops read them.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::tile::WIDE;
use super::Real;
use crate::kernels::fresh::new_chunks;
use crate::kernels::lanes::Lanes;

/// Channels whose weights are brought into another order at once.
pub(super) const LANES: usize = 8;

/// Channels of the destination whose weights lie side by side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panel {
    pub(super) group: usize,
    /// The first channel, within the group.
    pub(super) first: usize,
    /// How many channels there are; what is left of the vectors is zero.
    pub(super) count: usize,
    /// How many vectors they take.
    pub(super) vectors: usize,
}

impl Panel {
    /// The panels of `groups` groups of `channels`.
    pub(super) fn all<T: Lanes>(arch: Arch, groups: usize, channels: usize) -> Vec<Self> {
        let lanes = lanes::<T>(arch);
        let firsts = (0..channels).step_by(WIDE * lanes);
        let panel = |group: usize, first: usize| {
            let count = (channels - first).min(WIDE * lanes);
            Panel {
                group,
                first,
                count,
                vectors: count.div_ceil(lanes),
            }
        };
        (0..groups)
            .flat_map(|group| firsts.clone().map(move |first| panel(group, first)))
            .collect()
    }

    /// The elements of a row.
    pub(super) fn width<T: Lanes>(&self, arch: Arch) -> usize {
        self.vectors * lanes::<T>(arch)
    }

    /// The first channel of all, where every group has `channels`.
    pub(super) fn channel(&self, channels: usize) -> usize {
        self.group * channels + self.first
    }
}

/// How many elements a vector of these instructions has.
pub(super) fn lanes<T: Lanes>(arch: Arch) -> usize {
    struct Count<T>(std::marker::PhantomData<T>);

    impl<T: Lanes> WithSimd for Count<T> {
        type Output = usize;

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            T::lanes::<S>()
        }
    }
    arch.dispatch(Count::<T>(std::marker::PhantomData))
}

/// The weights of a convolution, and which of them belong to a channel of the source and one of the destination.
pub(super) struct Weights<'a, T> {
    pub(super) weights: &'a [T],
    /// From one group to the next.
    pub(super) group: usize,
    /// From one channel of the destination to the next.
    pub(super) to: usize,
    /// From one channel of the source to the next.
    pub(super) from: usize,
    /// Channels of the source.
    pub(super) channels: usize,
    /// The elements of the kernel in the order of the panel.
    pub(super) taps: Vec<usize>,
    /// All panels, if they have been filled before.
    pub(super) packed: Option<&'a [T]>,
}

impl<T: Real> Weights<'_, T> {
    /// All panels, each in as many elements as the first one takes.
    pub(super) fn panels(&self, arch: Arch, panels: &[Panel]) -> Vec<T> {
        let Some(first) = panels.first() else {
            return Vec::new();
        };
        let size = self.taps.len() * self.channels * first.width::<T>(arch);
        let len = panels.len() * size;
        new_chunks(T::zero(), len, size, len, |i, packed| {
            self.pack(&panels[i], panels[i].width::<T>(arch), packed);
        })
    }

    /// `[tile, channel of the source, tap, channel of the tile]`, for tiles of these channels of the destination.
    pub(super) fn interleaved(&self, tiles: &[Range<usize>]) -> Vec<T> {
        let mut packed = Vec::new();
        for tile in tiles {
            for channel in 0..self.channels {
                for tap in &self.taps {
                    let at = channel * self.from + tap;
                    packed.extend(tile.clone().map(|o| self.weights[at + o * self.to]));
                }
            }
        }
        packed
    }

    /// Fills `[tap, channel of the source, width]`.
    pub(super) fn pack(&self, panel: &Panel, width: usize, packed: &mut [T]) {
        let start = panel.group * self.group + panel.first * self.to;
        let (whole, rest) = (panel.count / LANES * LANES, panel.count..width);
        if panel.count < width {
            for row in packed.chunks_exact_mut(width) {
                row[rest.clone()].fill(T::zero());
            }
        }
        for lane in (0..whole).step_by(LANES) {
            self.pack_lanes::<LANES>(start + lane * self.to, &mut packed[lane..], width);
        }
        for lane in whole..panel.count {
            self.pack_lanes::<1>(start + lane * self.to, &mut packed[lane..], width);
        }
    }

    /// The weights of `N` channels of the destination, the first of them at `start`.
    fn pack_lanes<const N: usize>(&self, start: usize, packed: &mut [T], width: usize) {
        let Some(last) = self.channels.checked_sub(1) else {
            return;
        };
        // Slices of one length, so that an index is checked once and not for every channel.
        let span = last * self.from + self.taps.len();
        let lanes: [&[T]; N] =
            std::array::from_fn(|lane| &self.weights[start + lane * self.to..][..span]);
        for channel in 0..self.channels {
            for (i, &tap) in self.taps.iter().enumerate() {
                let row = &mut packed[(i * self.channels + channel) * width..][..N];
                for lane in 0..N {
                    row[lane] = lanes[lane][channel * self.from + tap];
                }
            }
        }
    }
}
