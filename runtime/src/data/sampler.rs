//! The order in which samples are visited.

use crate::{Generator, Result};

/// Chooses the samples of an epoch, and their order (`torch.utils.data.Sampler`).
///
/// # Example
/// ```
/// use taper::data::{DataLoader, Sampler, TensorDataset};
/// use taper::{Device, Generator, Result, Tensor};
///
/// /// From the last sample to the first.
/// struct Backwards;
///
/// impl Sampler for Backwards {
///     fn order(&self, dataset_len: usize, _: &mut Generator) -> Result<Vec<usize>> {
///         Ok((0..dataset_len).rev().collect())
///     }
/// }
///
/// let numbers = TensorDataset::new(Tensor::new(&[1f32, 2., 3.], &Device::Cpu)?)?;
/// let loader = DataLoader::new(numbers, 2)?.sampler(Backwards);
/// let first = loader.iter().next().transpose()?;
/// assert_eq!(first.map(|x| x.to_vec::<f32>()).transpose()?, Some(vec![3., 2.]));
/// # Ok::<(), taper::Error>(())
/// ```
pub trait Sampler: Send + Sync {
    /// How many samples an epoch visits; by default, as many as there are.
    fn len(&self, dataset_len: usize) -> usize {
        dataset_len
    }

    /// The indices of one epoch's samples, as many as [`len`](Sampler::len) says. The generator is the epoch's own: the same
    /// epoch of the same seed gets the same one.
    ///
    /// # Errors
    /// If there is no order; it comes in place of the first batch.
    fn order(&self, dataset_len: usize, generator: &mut Generator) -> Result<Vec<usize>>;
}

/// Every sample once, from the first to the last (`torch.utils.data.SequentialSampler`).
///
/// ```
/// use taper::data::{Sampler, SequentialSampler};
/// use taper::Generator;
/// assert_eq!(SequentialSampler.order(3, &mut Generator::new(0))?, [0, 1, 2]);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct SequentialSampler;

impl Sampler for SequentialSampler {
    fn order(&self, dataset_len: usize, _generator: &mut Generator) -> Result<Vec<usize>> {
        Ok((0..dataset_len).collect())
    }
}

/// Every sample once, in random order (`torch.utils.data.RandomSampler`).
///
/// ```
/// use taper::data::{RandomSampler, Sampler};
/// use taper::Generator;
/// let mut order = RandomSampler.order(100, &mut Generator::new(0))?;
/// assert_eq!(order, RandomSampler.order(100, &mut Generator::new(0))?);
/// order.sort();
/// assert!(order.into_iter().eq(0..100));
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomSampler;

impl Sampler for RandomSampler {
    fn order(&self, dataset_len: usize, generator: &mut Generator) -> Result<Vec<usize>> {
        Ok(generator.randperm(dataset_len))
    }
}
