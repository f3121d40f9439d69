//! Batches of a data set, epoch after epoch.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{
    CollateFn, CollateWith, DataError, Dataset, RandomSampler, Sampler, SequentialSampler, Stack,
};
use crate::{Error, Generator, Result};
use candle_core::Device;

mod progress;

pub use progress::LoaderState;
use progress::Progress;

/// Takes a data set's samples in batches (`torch.utils.data.DataLoader`).
///
/// | setting | default | |
/// |---|---|---|
/// | [`shuffle`](DataLoader::shuffle) | `false` | a new random order each epoch |
/// | [`seed`](DataLoader::seed) | drawn from the global generator | decides the orders |
/// | [`drop_last`](DataLoader::drop_last) | `false` | leave out a last batch that is not full |
/// | [`sampler`](DataLoader::sampler) | sequential | which samples, in which order |
/// | [`collate`](DataLoader::collate) | [`Dataset::batch`] | how samples become a batch |
/// | [`device`](DataLoader::device) | CPU | where the batches are |
///
/// Each [`iter`](DataLoader::iter) and each `for batch in &loader` is an epoch. The order of an epoch depends on the seed and the epoch's
/// number alone, so [`state`](DataLoader::state) is small and continues an interrupted epoch at the next batch.
///
/// # Example
/// ```
/// use taper::data::{DataLoader, TensorDataset};
/// use taper::{Device, Tensor};
///
/// let x = Tensor::arange(0i64, 10, &Device::Cpu)?;
/// let loader = DataLoader::new(TensorDataset::new(x)?, 4)?.shuffle(true).seed(7);
/// assert_eq!(loader.len(), 3);
/// for batch in &loader {
///     let x = batch?;
/// }
/// # Ok::<(), taper::Error>(())
/// ```
pub struct DataLoader<D, C = Stack> {
    dataset: D,
    batch_size: usize,
    drop_last: bool,
    sampler: Box<dyn Sampler>,
    collate: C,
    device: Device,
    progress: Mutex<Progress>,
}

impl<D: Dataset> DataLoader<D> {
    /// Batches of `batch_size` samples in order, the last one smaller if need be.
    ///
    /// # Errors
    /// If `batch_size` is 0 or the data set is empty.
    ///
    /// ```
    /// use taper::data::{DataLoader, TensorDataset};
    /// use taper::{DType, Device, Tensor};
    ///
    /// let empty = TensorDataset::new(Tensor::zeros([0, 2], DType::F32, &Device::Cpu)?)?;
    /// assert!(DataLoader::new(empty.clone(), 0).is_err());
    /// assert!(DataLoader::new(empty, 64).is_err());
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn new(dataset: D, batch_size: usize) -> Result<Self> {
        if batch_size == 0 {
            return Err(Error::argument(
                "DataLoader",
                "batch_size",
                batch_size,
                "a number from 1 up",
            ));
        }
        if dataset.is_empty() {
            return Err(DataError::Empty { at: "DataLoader" }.into());
        }
        Ok(DataLoader {
            dataset,
            batch_size,
            drop_last: false,
            sampler: Box::new(SequentialSampler),
            collate: Stack,
            device: Device::Cpu,
            progress: Mutex::default(),
        })
    }
}

impl<D: Dataset, C> DataLoader<D, C> {
    /// Whether each epoch has a new random order; replaces the sampler.
    ///
    /// ```
    /// use taper::data::{DataLoader, TensorDataset};
    /// use taper::{Device, Tensor};
    ///
    /// let data = TensorDataset::new(Tensor::arange(0i64, 100, &Device::Cpu)?)?;
    /// let loader = DataLoader::new(data, 100)?.shuffle(true);
    /// let epochs = loader.iter().chain(&loader).map(|batch| batch?.to_vec1::<i64>());
    /// let epochs = epochs.collect::<taper::Result<Vec<_>>>()?;
    /// assert_ne!(epochs[0], epochs[1]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    #[must_use]
    pub fn shuffle(self, shuffle: bool) -> Self {
        if shuffle {
            self.sampler(RandomSampler)
        } else {
            self.sampler(SequentialSampler)
        }
    }

