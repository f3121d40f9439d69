//! Slices out of tensors and back, without copying.

use std::ops::{Deref, Range};

use candle_core::{Device, Shape, Storage, Tensor, WithDType};

use crate::error::{Error, Result};

/// The values of a contiguous CPU tensor, read in place.
pub(crate) struct Values<Guard> {
    storage: Guard,
    range: Range<usize>,
}

/// Locks the values for reading; `tensor` must be contiguous.
pub(crate) fn values(tensor: &Tensor) -> Result<Values<impl Deref<Target = Storage> + '_>> {
    let (storage, layout) = tensor.storage_and_layout();
    let Some((start, end)) = layout.contiguous_offsets() else {
        return Err(candle_core::Error::RequiresContiguous { op: "kernel" }.into());
    };
    Ok(Values {
        storage,
        range: start..end,
    })
}

impl<Guard: Deref<Target = Storage>> Values<Guard> {
    /// As elements of the tensor's own type.
    pub(crate) fn slice<T: WithDType>(&self) -> Result<&[T]> {
        match &*self.storage {
            Storage::Cpu(storage) => Ok(&T::cpu_storage_as_slice(storage)?[self.range.clone()]),
            _ => Err(Error::op(
                "kernel",
                "expected a tensor on the CPU: this is a bug",
            )),
        }
    }
}

/// A tensor that takes over the buffer.
pub(crate) fn output<T: WithDType>(values: Vec<T>, shape: impl Into<Shape>) -> Result<Tensor> {
    Ok(Tensor::from_vec(values, shape.into(), &Device::Cpu)?)
}
