//! Sums of gradients: in place where the buffer is nobody else's.

use candle_core::{CpuStorage, DType, Device, InplaceOp2, Layout, Shape, Tensor as Data};

use super::change::Change;
use super::owner::same_storage;
use super::sparse::SparseGrad;
use crate::error::Result;
use crate::kernels::{for_each_chunk, row_major, Order};
use crate::ops::binary;
use crate::ops::compute::has_kernels;

/// A gradient that grows as contributions arrive. It is row-sparse as long as all of them are.
#[derive(Debug, Clone)]
pub(crate) enum GradSum {
    Dense(DenseSum),
    Rows(SparseGrad),
}

/// A gradient to be read in the form that it has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gradient<'a> {
    Dense(&'a Data),
    Rows(&'a SparseGrad),
}

impl GradSum {
    /// The first contribution: kept as it came, since it may be another tensor's gradient too.
    pub(crate) fn new(tensor: Data) -> Self {
        GradSum::Dense(DenseSum {
            tensor,
            owned: false,
        })
    }

    /// A first contribution whose buffer is nobody else's.
    pub(crate) fn own(tensor: Data) -> Self {
        GradSum::Dense(DenseSum {
            tensor,
            owned: true,
        })
    }

    /// The shape and type.
    pub(crate) fn kind(&self) -> (&Shape, DType) {
        match self {
            GradSum::Dense(sum) => (sum.tensor.shape(), sum.tensor.dtype()),
            GradSum::Rows(rows) => (rows.shape(), rows.dtype()),
        }
    }

    /// Adds a contribution of the same shape and type.
    pub(crate) fn add(&mut self, grad: &Data) -> Result<()> {
        match self {
            GradSum::Dense(sum) => sum.add(grad)?,
            GradSum::Rows(rows) => *self = GradSum::new(rows.add_to(grad)?),
        }
        Ok(())
    }

    /// Adds a row-sparse contribution.
    pub(crate) fn add_rows(&mut self, rows: &SparseGrad) -> Result<()> {
        *self = match self {
            GradSum::Dense(sum) => GradSum::new(rows.add_to(&sum.tensor)?),
            GradSum::Rows(sum) => GradSum::Rows(sum.add(rows)?),
        };
        Ok(())
    }

    /// Adds another sum, and takes its buffer where that one may be written to.
    pub(crate) fn merge(&mut self, other: GradSum) -> Result<()> {
        match (self, other) {
            (GradSum::Dense(sum), GradSum::Dense(other)) => sum.merge(other),
            (sum, GradSum::Dense(other)) => sum.add(&other.tensor),
            (sum, GradSum::Rows(rows)) => sum.add_rows(&rows),
        }
    }

    /// Fills with zeros; of a sparse one, no row is left.
    pub(crate) fn zero(&mut self) -> Result<()> {
        match self {
            GradSum::Dense(sum) => sum.zero()?,
            GradSum::Rows(rows) => *rows = rows.emptied()?,
        }
        Ok(())
    }

    /// Changes every element, in place where the buffer may be written to.
    pub(crate) fn change(&mut self, change: Change) -> Result<()> {
        match self {
            GradSum::Dense(sum) => sum.change(change),
            GradSum::Rows(rows) => rows.change(change),
        }
    }

    /// A dense row-major layout, which is what optimizers read.
    pub(crate) fn into_contiguous(self) -> Result<Self> {
        Ok(match self {
            GradSum::Dense(sum) => GradSum::Dense(sum.into_contiguous()?),
            rows => rows,
        })
    }

    /// The sum, for reading only.
    pub(crate) fn view(&self) -> Gradient<'_> {
        match self {
            GradSum::Dense(sum) => Gradient::Dense(&sum.tensor),
            GradSum::Rows(rows) => Gradient::Rows(rows),
        }
    }

    /// Gives the sum out in its dense form: from now on somebody else may hold the buffer, so that it is not written to again.
    pub(crate) fn share(&mut self) -> Result<Data> {
        match self {
            GradSum::Dense(sum) => {
                sum.owned = false;
                Ok(sum.tensor.clone())
            }
            GradSum::Rows(rows) => rows.dense(),
        }
    }

    /// The sum alone, in its dense form.
    pub(crate) fn into_tensor(self) -> Result<Data> {
        Ok(self.into_dense()?.tensor)
    }

    /// The sum in its dense form, with the right to write to its buffer if nobody else holds it.
    pub(crate) fn into_dense(self) -> Result<DenseSum> {
        match self {
            GradSum::Dense(sum) => Ok(sum),
            GradSum::Rows(rows) => Ok(DenseSum {
                tensor: rows.dense()?,
                owned: true,
            }),
        }
    }

    /// The sum in another type or on another device.
    pub(crate) fn convert(self, dtype: DType, device: &Device) -> Result<Self> {
        Ok(match self {
            GradSum::Dense(sum) => GradSum::new(sum.tensor.to_device(device)?.to_dtype(dtype)?),
            GradSum::Rows(rows) => GradSum::Rows(rows.convert(dtype, device)?),
        })
    }
}

