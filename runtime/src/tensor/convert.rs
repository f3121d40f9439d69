//! The same values in another type, place or layout.

use candle_core::{DType, Device};

use super::{when, Tensor};
use crate::error::Result;
use crate::kernels::{in_dtype, row_major};

impl Tensor {
    /// The values as another type. The gradient comes back in this tensor's type.
    ///
    /// # Errors
    /// If the device can't convert between the two.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// let x = Tensor::new(&[1.5f32, -2.5], &Device::Cpu)?;
    /// assert_eq!(x.to_dtype(DType::I64)?.to_vec::<i64>()?, [1, -2]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn to_dtype(&self, dtype: DType) -> Result<Tensor> {
        if dtype == self.dtype() {
            return Ok(self.clone());
        }
        let data = in_dtype(&self.data, dtype)?;
        if !dtype.is_float() {
            return Ok(Tensor::from(data)); // steps have no gradient
        }
        let from = self.dtype();
        Ok(Tensor::record(
            "to_dtype",
            data,
            [self],
            move |grad, [needed]| Ok([when(needed, || Ok(in_dtype(grad, from)?))?]),
        ))
    }

    /// The values on another device; the same handle if they are there already.
    ///
    /// # Errors
    /// If the copy fails.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32], &Device::Cpu)?.to_device(&Device::Cpu)?;
    /// assert!(x.device().is_cpu());
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn to_device(&self, device: &Device) -> Result<Tensor> {
        if self.device().same_device(device) {
            return Ok(self.clone());
        }
        let (data, from) = (self.data.to_device(device)?, self.device().clone());
        Ok(Tensor::record(
            "to_device",
            data,
            [self],
            move |grad, [needed]| Ok([when(needed, || Ok(grad.to_device(&from)?))?]),
        ))
    }

    /// The values in row-major order without gaps; the same handle if they lie so already.
    ///
    /// # Errors
    /// If the copy fails.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?;
    /// let transposed = Tensor::from(x.as_candle().t()?);
    /// assert!(!transposed.is_contiguous() && transposed.contiguous()?.is_contiguous());
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn contiguous(&self) -> Result<Tensor> {
        if self.is_contiguous() {
            return Ok(self.clone());
        }
        let data = row_major(&self.data)?;
        Ok(Tensor::record(
            "contiguous",
            data,
            [self],
            |grad, [needed]| Ok([needed.then(|| grad.clone())]),
        ))
    }
}
