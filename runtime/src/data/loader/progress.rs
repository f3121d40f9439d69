//! Where a loader stands in its epochs.

use serde::{Deserialize, Serialize};

use crate::tensor::with_generator;
use crate::Generator;

/// Where a [`DataLoader`](super::DataLoader) stands, to be kept in checkpoints; see
/// [`DataLoader::state`](super::DataLoader::state).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoaderState {
    /// The seed of the orders.
    pub seed: u64,
    /// The epoch, counted from 0.
    pub epoch: u64,
    /// How many of the epoch's batches have been handed out.
    pub batch: usize,
}

/// What changes while a loader is used.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) seed: Option<u64>,
    /// The epoch begun last, and how many of its batches were handed out.
    current: Option<(u64, usize)>,
    /// Where the next epoch begins, if not after the current one.
    resume: Option<(u64, usize)>,
}

impl Progress {
    /// The seed; without one given, it is drawn when it is first needed.
    pub(super) fn seed(&mut self) -> u64 {
        *self
            .seed
            .get_or_insert_with(|| with_generator(Generator::next_u64))
    }

    /// The epoch and batch that an iteration begun now would begin with.
    fn next(&self) -> (u64, usize) {
        self.resume.unwrap_or_else(|| {
            (
                self.current.map_or(0, |(epoch, _)| epoch.saturating_add(1)),
                0,
            )
        })
    }

    /// Begins an epoch: its number, and the batch that it begins with.
    pub(super) fn begin(&mut self) -> (u64, usize) {
        let begun = self.next();
        self.resume = None;
        self.current = Some(begun);
        begun
    }

    /// Notes that `batches` of an epoch have been handed out. Only the epoch begun last counts.
    pub(super) fn advance(&mut self, epoch: u64, batches: usize) {
        if self.current.is_some_and(|(current, _)| current == epoch) {
            self.current = Some((epoch, batches));
        }
    }

    /// The state, in epochs of `len` batches.
    pub(super) fn state(&mut self, len: usize) -> LoaderState {
        let (epoch, batch) = match (self.resume, self.current) {
            (None, Some((epoch, batch))) if batch < len => (epoch, batch),
            _ => self.next(),
        };
        LoaderState {
            seed: self.seed(),
            epoch,
            batch,
        }
    }

    /// Makes the next epoch begin at `state`.
    pub(super) fn load(&mut self, state: LoaderState) {
        self.seed = Some(state.seed);
        self.resume = Some((state.epoch, state.batch));
    }
}
