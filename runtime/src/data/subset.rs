//! Parts of a data set, chosen or random.

use std::sync::Arc;

use candle_core::Device;

use super::dataset::check_index;
use super::{Collate, Dataset, Labelled};
use crate::{Error, Generator, Result};

/// Some samples of a data set, in a given order (`torch.utils.data.Subset`).
///
/// # Example
/// ```
/// use taper::data::{Dataset, Subset, TensorDataset};
/// use taper::{Device, Tensor};
///
/// let all = TensorDataset::new(Tensor::new(&[0f32, 10., 20., 30.], &Device::Cpu)?)?;
/// let some = Subset::new(all, [3, 1])?;
/// assert_eq!(some.len(), 2);
/// assert_eq!(some.get(0)?.item()?, 30.);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Debug)]
pub struct Subset<D> {
    dataset: Arc<D>,
    indices: Arc<[usize]>,
}

impl<D> Clone for Subset<D> {
    fn clone(&self) -> Self {
        Subset {
            dataset: self.dataset.clone(),
            indices: self.indices.clone(),
        }
    }
}

impl<D: Dataset> Subset<D> {
    /// The samples of `dataset` at `indices`. A data set that others use too is passed as a reference or an `Arc`.
    ///
    /// # Errors
    /// If an index is beyond the data set's end.
    pub fn new(dataset: D, indices: impl IntoIterator<Item = usize>) -> Result<Self> {
        let dataset = Arc::new(dataset);
        let indices: Arc<[usize]> = indices.into_iter().collect();
        for &index in indices.iter() {
            check_index(index, dataset.len())?;
        }
        Ok(Subset { dataset, indices })
    }

    /// The indices into the whole data set.
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }

    /// The whole data set.
    pub fn dataset(&self) -> &D {
        &self.dataset
    }

    fn inner(&self, index: usize) -> Result<usize> {
        check_index(index, self.indices.len())?;
        Ok(self.indices[index])
    }
}

impl<D: Dataset> Dataset for Subset<D> {
    type Item = D::Item;

    fn len(&self) -> usize {
        self.indices.len()
    }

    fn get(&self, index: usize) -> Result<Self::Item> {
        self.dataset.get(self.inner(index)?)
    }

    fn batch(&self, indices: &[usize], device: &Device) -> Result<<Self::Item as Collate>::Batch>
    where
        Self::Item: Collate,
    {
        let inner = indices
            .iter()
            .map(|&index| self.inner(index))
            .collect::<Result<Vec<_>>>()?;
        self.dataset.batch(&inner, device)
    }
}

impl<D: Labelled> Labelled for Subset<D> {
    fn label(&self, index: usize) -> Result<i64> {
        self.dataset.label(self.inner(index)?)
    }
}

/// The size of one part in [`random_split`]: a number of samples, or a fraction of all.
///
/// ```
/// use taper::data::SplitLength;
/// assert_eq!(SplitLength::sizes(&[0.75, 0.25], 10), Some(vec![8, 2]));
/// assert_eq!(SplitLength::sizes(&[7, 3], 10), Some(vec![7, 3]));
/// assert_eq!(SplitLength::sizes(&[7, 4], 10), None);
/// ```
pub trait SplitLength: Copy + std::fmt::Debug {
    /// The sizes of the parts, which add up to `len`; `None` if they can't.
    fn sizes(lengths: &[Self], len: usize) -> Option<Vec<usize>>;
}

impl SplitLength for usize {
    fn sizes(lengths: &[usize], len: usize) -> Option<Vec<usize>> {
        let total = lengths
            .iter()
            .try_fold(0usize, |sum, &length| sum.checked_add(length))?;
        (total == len).then(|| lengths.to_vec())
    }
}

impl SplitLength for f64 {
    /// Each part gets the floor of its share; what is left over goes to the first parts, one each, as in PyTorch.
    fn sizes(lengths: &[f64], len: usize) -> Option<Vec<usize>> {
        let total: f64 = lengths.iter().sum();
        let in_range = lengths.iter().all(|fraction| (0. ..=1.).contains(fraction));
        if !in_range || (total - 1.).abs() > 1e-9 {
            return None;
        }
        let mut sizes: Vec<usize> = lengths
            .iter()
            .map(|fraction| (fraction * len as f64).floor() as usize)
            .collect();
        let rest = len.saturating_sub(sizes.iter().sum());
        let parts = sizes.len();
        for part in 0..rest {
            sizes[part % parts] += 1;
        }
        Some(sizes)
    }
}

