//! Several data sets, one after the other.

use candle_core::Device;

use super::dataset::check_index;
use super::{Collate, Dataset, Labelled};
use crate::Result;

/// Data sets in a row, as one (`torch.utils.data.ConcatDataset`).
///
/// The parts are of one type; parts of different types are boxed as
/// `Box<dyn Dataset<Item = …> + Send + Sync>`.
///
/// # Example
/// ```
/// use taper::data::{ConcatDataset, Dataset, TensorDataset};
/// use taper::{Device, Tensor};
///
/// let part = |values: &[f32]| TensorDataset::new(Tensor::new(values, &Device::Cpu)?);
/// let all = ConcatDataset::new([part(&[0., 1.])?, part(&[2., 3., 4.])?]);
/// assert_eq!(all.len(), 5);
/// assert_eq!(all.get(3)?.item()?, 3.);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ConcatDataset<D> {
    parts: Vec<D>,
    /// The index after each part's last sample.
    ends: Vec<usize>,
}

impl<D: Dataset> ConcatDataset<D> {
    /// The samples of the first part, then those of the second, and so on.
    pub fn new(parts: impl IntoIterator<Item = D>) -> Self {
        let parts: Vec<D> = parts.into_iter().collect();
        let ends = parts
            .iter()
            .scan(0, |end, part| {
                *end += part.len();
                Some(*end)
            })
            .collect();
        ConcatDataset { parts, ends }
    }

    /// The parts.
    pub fn parts(&self) -> &[D] {
        &self.parts
    }

    /// The part that holds a sample, and the sample's index in it.
    fn locate(&self, index: usize) -> Result<(&D, usize)> {
        check_index(index, self.len())?;
        let part = self.ends.partition_point(|&end| end <= index);
        let start = if part == 0 { 0 } else { self.ends[part - 1] };
        Ok((&self.parts[part], index - start))
    }
}

impl<D: Dataset> Dataset for ConcatDataset<D> {
    type Item = D::Item;

    fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    fn get(&self, index: usize) -> Result<Self::Item> {
        let (part, index) = self.locate(index)?;
        part.get(index)
    }

    /// A batch from one part alone is that part's to make.
    fn batch(&self, indices: &[usize], device: &Device) -> Result<<Self::Item as Collate>::Batch>
    where
        Self::Item: Collate,
    {
        let located = indices
            .iter()
            .map(|&index| self.locate(index))
            .collect::<Result<Vec<_>>>()?;
        if let Some((first, _)) = located.first()
            && located.iter().all(|(part, _)| std::ptr::eq(*part, *first))
        {
            let inner: Vec<usize> = located.iter().map(|&(_, index)| index).collect();
            return first.batch(&inner, device);
        }
        let samples = located
            .into_iter()
            .map(|(part, index)| part.get(index))
            .collect::<Result<Vec<_>>>()?;
        Collate::collate(samples, device)
    }
}

impl<D: Labelled> Labelled for ConcatDataset<D> {
    fn label(&self, index: usize) -> Result<i64> {
        let (part, index) = self.locate(index)?;
        part.label(index)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Squares;
    use super::*;

    #[test]
    fn empty_parts_are_skipped() -> Result<()> {
        let all = ConcatDataset::new([Squares(0), Squares(2), Squares(0), Squares(1)]);
        assert_eq!(all.len(), 3);
        let values = (0..3)
            .map(|index| all.get(index))
            .collect::<Result<Vec<_>>>()?;
        assert_eq!(values, [0, 1, 0]);
        assert!(all.get(3).is_err());
        assert_eq!(ConcatDataset::<Squares>::new([]).len(), 0);
        Ok(())
    }

    #[test]
    fn a_batch_may_cross_parts() -> Result<()> {
        let all = ConcatDataset::new([Squares(3), Squares(3)]);
        assert_eq!(all.batch(&[1, 2], &Device::Cpu)?.to_vec1::<i64>()?, [1, 4]);
        assert_eq!(
            all.batch(&[2, 3, 5], &Device::Cpu)?.to_vec1::<i64>()?,
            [4, 0, 4]
        );
        Ok(())
    }

    #[test]
    fn parts_of_different_types_are_boxed() -> Result<()> {
        type Boxed = Box<dyn Dataset<Item = i64> + Send + Sync>;
        let parts: [Boxed; 2] = [Box::new(Squares(2)), Box::new(Squares(2).map(|x| Ok(-x)))];
        let all = ConcatDataset::new(parts);
        assert_eq!(all.batch(&[1, 3], &Device::Cpu)?.to_vec1::<i64>()?, [1, -1]);
        Ok(())
    }
}
