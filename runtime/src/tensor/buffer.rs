//! Buffers: state of a layer that is saved with it but not trained.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use candle_core::{DType, Device};

use super::checkpoint::is_sharing;
use super::owner::InPlace;
use super::Tensor;
use crate::error::Result;

/// A tensor that is set in place and has no gradient (`register_buffer`): running statistics, masks, counters.
///
/// It is a [`Tensor`] wherever one is read; `clone` copies the values.
///
/// # Example
/// ```
/// use taper::{Buffer, Device, Tensor};
/// let mean = Buffer::new(Tensor::new(&[0f32], &Device::Cpu)?)?;
/// mean.set(mean.add(1.0)?)?;
/// assert_eq!(mean.to_vec::<f32>()?, [1.]);
/// # Ok::<(), taper::Error>(())
/// ```
pub struct Buffer {
    tensor: Tensor,
    storage: InPlace,
    persistent: bool,
}

impl Buffer {
    /// A buffer with a copy of the values.
    ///
    /// # Errors
    /// If the device has no room for it.
    pub fn new(value: impl AsRef<Tensor>) -> Result<Self> {
        Ok(Self::assemble(InPlace::new(
            "buffer",
            value.as_ref().as_candle(),
        )?))
    }

    /// A buffer that is this variable of Candle's: what changes one changes the other.
    pub fn from_var(var: &candle_core::Var) -> Self {
        Self::assemble(InPlace::adopt("buffer", var))
    }

    /// The buffer as a variable of Candle's, on the same storage.
    pub fn to_var(&self) -> candle_core::Var {
        self.storage.give_out()
    }

    fn assemble(storage: InPlace) -> Self {
        Buffer {
            tensor: Tensor {
                data: storage.data(),
                edge: None,
                owner: Some(storage.owner.clone()),
            },
            storage,
            persistent: true,
        }
    }

    /// Whether state dicts hold it; by default they do (`register_buffer(…, persistent=False)`).
    ///
    /// What can be computed anew, such as a causal mask, is better left out of saved files. Conversions move it all the same.
    #[must_use]
    pub fn persistent(mut self, persistent: bool) -> Self {
        self.persistent = persistent;
        self
    }

    /// Whether state dicts hold it.
    pub fn is_persistent(&self) -> bool {
        self.persistent
    }

    /// Overwrites the values, converting type and device as `copy_` does.
    ///
    /// # Errors
    /// If the shapes differ.
    pub fn set(&self, value: impl AsRef<Tensor>) -> Result<()> {
        self.storage.set("Buffer::set", value.as_ref())
    }

    /// Changes the values through Candle's in-place operations.
    ///
    /// # Errors
    /// Those of `change`.
    pub fn update<T>(&self, change: impl FnOnce(&candle_core::Tensor) -> Result<T>) -> Result<T> {
        self.storage.update(change)
    }

    /// How often the values were changed.
    pub fn version(&self) -> u64 {
        self.storage.owner.version()
    }

    /// The path in its model, where it was given one.
    pub fn name(&self) -> Option<Arc<str>> {
        self.storage.owner.name()
    }

    /// Names it for messages.
    pub fn set_name(&self, name: impl Into<Arc<str>>) {
        self.storage.set_name(name);
    }

    /// Converts to another type.
    ///
    /// # Errors
    /// If the device can't convert.
    pub fn to_dtype(&mut self, dtype: DType) -> Result<()> {
        let device = self.device().clone();
        self.convert(dtype, &device)
    }

    /// Moves to another device.
    ///
    /// # Errors
    /// If the copy fails.
    pub fn to_device(&mut self, device: &Device) -> Result<()> {
        self.convert(self.dtype(), device)
    }

    fn convert(&mut self, dtype: DType, device: &Device) -> Result<()> {
        if self.storage.convert(dtype, device)? {
            *self = Self::assemble(self.storage.clone()).persistent(self.persistent);
        }
        Ok(())
    }
}

impl Deref for Buffer {
    type Target = Tensor;

    fn deref(&self) -> &Tensor {
        &self.tensor
    }
}

impl AsRef<Tensor> for Buffer {
    fn as_ref(&self) -> &Tensor {
        &self.tensor
    }
}

impl Borrow<Tensor> for Buffer {
    fn borrow(&self) -> &Tensor {
        &self.tensor
    }
}

impl Borrow<Tensor> for &Buffer {
    fn borrow(&self) -> &Tensor {
        &self.tensor
    }
}

/// A buffer of its own with the same values.
///
/// # Panics
/// If the device has no room for the copy: `Clone` has no way to say so.
impl Clone for Buffer {
    #[allow(clippy::expect_used)]
    fn clone(&self) -> Self {
        if is_sharing() {
            return Self::assemble(self.storage.clone()).persistent(self.persistent);
        }
        Self::assemble(
            self.storage
                .deep_clone()
                .expect("no room on the device for a copy of the buffer"),
        )
        .persistent(self.persistent)
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Buffer");
        if let Some(name) = self.name() {
            out.field("name", &name);
        }
        out.field("shape", &self.dims())
            .field("dtype", &self.dtype())
            .finish()
    }
}
