//! Weights in the order in which the inner loops read them.

use pulp::{Arch, Simd, WithSimd};

use super::tile::WIDE;
use super::Real;
use crate::kernels::lanes::Lanes;

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
}

impl<T: Real> Weights<'_, T> {
    /// Fills `[tap, channel of the source, width]`.
    pub(super) fn pack(&self, panel: &Panel, width: usize, packed: &mut [T]) {
        let start = panel.group * self.group + panel.first * self.to;
        let count = panel.count;
        for channel in 0..self.channels {
            let from = &self.weights[start + channel * self.from..];
            for (i, &tap) in self.taps.iter().enumerate() {
                let row = &mut packed[(i * self.channels + channel) * width..][..width];
                let (row, rest) = row.split_at_mut(count);
                // One after the other by index: `step_by` would divide for every row.
                let mut at = tap;
                for out in row {
                    *out = from[at];
                    at += self.to;
                }
                rest.fill(T::zero());
            }
        }
    }
}