/// Splits a data set at random into parts that don't overlap (`torch.utils.data.random_split`).
///
/// `lengths` are numbers of samples that add up to all of them, or fractions that add up to 1 (each part gets the floor
/// of its share, what is left over goes to the first parts, one each). The same `seed` makes the same split.
///
/// # Errors
/// If the lengths don't add up.
///
/// # Example
/// ```
/// use taper::data::{random_split, Dataset, TensorDataset};
/// use taper::{DType, Device, Tensor};
///
/// let all = TensorDataset::new(Tensor::zeros([10, 2], DType::F32, &Device::Cpu)?)?;
/// let [train, valid] = random_split(all, [0.8, 0.2], 42)?;
/// assert_eq!((train.len(), valid.len()), (8, 2));
/// # Ok::<(), taper::Error>(())
/// ```
pub fn random_split<D: Dataset, L: SplitLength, const N: usize>(
    dataset: D,
    lengths: [L; N],
    seed: u64,
) -> Result<[Subset<D>; N]> {
    let dataset = Arc::new(dataset);
    let len = dataset.len();
    let sizes = L::sizes(&lengths, len).ok_or_else(|| {
        Error::argument(
            "random_split",
            "lengths",
            lengths,
            format!("numbers of samples that add up to {len}, or fractions from 0 to 1 that add up to 1"),
        )
    })?;
    let order = Generator::new(seed).randperm(len);
    let mut end = 0;
    Ok(std::array::from_fn(|part| {
        let start = end;
        end += sizes[part];
        Subset {
            dataset: dataset.clone(),
            indices: order[start..end].into(),
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Squares;
    use super::*;

    #[test]
    fn parts_are_disjoint_and_complete() -> Result<()> {
        let parts = random_split(Squares(101), [0.5, 0.3, 0.2], 3)?;
        assert_eq!(parts.each_ref().map(Subset::len), [51, 30, 20]);
        let mut all: Vec<usize> = parts
            .iter()
            .flat_map(|part| part.indices().to_vec())
            .collect();
        assert_ne!(all, (0..101).collect::<Vec<_>>());
        all.sort_unstable();
        assert_eq!(all, (0..101).collect::<Vec<_>>());
        Ok(())
    }

    #[test]
    fn the_seed_decides() -> Result<()> {
        let first = |seed| -> Result<Vec<usize>> {
            let [part, _] = random_split(Squares(50), [10, 40], seed)?;
            Ok(part.indices().to_vec())
        };
        assert_eq!(first(1)?, first(1)?);
        assert_ne!(first(1)?, first(2)?);
        Ok(())
    }

    #[test]
    fn the_rest_goes_to_the_first_parts() {
        // As torch.utils.data.random_split(range(10), [1/3, 1/3, 1/3]) and (range(11), …).
        assert_eq!(f64::sizes(&[1. / 3.; 3], 10), Some(vec![4, 3, 3]));
        assert_eq!(f64::sizes(&[1. / 3.; 3], 11), Some(vec![4, 4, 3]));
    }

    #[test]
    fn lengths_must_add_up() {
        assert!(random_split(Squares(10), [8, 3], 0).is_err());
        assert!(random_split(Squares(10), [usize::MAX, 11], 0).is_err());
        assert!(random_split(Squares(10), [0.8, 0.3], 0).is_err());
        assert!(random_split(Squares(10), [1.5, -0.5], 0).is_err());
        let error = random_split(Squares(10), [f64::NAN, 1.], 0).map(|_| ());
        assert!(error.is_err_and(|error| error.to_string().contains("add up to 10")));
    }

    #[test]
    fn a_subset_of_a_subset_reaches_through() -> Result<()> {
        let outer = Subset::new(Subset::new(Squares(10), [9, 8, 7])?, [2, 0])?;
        assert_eq!(
            outer.batch(&[0, 1], &Device::Cpu)?.to_vec1::<i64>()?,
            [49, 81]
        );
        assert!(outer.get(2).is_err());
        assert!(Subset::new(Squares(3), [3]).is_err());
        Ok(())
    }
}
