//! Samples stacked into batches.

use candle_core::Device;

use super::{DataError, Dataset};
use crate::{Result, Tensor};

/// A sample that batches can be made of (`torch.utils.data.default_collate`).
///
/// | sample | batch of `N` |
/// |---|---|
/// | [`Tensor`] of shape `[…]` | [`Tensor`] of shape `[N, …]` |
/// | `i64`, `u32`, `u8`, `f32`, `f64` | [`Tensor`] of shape `[N]` of that type |
/// | `usize`, `i32` | [`Tensor`] of shape `[N]` of type `I64` |
/// | `bool` | [`Tensor`] of shape `[N]` of type `U8` |
/// | `String`, `&'static str` | `Vec` of them |
/// | a tuple of such | the tuple of their batches |
///
/// # Example
/// ```
/// use taper::data::Collate;
/// use taper::{Device, Tensor};
///
/// let x = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
/// let (x, y) = Collate::collate(vec![(x.clone(), 0i64), (x, 1)], &Device::Cpu)?;
/// assert_eq!(x.dims(), [2, 2]);
/// assert_eq!(y.to_vec1::<i64>()?, [0, 1]);
/// # Ok::<(), taper::Error>(())
/// ```
pub trait Collate: Sized {
    /// What a batch of such samples is.
    type Batch;

    /// One batch of the samples, on `device`.
    ///
    /// # Errors
    /// If there are none, or tensors differ in shape.
    fn collate(samples: Vec<Self>, device: &Device) -> Result<Self::Batch>;
}

impl Collate for Tensor {
    type Batch = Tensor;

    fn collate(samples: Vec<Self>, device: &Device) -> Result<Tensor> {
        let Some(first) = samples.first() else {
            return Err(DataError::Empty { at: "batch" }.into());
        };
        for (index, sample) in samples.iter().enumerate() {
            if sample.dims() != first.dims() {
                let (found, expected) = (sample.shape().clone(), first.shape().clone());
                return Err(DataError::Ragged {
                    index,
                    found,
                    expected,
                }
                .into());
            }
        }
        let samples: Vec<_> = samples.iter().map(Tensor::as_candle).collect();
        Ok(candle_core::Tensor::stack(&samples, 0)?
            .to_device(device)?
            .into())
    }
}

macro_rules! collate_numbers {
    ($($sample:ty => $element:ty),*) => {$(
        impl Collate for $sample {
            type Batch = Tensor;

            fn collate(samples: Vec<Self>, device: &Device) -> Result<Tensor> {
                let count = samples.len();
                let values = samples.into_iter().map(|sample| sample as $element).collect();
                Tensor::from_vec(values, count, device)
            }
        }
    )*};
}

collate_numbers!(i64 => i64, i32 => i64, usize => i64, u32 => u32, u8 => u8, bool => u8, f32 => f32, f64 => f64);

macro_rules! collate_as_list {
    ($($sample:ty),*) => {$(
        impl Collate for $sample {
            type Batch = Vec<$sample>;

            fn collate(samples: Vec<Self>, _device: &Device) -> Result<Vec<Self>> {
                Ok(samples)
            }
        }
    )*};
}

collate_as_list!(String, &'static str);

/// Per element: its type, the list of its samples, one sample.
macro_rules! collate_tuples {
    ($($element:ident $list:ident $sample:ident),+) => {
        impl<$($element: Collate),+> Collate for ($($element,)+) {
            type Batch = ($($element::Batch,)+);

            fn collate(samples: Vec<Self>, device: &Device) -> Result<Self::Batch> {
                $(let mut $list = Vec::with_capacity(samples.len());)+
                for ($($sample,)+) in samples {
                    $($list.push($sample);)+
                }
                Ok(($($element::collate($list, device)?,)+))
            }
        }
    };
}

collate_tuples!(A a x);
collate_tuples!(A a x, B b y);
collate_tuples!(A a x, B b y, C c z);
collate_tuples!(A a x, B b y, C c z, D d w);

/// How batches are made of samples; see [`DataLoader::collate`](super::DataLoader::collate).
///
/// ```
/// use taper::data::{CollateFn, Stack, TensorDataset};
/// use taper::{Device, Tensor};
///
/// let data = TensorDataset::new(Tensor::arange(0i64, 10, &Device::Cpu)?)?;
/// let batch = Stack.batch(&data, &[3, 1], &Device::Cpu)?;
/// assert_eq!(batch.to_vec1::<i64>()?, [3, 1]);
/// # Ok::<(), taper::Error>(())
/// ```
pub trait CollateFn<D: Dataset> {
    /// What a batch is.
    type Batch;

    /// The batch of some samples of a data set.
    ///
    /// # Errors
    /// If a sample can't be read, or the samples can't be made one batch.
    fn batch(&self, dataset: &D, indices: &[usize], device: &Device) -> Result<Self::Batch>;
}

/// The default way of making batches: [`Dataset::batch`]. [`CollateFn`] has an example.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stack;

impl<D: Dataset<Item: Collate>> CollateFn<D> for Stack {
    type Batch = <D::Item as Collate>::Batch;

    fn batch(&self, dataset: &D, indices: &[usize], device: &Device) -> Result<Self::Batch> {
        dataset.batch(indices, device)
    }
}

/// An own way of making batches, by [`DataLoader::collate`](super::DataLoader::collate), which has an example.
#[derive(Debug, Clone, Copy)]
pub struct CollateWith<F>(pub(super) F);

impl<D: Dataset, F: Fn(Vec<D::Item>, &Device) -> Result<B>, B> CollateFn<D> for CollateWith<F> {
    type Batch = B;

    fn batch(&self, dataset: &D, indices: &[usize], device: &Device) -> Result<B> {
        let samples = indices
            .iter()
            .map(|&index| dataset.get(index))
            .collect::<Result<Vec<_>>>()?;
        (self.0)(samples, device)
    }
}

#[cfg(test)]
mod tests {
    use candle_core::DType;

    use super::*;
    use crate::Error;

    #[test]
    fn numbers_keep_their_type() -> Result<()> {
        let cpu = &Device::Cpu;
        assert_eq!(
            f64::collate(vec![0.5, 1.5], cpu)?.to_vec1::<f64>()?,
            [0.5, 1.5]
        );
        assert_eq!(usize::collate(vec![3], cpu)?.dtype(), DType::I64);
        assert_eq!(
            bool::collate(vec![true, false], cpu)?.to_vec1::<u8>()?,
            [1, 0]
        );
        Ok(())
    }

    #[test]
    fn ragged_samples_are_an_error_that_says_which() -> Result<()> {
        let (a, b) = (
            Tensor::new(&[1f32, 2.], &Device::Cpu)?,
            Tensor::new(&[1f32], &Device::Cpu)?,
        );
        let error = Tensor::collate(vec![a.clone(), a, b], &Device::Cpu);
        assert!(matches!(
            error,
            Err(Error::Data(DataError::Ragged { index: 2, .. }))
        ));
        assert!(Tensor::collate(vec![], &Device::Cpu).is_err());
        Ok(())
    }

    #[test]
    fn tuples_are_collated_by_element() -> Result<()> {
        let samples = vec![(1i64, 2f32, "a".to_string()), (3, 4., "b".to_string())];
        let (x, y, names) = Collate::collate(samples, &Device::Cpu)?;
        assert_eq!(
            (x.to_vec1::<i64>()?, y.to_vec1::<f32>()?),
            (vec![1, 3], vec![2., 4.])
        );
        assert_eq!(names, ["a", "b"]);
        Ok(())
    }
}
