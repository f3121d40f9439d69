//! Slices out of tensors and back, without copying.

use std::ops::{Deref, Range};

use candle_core::{Device, Shape, Storage, Tensor, WithDType};

use crate::error::{Error, Result};

/// The values of a CPU tensor, read in place.
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

/// Locks the values of a tensor of any strides for reading, from its first element to its last.
pub(crate) fn strided(tensor: &Tensor) -> Values<impl Deref<Target = Storage> + '_> {
    let (storage, layout) = tensor.storage_and_layout();
    let start = layout.start_offset();
    let sizes = layout.dims().iter().zip(layout.stride());
    let len = match tensor.elem_count() {
        0 => 0,
        _ => {
            1 + sizes
                .map(|(size, stride)| (size - 1) * stride)
                .sum::<usize>()
        }
    };
    Values {
        storage,
        range: start..start + len,
    }
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
    super::pages::keep();
    Ok(Tensor::from_vec(values, shape.into(), &Device::Cpu)?)
}

/// Runs a function for the type of the elements; nothing for types that Candle alone knows.
macro_rules! by_type {
    ($dtype:expr, $function:ident($($arg:expr),* $(,)?)) => {
        match $dtype {
            candle_core::DType::F32 => Some($function::<f32>($($arg),*)),
            candle_core::DType::F64 => Some($function::<f64>($($arg),*)),
            candle_core::DType::F16 => Some($function::<half::f16>($($arg),*)),
            candle_core::DType::BF16 => Some($function::<half::bf16>($($arg),*)),
            candle_core::DType::I64 => Some($function::<i64>($($arg),*)),
            candle_core::DType::U32 => Some($function::<u32>($($arg),*)),
            candle_core::DType::U8 => Some($function::<u8>($($arg),*)),
            _ => None,
        }
    };
}
pub(super) use by_type;