/// A sum in a tensor of the parameter's shape.
#[derive(Debug, Clone)]
pub(crate) struct DenseSum {
    tensor: Data,
    /// The buffer was made here and was not given out, so that it may be written to.
    owned: bool,
}

impl DenseSum {
    pub(crate) fn tensor(&self) -> &Data {
        &self.tensor
    }

    /// The tensor to be written to, if it is nobody else's and its elements, taken in this order, are all of one piece.
    pub(crate) fn writable(&self, order: Order) -> Result<Option<Data>> {
        if !self.owned || !has_kernels(&self.tensor) {
            return Ok(None);
        }
        let taken = order.take(&self.tensor)?;
        Ok(Some(taken).filter(|taken| same_storage(taken, &self.tensor)))
    }

    fn add(&mut self, grad: &Data) -> Result<()> {
        if grad.elem_count() == 0 {
            return Ok(()); // Candle takes the strides of an empty tensor for repeated elements
        }
        let order = Order::of(&[&self.tensor]);
        let is_dense = order != Order::Rows || self.tensor.is_contiguous();
        if self.owned && self.tensor.device().is_cpu() && is_dense {
            let sum = order.take(&self.tensor)?; // a view
            sum.inplace_op2(&order.take(grad)?, &AddAssign)?;
        } else {
            self.tensor = binary::add(&self.tensor, grad)?;
            self.owned = true;
        }
        Ok(())
    }

    fn merge(&mut self, mut other: DenseSum) -> Result<()> {
        if !self.owned && other.owned {
            std::mem::swap(self, &mut other);
        }
        self.add(&other.tensor)
    }

    fn zero(&mut self) -> Result<()> {
        if self.owned {
            self.tensor.zero_set()?;
        } else {
            *self = DenseSum {
                tensor: self.tensor.zeros_like()?,
                owned: true,
            };
        }
        Ok(())
    }

    fn change(&mut self, change: Change) -> Result<()> {
        if self.tensor.elem_count() == 0 {
            return Ok(());
        }
        if has_kernels(&self.tensor) {
            if !(self.owned && self.tensor.is_contiguous()) {
                self.tensor = self.tensor.contiguous()?.copy()?;
            }
            change.write(&self.tensor)?;
        } else {
            self.tensor = change.apply(&self.tensor)?;
        }
        self.owned = true;
        Ok(())
    }

    fn into_contiguous(self) -> Result<Self> {
        if self.tensor.is_contiguous() {
            return Ok(self);
        }
        Ok(DenseSum {
            tensor: row_major(&self.tensor)?,
            owned: true,
        })
    }
}

/// `lhs += rhs` for contiguous tensors of one shape.
struct AddAssign;

impl InplaceOp2 for AddAssign {
    fn name(&self) -> &'static str {
        "add_assign"
    }

    fn cpu_fwd(
        &self,
        lhs: &mut CpuStorage,
        lhs_layout: &Layout,
        rhs: &CpuStorage,
        rhs_layout: &Layout,
    ) -> candle_core::Result<()> {
        let (Some(l), Some(r)) = (
            lhs_layout.contiguous_offsets(),
            rhs_layout.contiguous_offsets(),
        ) else {
            return Err(candle_core::Error::RequiresContiguous { op: "add_assign" }.bt());
        };
        match (lhs, rhs) {
            (CpuStorage::F32(a), CpuStorage::F32(b)) => add_slices(&mut a[l.0..l.1], &b[r.0..r.1]),
            (CpuStorage::F64(a), CpuStorage::F64(b)) => add_slices(&mut a[l.0..l.1], &b[r.0..r.1]),
            (CpuStorage::F16(a), CpuStorage::F16(b)) => add_slices(&mut a[l.0..l.1], &b[r.0..r.1]),
            (CpuStorage::BF16(a), CpuStorage::BF16(b)) => {
                add_slices(&mut a[l.0..l.1], &b[r.0..r.1])
            }
            (a, b) => {
                use candle_core::backend::BackendStorage;
                let (lhs, rhs) = (a.dtype(), b.dtype());
                return Err(candle_core::Error::DTypeMismatchBinaryOp {
                    lhs,
                    rhs,
                    op: "add_assign",
                }
                .bt());
            }
        }
        Ok(())
    }
}

fn add_slices<T: Copy + Send + Sync + std::ops::AddAssign>(lhs: &mut [T], rhs: &[T]) {
    const PIECE: usize = 1 << 14;
    let cost = lhs.len() * 2;
    for_each_chunk(lhs, PIECE, cost, |i, lhs| {
        for (a, &b) in lhs.iter_mut().zip(&rhs[i * PIECE..]) {
            *a += b;
        }
    });
}
