//! Sums of gradients: in place where the buffer is nobody else's.

use candle_core::{CpuStorage, InplaceOp2, Layout};

use super::change::Change;
use crate::error::Result;
use crate::ops::compute::has_kernels;

/// A gradient that grows as contributions arrive.
#[derive(Debug, Clone)]
pub(crate) struct GradSum {
    tensor: candle_core::Tensor,
    /// The buffer was made here and was not given out, so that it may be written to.
    owned: bool,
}

impl GradSum {
    /// The first contribution: kept as it came, since it may be another tensor's gradient too.
    pub(crate) fn new(tensor: candle_core::Tensor) -> Self {
        GradSum {
            tensor,
            owned: false,
        }
    }

    /// Adds a contribution of the same shape and type.
    pub(crate) fn add(&mut self, grad: &candle_core::Tensor) -> Result<()> {
        if grad.elem_count() == 0 {
            return Ok(()); // Candle takes the strides of an empty tensor for repeated elements
        }
        if self.owned && self.tensor.device().is_cpu() && self.tensor.is_contiguous() {
            self.tensor.inplace_op2(&grad.contiguous()?, &AddAssign)?;
        } else {
            self.tensor = (&self.tensor + grad)?;
            self.owned = true;
        }
        Ok(())
    }

    /// Adds another sum, and takes its buffer where that one may be written to.
    pub(crate) fn merge(&mut self, mut other: GradSum) -> Result<()> {
        if !self.owned && other.owned {
            std::mem::swap(self, &mut other);
        }
        self.add(&other.tensor)
    }

    /// Fills with zeros.
    pub(crate) fn zero(&mut self) -> Result<()> {
        if self.owned {
            self.tensor.zero_set()?;
        } else {
            *self = GradSum {
                tensor: self.tensor.zeros_like()?,
                owned: true,
            };
        }
        Ok(())
    }

    /// Changes every element, in place where the buffer may be written to.
    pub(crate) fn change(&mut self, change: Change) -> Result<()> {
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

    /// A dense row-major layout, which is what optimizers read.
    pub(crate) fn into_contiguous(self) -> Result<Self> {
        if self.tensor.is_contiguous() {
            return Ok(self);
        }
        Ok(GradSum {
            tensor: self.tensor.contiguous()?,
            owned: true,
        })
    }

    /// The sum, for reading only.
    pub(crate) fn peek(&self) -> &candle_core::Tensor {
        &self.tensor
    }

    /// Gives the sum out: from now on somebody else may hold the buffer, so that it is not written to again.
    pub(crate) fn share(&mut self) -> candle_core::Tensor {
        self.owned = false;
        self.tensor.clone()
    }

    /// The sum alone.
    pub(crate) fn into_tensor(self) -> candle_core::Tensor {
        self.tensor
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

fn add_slices<T: Copy + std::ops::AddAssign>(lhs: &mut [T], rhs: &[T]) {
    for (a, &b) in lhs.iter_mut().zip(rhs) {
        *a += b;
    }
}