    /// The seed that decides the order of every epoch. Without one, it is drawn from the global generator, so that
    /// [`manual_seed`](crate::manual_seed) decides it.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.progress().seed = Some(seed);
        self
    }

    /// Whether a last batch that is not full is left out. If there is no other batch, epochs are empty.
    ///
    /// ```
    /// use taper::data::{DataLoader, TensorDataset};
    /// use taper::{Device, Tensor};
    ///
    /// let data = TensorDataset::new(Tensor::arange(0i64, 10, &Device::Cpu)?)?;
    /// let loader = DataLoader::new(data, 4)?;
    /// assert_eq!(loader.len(), 3);
    /// assert_eq!(loader.drop_last(true).len(), 2);
    /// # Ok::<(), taper::Error>(())
    /// ```
    #[must_use]
    pub fn drop_last(mut self, drop_last: bool) -> Self {
        self.drop_last = drop_last;
        self
    }

    /// Which samples an epoch visits, in which order; replaces `shuffle`.
    #[must_use]
    pub fn sampler(mut self, sampler: impl Sampler + 'static) -> Self {
        self.sampler = Box::new(sampler);
        self
    }

    /// Where the batches are.
    #[must_use]
    pub fn device(mut self, device: &Device) -> Self {
        self.device = device.clone();
        self
    }

    /// An own way of making a batch of samples (`collate_fn`): lists of different lengths, padding, mixing.
    ///
    /// ```
    /// use taper::data::{DataLoader, TensorDataset};
    /// use taper::{Device, Tensor};
    ///
    /// let data = TensorDataset::new(Tensor::new(&[1f32, 2., 3.], &Device::Cpu)?)?;
    /// let sums = DataLoader::new(data, 2)?.collate(|samples, _device| {
    ///     samples.iter().map(Tensor::item).sum::<taper::Result<f64>>()
    /// });
    /// assert_eq!(sums.iter().collect::<taper::Result<Vec<_>>>()?, [3., 3.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    #[must_use]
    pub fn collate<F, B>(self, collate: F) -> DataLoader<D, CollateWith<F>>
    where
        F: Fn(Vec<D::Item>, &Device) -> Result<B>,
    {
        DataLoader {
            dataset: self.dataset,
            batch_size: self.batch_size,
            drop_last: self.drop_last,
            sampler: self.sampler,
            collate: CollateWith(collate),
            device: self.device,
            progress: self.progress,
        }
    }

    /// The number of batches in an epoch.
    pub fn len(&self) -> usize {
        self.batches_of(self.sampler.len(self.dataset.len()))
    }

    /// Whether epochs have no batches: `drop_last` leaves nothing, or the sampler chooses nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The data set.
    pub fn dataset(&self) -> &D {
        &self.dataset
    }

    /// The number of samples in a full batch.
    pub fn batch_size(&self) -> usize {
        self.batch_size
    }

    /// Where the loader stands: the epoch begun last and how many of its batches were handed out, or the next epoch's beginning.
    ///
    /// ```
    /// use taper::data::{DataLoader, TensorDataset};
    /// use taper::{Device, Tensor};
    ///
    /// let data = TensorDataset::new(Tensor::arange(0i64, 10, &Device::Cpu)?)?;
    /// let loader = DataLoader::new(data.clone(), 4)?.shuffle(true);
    /// let mut epoch = loader.iter();
    /// epoch.next();
    /// let state = loader.state();
    ///
    /// let resumed = DataLoader::new(data, 4)?.shuffle(true);
    /// resumed.load_state(state);
    /// for (a, b) in epoch.zip(&resumed) {
    ///     assert_eq!(a?.to_vec1::<i64>()?, b?.to_vec1::<i64>()?);
    /// }
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn state(&self) -> LoaderState {
        self.progress().state(self.len())
    }

    /// Makes the next epoch continue where `state` was taken.
    pub fn load_state(&self, state: LoaderState) {
        self.progress().load(state);
    }

    /// The batches of the next epoch. What goes wrong comes in place of a batch.
    pub fn iter(&self) -> Batches<'_, D, C> {
        let mut progress = self.progress();
        let (epoch, next) = progress.begin();
        let mut generator = Generator::new(progress.seed()).fork(epoch);
        drop(progress);
        let (order, failure) = match self.sampler.order(self.dataset.len(), &mut generator) {
            Ok(order) => (order, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let len = self.batches_of(order.len());
        Batches {
            loader: self,
            order,
            epoch,
            next,
            len,
            failure,
        }
    }

    fn batches_of(&self, samples: usize) -> usize {
        if self.drop_last {
            samples / self.batch_size
        } else {
            samples.div_ceil(self.batch_size)
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a, D: Dataset, C: CollateFn<D>> IntoIterator for &'a DataLoader<D, C> {
    type Item = Result<C::Batch>;
    type IntoIter = Batches<'a, D, C>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<D: Dataset, C> fmt::Debug for DataLoader<D, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataLoader")
            .field("samples", &self.dataset.len())
            .field("batch_size", &self.batch_size)
            .field("drop_last", &self.drop_last)
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

/// The batches of one epoch; made by [`DataLoader::iter`].
///
/// ```
/// use taper::data::{DataLoader, TensorDataset};
/// use taper::{Device, Tensor};
///
/// let loader = DataLoader::new(TensorDataset::new(Tensor::arange(0i64, 10, &Device::Cpu)?)?, 4)?;
/// let mut batches = loader.iter();
/// assert_eq!(batches.len(), 3);
/// let first = batches.next().transpose()?;
/// assert_eq!(first.map(|x| x.dims().to_vec()), Some(vec![4]));
/// # Ok::<(), taper::Error>(())
/// ```
pub struct Batches<'a, D, C> {
    loader: &'a DataLoader<D, C>,
    /// The epoch's samples.
    order: Vec<usize>,
    epoch: u64,
    /// The batch to hand out next.
    next: usize,
    len: usize,
    /// Why there is no order.
    failure: Option<Error>,
}

impl<D: Dataset, C: CollateFn<D>> Iterator for Batches<'_, D, C> {
    type Item = Result<C::Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.failure.take() {
            return Some(Err(error));
        }
        if self.next >= self.len {
            return None;
        }
        let start = self.next * self.loader.batch_size;
        let end = self.order.len().min(start + self.loader.batch_size);
        self.next += 1;
        self.loader.progress().advance(self.epoch, self.next);
        Some(self.loader.collate.batch(
            &self.loader.dataset,
            &self.order[start..end],
            &self.loader.device,
        ))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.len.saturating_sub(self.next) + usize::from(self.failure.is_some());
        (left, Some(left))
    }
}

impl<D: Dataset, C: CollateFn<D>> ExactSizeIterator for Batches<'_, D, C> {}

#[cfg(test)]
mod tests;
