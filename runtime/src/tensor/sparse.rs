//! Gradients of a few rows of a large table.

use candle_core::{DType, Device, Shape, Tensor as Data};

use super::accumulate::{GradSum, Gradient};
use super::{IntoShape, Param, Tensor};
use crate::error::{Error, Result};

/// A gradient that is zero but for some rows of the first dimension, which alone are held (PyTorch's sparse gradients).
///
/// The rows are in ascending order and each is there once: gradients of the same row are added up (`coalesce`).
/// [`Embedding`](crate::nn::Embedding) with `sparse = true` makes such gradients, [`Param::sparse_grad`] reads them.
///
/// # Example
/// ```
/// use taper::tensor::SparseGrad;
/// use taper::{Device, Tensor};
/// let indices = Tensor::new(&[2u32, 0, 2], &Device::Cpu)?;
/// let values = Tensor::new(&[[1f32], [2.], [3.]], &Device::Cpu)?;
/// let grad = SparseGrad::new(&indices, &values, [4, 1])?;
/// assert_eq!((grad.indices(), grad.values().to_vec::<f32>()?), (&[0, 2][..], vec![2., 4.]));
/// assert_eq!(grad.to_dense()?.to_vec::<f32>()?, [2., 0., 4., 0.]);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SparseGrad {
    /// Ascending, each once.
    rows: Vec<usize>,
    /// `[rows, …]`, contiguous.
    values: Data,
    shape: Shape,
}

const OP: &str = "SparseGrad";

impl SparseGrad {
    /// The gradient of a tensor of this shape whose row `indices[i]` has the gradient `values[i]`; a row may be there several
    /// times.
    ///
    /// # Errors
    /// If the indices are no list of integers, one of them has no row, or the values are not floats of the shape
    /// `[indices, …]` with the further dimensions of `shape`.
    pub fn new(
        indices: impl AsRef<Tensor>,
        values: impl AsRef<Tensor>,
        shape: impl IntoShape,
    ) -> Result<Self> {
        let (indices, values, shape) = (indices.as_ref(), values.as_ref(), shape.into_shape());
        if indices.rank() != 1 || indices.dtype().is_float() {
            let (dims, dtype) = (indices.dims(), indices.dtype());
            let message =
                format!("expected a list of integers as indices, but got {dims:?} of {dtype:?}");
            return Err(Error::op(OP, message));
        }
        let expected = match shape.dims() {
            [_, rest @ ..] => [&[indices.elem_count()], rest].concat(),
            [] => {
                let expected = "a shape with at least one dimension";
                return Err(Error::argument(OP, "shape", shape.dims(), expected));
            }
        };
        if values.dims() != expected || !values.dtype().is_float() {
            let (dims, dtype) = (values.dims(), values.dtype());
            let message =
                format!("expected values {expected:?} of floats, but got {dims:?} of {dtype:?}");
            return Err(Error::op(OP, message));
        }
        let count = shape.dims()[0];
        let row = |index: i64| match usize::try_from(index) {
            Ok(row) if row < count => Ok(row),
            _ => Err(Error::op(
                OP,
                format!(
                    "index {index} is out of range: the shape {:?} has {count} rows",
                    shape.dims()
                ),
            )),
        };
        let rows = indices.to_vec::<i64>()?.into_iter().map(row);
        Self::summed(
            &rows.collect::<Result<Vec<_>>>()?,
            values.as_candle(),
            shape,
        )
    }

    /// [`new`](Self::new) without checks. The sums are computed in the values' type.
    pub(crate) fn summed(rows: &[usize], values: &Data, shape: Shape) -> Result<Self> {
        let mut unique = rows.to_vec();
        unique.sort_unstable();
        unique.dedup();
        let values = if unique == rows {
            values.contiguous()?
        } else {
            // In the order in which they came, so that a sum does not depend on anything else.
            let positions = rows.iter().map(|row| unique.partition_point(|r| r < row));
            let positions = positions.map(|at| at as i64).collect();
            let positions = Data::from_vec(positions, rows.len(), values.device())?;
            let mut dims = values.dims().to_vec();
            dims[0] = unique.len();
            let zeros = Data::zeros(dims, values.dtype(), values.device())?;
            zeros.index_add(&positions, &values.contiguous()?, 0)?
        };
        Ok(SparseGrad {
            rows: unique,
            values,
            shape,
        })
    }

    /// The numbers of the rows, ascending.
    pub fn indices(&self) -> &[usize] {
        &self.rows
    }

    /// The gradients of the rows, `[rows, …]`.
    pub fn values(&self) -> Tensor {
        Tensor::from(&self.values)
    }

    /// The shape of the whole gradient, which is the parameter's.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The type of the values.
    pub fn dtype(&self) -> DType {
        self.values.dtype()
    }

