//! Data sets held in memory as tensors.

use candle_core::{DType, Device};

use super::dataset::check_index;
use super::{Collate, DataError, Dataset, Labelled};
use crate::{Error, Result, Tensor};

/// A tensor, or a tuple of up to four.
pub trait Tensors: Collate<Batch = Self> + Clone {
    /// The tensors, in order.
    fn each(&self) -> Vec<&Tensor>;

    /// The tuple of `f` of each tensor.
    fn map_each(&self, f: impl FnMut(&Tensor) -> Result<Tensor>) -> Result<Self>;
}

impl Tensors for Tensor {
    fn each(&self) -> Vec<&Tensor> {
        vec![self]
    }

    fn map_each(&self, mut f: impl FnMut(&Tensor) -> Result<Tensor>) -> Result<Self> {
        f(self)
    }
}

macro_rules! tensors_for_tuples {
    ($(($($index:tt $tensor:ident),+))+) => {$(
        impl Tensors for ($($tensor,)+) {
            fn each(&self) -> Vec<&Tensor> {
                vec![$(&self.$index),+]
            }

            fn map_each(&self, mut f: impl FnMut(&Tensor) -> Result<Tensor>) -> Result<Self> {
                Ok(($(f(&self.$index)?,)+))
            }
        }
    )+};
}

tensors_for_tuples! {
    (0 Tensor)
    (0 Tensor, 1 Tensor)
    (0 Tensor, 1 Tensor, 2 Tensor)
    (0 Tensor, 1 Tensor, 2 Tensor, 3 Tensor)
}

/// Tensors that share their first dimension, which counts the samples (`torch.utils.data.TensorDataset`).
///
/// Sample `i` is row `i` of each tensor. Gradients don't reach the tensors.
///
/// # Errors
/// If a tensor has no dimensions, or the first ones differ.
///
/// # Example
/// ```
/// use taper::data::{DataLoader, TensorDataset};
/// use taper::{DType, Device, Tensor};
///
/// let x = Tensor::zeros([100, 3], DType::F32, &Device::Cpu)?;
/// let y = Tensor::zeros([100], DType::I64, &Device::Cpu)?;
/// let loader = DataLoader::new(TensorDataset::new((x, y))?, 32)?.shuffle(true);
/// for batch in &loader {
///     let (x, y) = batch?;
///     assert_eq!(x.dims(), [y.dims()[0], 3]);
/// }
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct TensorDataset<T> {
    tensors: T,
    len: usize,
}

impl<T: Tensors> TensorDataset<T> {
    /// The data set of the rows of one tensor, or of a tuple of tensors.
    ///
    /// # Errors
    /// If a tensor has no dimensions, or another first dimension than the first tensor.
    pub fn new(tensors: T) -> Result<Self> {
        let mut len = None;
        for (index, tensor) in tensors.each().into_iter().enumerate() {
            let Some(&rows) = tensor.dims().first() else {
                return Err(Error::op(
                    "TensorDataset",
                    format!("tensor {index} is a single number"),
                )
                .help("give it a first dimension that counts the samples"));
            };
            let expected = *len.get_or_insert(rows);
            if rows != expected {
                return Err(DataError::FirstDimension {
                    index,
                    found: tensor.shape().clone(),
                    expected,
                }
                .into());
            }
        }
        // Rows are copied from contiguous tensors only.
        let tensors = tensors.map_each(|tensor| tensor.detach().contiguous())?;
        Ok(TensorDataset {
            tensors,
            len: len.unwrap_or(0),
        })
    }

    /// The tensors.
    pub fn tensors(&self) -> &T {
        &self.tensors
    }
}

impl<T: Tensors> Dataset for TensorDataset<T> {
    type Item = T;

    fn len(&self) -> usize {
        self.len
    }

    fn get(&self, index: usize) -> Result<T> {
        check_index(index, self.len)?;
        self.tensors
            .map_each(|tensor| Ok(tensor.as_candle().get(index)?.into()))
    }

    fn batch(&self, indices: &[usize], device: &Device) -> Result<T> {
        let rows = indices.iter().map(|&index| {
            check_index(index, self.len)?;
            Ok(index as i64)
        });
        let rows = rows.collect::<Result<Vec<_>>>()?;
        let rows = candle_core::Tensor::from_vec(rows, indices.len(), &Device::Cpu)?;
        self.tensors.map_each(|tensor| {
            let rows = rows.to_device(tensor.device())?;
            Ok(tensor
                .as_candle()
                .index_select(&rows, 0)?
                .to_device(device)?
                .into())
        })
    }
}

/// The second tensor holds the classes.
impl Labelled for TensorDataset<(Tensor, Tensor)> {
    fn label(&self, index: usize) -> Result<i64> {
        let labels = class_column(&self.tensors.1)?;
        check_index(index, self.len)?;
        Ok(labels
            .as_candle()
            .get(index)?
            .to_dtype(DType::I64)?
            .to_scalar()?)
    }
}

/// The tensor, if it can hold classes.
fn class_column(labels: &Tensor) -> Result<&Tensor> {
    if labels.rank() == 1 && labels.dtype().is_int() {
        return Ok(labels);
    }
    let (dims, dtype) = (labels.dims(), labels.dtype());
    Err(Error::op(
        "TensorDataset",
        format!("classes are integers of shape [N], but the second tensor is {dims:?} {dtype:?}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[f32]) -> Result<Tensor> {
        Tensor::new(values, &Device::Cpu)
    }

    #[test]
    fn a_batch_equals_its_samples() -> Result<()> {
        let x = Tensor::arange(0i64, 12, &Device::Cpu)?;
        let x = Tensor::from(x.as_candle().reshape((2, 6))?.t()?);
        let data = TensorDataset::new(x)?;
        let batch = data.batch(&[5, 0, 5], &Device::Cpu)?;
        assert_eq!(batch.to_vec2::<i64>()?, [[5, 11], [0, 6], [5, 11]]);
        let samples = [5, 0, 5]
            .map(|index| data.get(index))
            .into_iter()
            .collect::<Result<Vec<_>>>()?;
        assert_eq!(
            Tensor::collate(samples, &Device::Cpu)?.to_vec2::<i64>()?,
            batch.to_vec2::<i64>()?
        );
        Ok(())
    }

    #[test]
    fn first_dimensions_must_agree() -> Result<()> {
        let error = TensorDataset::new((column(&[1., 2.])?, column(&[1.])?));
        assert!(matches!(
            error,
            Err(Error::Data(DataError::FirstDimension {
                index: 1,
                expected: 2,
                ..
            }))
        ));
        assert!(TensorDataset::new(Tensor::new(1f32, &Device::Cpu)?).is_err());
        Ok(())
    }

    #[test]
    fn out_of_range_is_an_error() -> Result<()> {
        let data = TensorDataset::new(column(&[1., 2.])?)?;
        assert!(data.get(2).is_err());
        assert!(data.batch(&[0, 2], &Device::Cpu).is_err());
        Ok(())
    }

    #[test]
    fn labels_must_be_integers() -> Result<()> {
        let data = TensorDataset::new((column(&[1., 2.])?, column(&[1., 2.])?))?;
        assert!(data.class_counts().is_err());
        Ok(())
    }
}
