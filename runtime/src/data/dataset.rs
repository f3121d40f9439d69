//! The trait of everything that samples can be taken from.

use std::collections::BTreeMap;
use std::sync::Arc;

use candle_core::Device;

use super::{Collate, DataError, Map, TargetTransform, Transform};
use crate::Result;

/// A fixed number of samples, each reached by its index (`torch.utils.data.Dataset`).
///
/// An own data set says how many samples it has and how to get one; everything else follows.
///
/// # Example
/// ```
/// use taper::data::{DataLoader, Dataset};
/// use taper::{Device, Result, Tensor};
///
/// /// The numbers from 0 up, and whether each is odd.
/// struct Parity(usize);
///
/// impl Dataset for Parity {
///     type Item = (Tensor, i64);
///
///     fn len(&self) -> usize {
///         self.0
///     }
///
///     fn get(&self, index: usize) -> Result<Self::Item> {
///         Ok((Tensor::new(&[index as f32], &Device::Cpu)?, (index % 2) as i64))
///     }
/// }
///
/// let loader = DataLoader::new(Parity(10), 4)?;
/// for batch in &loader {
///     let (x, y) = batch?;
///     assert_eq!(x.dims(), [y.dims()[0], 1]);
/// }
/// # Ok::<(), taper::Error>(())
/// ```
pub trait Dataset {
    /// One sample, usually `(input, target)`.
    type Item;

    /// The number of samples.
    fn len(&self) -> usize;

    /// The sample at `index`, which is below [`len`](Dataset::len); beyond, an error.
    fn get(&self, index: usize) -> Result<Self::Item>;

    /// Whether there are no samples.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Several samples as one batch on `device`: by default [`get`](Dataset::get) for each, then
    /// [`Collate::collate`].
    ///
    /// A data set that can fill a batch without making its samples one by one overrides this (PyTorch's
    /// `__getitems__`).
    ///
    /// # Errors
    /// If an index is out of range, a sample can't be read, or the samples can't be stacked.
    fn batch(&self, indices: &[usize], device: &Device) -> Result<<Self::Item as Collate>::Batch>
    where
        Self::Item: Collate,
    {
        let samples = indices
            .iter()
            .map(|&index| self.get(index))
            .collect::<Result<Vec<_>>>()?;
        Collate::collate(samples, device)
    }

    /// The data set of `f(sample)`, computed whenever a sample is taken.
    ///
    /// ```
    /// use taper::data::{Dataset, TensorDataset};
    /// use taper::{Device, Tensor};
    ///
    /// let numbers = TensorDataset::new(Tensor::new(&[1f32, 2., 3.], &Device::Cpu)?)?;
    /// let labelled = numbers.map(|x| Ok((x, 0i64)));
    /// assert_eq!(labelled.get(2)?.1, 0);
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn map<F, T>(self, f: F) -> Map<Self, F>
    where
        Self: Sized,
        F: Fn(Self::Item) -> Result<T>,
    {
        Map::new(self, f)
    }

    /// `f` on the input of every `(input, target)` sample (`transform` of PyTorch's data sets).
    ///
    /// ```
    /// use taper::data::{Dataset, TensorDataset};
    /// use taper::{Device, Tensor};
    ///
    /// let x = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
    /// let pairs = TensorDataset::new((x.clone(), x))?;
    /// let doubled = pairs.transform(|x| x.add(&x));
    /// let (x, y) = doubled.get(1)?;
    /// assert_eq!((x.item()?, y.item()?), (4., 2.));
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn transform<F, X, Y, T>(self, f: F) -> Transform<Self, F>
    where
        Self: Sized + Dataset<Item = (X, Y)>,
        F: Fn(X) -> Result<T>,
    {
        Transform::new(self, f)
    }

    /// `f` on the target of every `(input, target)` sample (`target_transform` of PyTorch's data sets).
    ///
    /// ```
    /// use taper::data::{Dataset, TensorDataset};
    /// use taper::{Device, Tensor};
    ///
    /// let x = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
    /// let pairs = TensorDataset::new((x.clone(), x))?.target_transform(|_| Ok(7i64));
    /// assert_eq!(pairs.get(0)?.1, 7);
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn target_transform<F, X, Y, T>(self, f: F) -> TargetTransform<Self, F>
    where
        Self: Sized + Dataset<Item = (X, Y)>,
        F: Fn(Y) -> Result<T>,
    {
        TargetTransform::new(self, f)
    }
}

/// A data set that knows each sample's class without making the sample.
///
/// ```
/// use taper::data::{Dataset, Labelled};
/// use taper::Result;
///
/// /// Numbers, and whether they are odd.
/// struct Numbers;
///
/// impl Dataset for Numbers {
///     type Item = (f32, i64);
///     fn len(&self) -> usize {
///         5
///     }
///     fn get(&self, index: usize) -> Result<(f32, i64)> {
///         Ok((index as f32, self.label(index)?))
///     }
/// }
///
/// impl Labelled for Numbers {
///     fn label(&self, index: usize) -> Result<i64> {
///         Ok(index as i64 % 2)
///     }
/// }
///
/// assert_eq!(Numbers.class_counts()?, [(0, 3), (1, 2)].into());
/// # Ok::<(), taper::Error>(())
/// ```
pub trait Labelled: Dataset {
    /// The class of the sample at `index`.
    ///
    /// # Errors
    /// If there is no such sample, or its class can't be read.
    fn label(&self, index: usize) -> Result<i64>;

    /// How many samples each class has, by class; a class without samples is not in the map.
    ///
    /// # Errors
    /// If a class can't be read.
    ///
    /// ```
    /// use taper::data::{Labelled, TensorDataset};
    /// use taper::{DType, Device, Tensor};
    ///
    /// let x = Tensor::zeros([4, 2], DType::F32, &Device::Cpu)?;
    /// let y = Tensor::new(&[0i64, 2, 2, 0], &Device::Cpu)?;
    /// let counts = TensorDataset::new((x, y))?.class_counts()?;
    /// assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(0, 2), (2, 2)]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn class_counts(&self) -> Result<BTreeMap<i64, usize>> {
        let mut counts = BTreeMap::new();
        for index in 0..self.len() {
            *counts.entry(self.label(index)?).or_default() += 1;
        }
        Ok(counts)
    }
}

/// Checks an index before it is used.
pub(super) fn check_index(index: usize, len: usize) -> Result<()> {
    if index < len {
        Ok(())
    } else {
        Err(DataError::IndexOutOfRange { index, len }.into())
    }
}

/// References and shared or boxed data sets are data sets.
macro_rules! forward_to_inner {
    ($($outer:ty),*) => {$(
        impl<D: Dataset + ?Sized> Dataset for $outer {
            type Item = D::Item;

            fn len(&self) -> usize {
                (**self).len()
            }

            fn get(&self, index: usize) -> Result<Self::Item> {
                (**self).get(index)
            }

            fn batch(&self, indices: &[usize], device: &Device) -> Result<<Self::Item as Collate>::Batch>
            where
                Self::Item: Collate,
            {
                (**self).batch(indices, device)
            }
        }

        impl<D: Labelled + ?Sized> Labelled for $outer {
            fn label(&self, index: usize) -> Result<i64> {
                (**self).label(index)
            }

            fn class_counts(&self) -> Result<BTreeMap<i64, usize>> {
                (**self).class_counts()
            }
        }
    )*};
}

forward_to_inner!(&D, Arc<D>, Box<D>);