    /// Other values for the same rows: for scaling and clipping.
    ///
    /// # Errors
    /// If they don't have the shape of the present ones.
    ///
    /// ```
    /// # use taper::tensor::SparseGrad;
    /// # use taper::{Device, Tensor};
    /// # let values = Tensor::new(&[[8f32]], &Device::Cpu)?;
    /// # let grad = SparseGrad::new(Tensor::new(&[1u32], &Device::Cpu)?, &values, [2, 1])?;
    /// let half = grad.with_values(grad.values().mul(0.5)?)?;
    /// assert_eq!(half.to_dense()?.to_vec::<f32>()?, [0., 4.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn with_values(&self, values: impl AsRef<Tensor>) -> Result<Self> {
        let values = values.as_ref();
        if values.dims() != self.values.dims() || !values.dtype().is_float() {
            let (expected, dims, dtype) = (self.values.dims(), values.dims(), values.dtype());
            let message =
                format!("expected values {expected:?} of floats, but got {dims:?} of {dtype:?}");
            return Err(Error::op(OP, message));
        }
        Ok(SparseGrad {
            values: values.as_candle().contiguous()?.detach(),
            ..self.clone()
        })
    }

    /// The whole gradient, with zeros in the other rows.
    ///
    /// # Errors
    /// If there is no room for it.
    pub fn to_dense(&self) -> Result<Tensor> {
        Ok(Tensor::from(self.dense()?))
    }

    pub(crate) fn dense(&self) -> Result<Data> {
        let zeros = Data::zeros(&self.shape, self.dtype(), self.values.device())?;
        self.add_to(&zeros)
    }

    /// The sum with a dense gradient.
    pub(crate) fn add_to(&self, dense: &Data) -> Result<Data> {
        if self.values.elem_count() == 0 {
            return Ok(dense.clone());
        }
        Ok(dense.index_add(&self.index()?, &self.values, 0)?)
    }

    /// The sum of two.
    pub(crate) fn add(&self, other: &SparseGrad) -> Result<SparseGrad> {
        let rows = [&self.rows[..], &other.rows].concat();
        let values = Data::cat(&[&self.values, &other.values], 0)?;
        Self::summed(&rows, &values, self.shape.clone())
    }

    /// The same without any row.
    pub(crate) fn emptied(&self) -> Result<SparseGrad> {
        Ok(SparseGrad {
            rows: Vec::new(),
            values: self.values.narrow(0, 0, 0)?.contiguous()?,
            shape: self.shape.clone(),
        })
    }

    pub(crate) fn convert(&self, dtype: DType, device: &Device) -> Result<SparseGrad> {
        Ok(SparseGrad {
            values: self.values.to_device(device)?.to_dtype(dtype)?,
            ..self.clone()
        })
    }

    /// The numbers of the rows as a tensor.
    pub(crate) fn index(&self) -> Result<Data> {
        let rows = self.rows.iter().map(|&row| row as i64).collect();
        Ok(Data::from_vec(rows, self.rows.len(), self.values.device())?)
    }

    pub(crate) fn data(&self) -> &Data {
        &self.values
    }
}

impl Param {
    /// The gradient, if it is row-sparse; [`grad`](Self::grad) gives it in its dense form.
    ///
    /// It stays sparse as long as only sparse gradients are added.
    ///
    /// ```
    /// use taper::ops::EmbeddingOptions;
    /// use taper::{Device, Param, Tensor};
    /// let table = Param::new(Tensor::new(&[[1f32], [2.], [3.]], &Device::Cpu)?)?;
    /// let ids = Tensor::new(&[2u32, 2], &Device::Cpu)?;
    /// let rows = ids.embedding_with(&table, EmbeddingOptions::default().sparse(true))?;
    /// rows.sum(())?.backward()?;
    /// assert_eq!(table.sparse_grad().map(|grad| grad.indices().to_vec()), Some(vec![2]));
    /// assert_eq!(table.grad().unwrap().to_vec::<f32>()?, [0., 0., 2.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn sparse_grad(&self) -> Option<SparseGrad> {
        self.with_gradient(|grad| match grad {
            Some(Gradient::Rows(rows)) => Some(rows.clone()),
            _ => None,
        })
    }

    /// Replaces the gradient by a row-sparse one.
    ///
    /// # Errors
    /// If it does not have the parameter's shape and type.
    ///
    /// ```
    /// # use taper::tensor::SparseGrad;
    /// # use taper::{Device, Param, Tensor};
    /// # let table = Param::new(Tensor::new(&[[1f32], [2.]], &Device::Cpu)?)?;
    /// let values = Tensor::new(&[[5f32]], &Device::Cpu)?;
    /// let grad = SparseGrad::new(Tensor::new(&[1u32], &Device::Cpu)?, values, table.shape())?;
    /// table.set_sparse_grad(grad)?;
    /// assert_eq!(table.grad().unwrap().to_vec::<f32>()?, [0., 5.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn set_sparse_grad(&self, grad: SparseGrad) -> Result<()> {
        self.leaf.check((grad.shape(), grad.dtype()))?;
        *self.leaf.grad() = Some(GradSum::Rows(grad));
        Ok(())
    }

    /// Reads the gradient in the form that it has.
    pub(crate) fn with_gradient<T>(&self, read: impl FnOnce(Option<Gradient<'_>>) -> T) -> T {
        read(self.leaf.grad().as_ref().map(GradSum::view))
    }
}
