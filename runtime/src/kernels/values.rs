//! Slices out of tensors and back, without copying.

use std::any::Any;
use std::marker::PhantomData;
use std::ops::{Deref, Range};

use candle_core::{CpuStorage, Device, InplaceOp1, Layout, Shape, Storage, Tensor, WithDType};

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

/// Lets `f` write to the values of a contiguous f32 or f64 tensor on the CPU that nobody else holds.
pub(crate) fn overwrite<T: WithDType>(tensor: &Tensor, f: impl Fn(&mut [T])) -> Result<()> {
    Ok(tensor.inplace_op1(&Overwrite(f, PhantomData))?)
}

struct Overwrite<F, T>(F, PhantomData<fn(T)>);

impl<F: Fn(&mut [T]), T: WithDType> InplaceOp1 for Overwrite<F, T> {
    fn name(&self) -> &'static str {
        "overwrite"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> candle_core::Result<()> {
        let Some((start, end)) = layout.contiguous_offsets() else {
            return Err(candle_core::Error::RequiresContiguous { op: self.name() }.bt());
        };
        let values: Option<&mut Vec<T>> = match storage {
            CpuStorage::F32(values) => (values as &mut dyn Any).downcast_mut(),
            CpuStorage::F64(values) => (values as &mut dyn Any).downcast_mut(),
            _ => None,
        };
        let values =
            values.ok_or_else(|| candle_core::Error::Msg("overwrite: another type".into()).bt())?;
        (self.0)(&mut values[start..end]);
        Ok(())
    }
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
