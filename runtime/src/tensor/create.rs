//! New tensors.

use candle_core::{DType, Device, NdArray, WithDType};

use super::{with_generator, IntoShape, Tensor};
use crate::error::{Error, Result};

impl Tensor {
    /// A tensor of the values of a number, an array, a slice, a `Vec`, or nested ones.
    ///
    /// # Errors
    /// If nested rows have different lengths.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// assert_eq!(Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?.dims(), [2, 2]);
    /// assert_eq!(Tensor::new(2.5f64, &Device::Cpu)?.rank(), 0);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn new(values: impl NdArray, device: &Device) -> Result<Tensor> {
        Ok(candle_core::Tensor::new(values, device)?.into())
    }

    /// A tensor of a shape, its values in row-major order. The vector is not copied on the CPU.
    ///
    /// # Errors
    /// If the number of values is not the shape's.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// assert_eq!(Tensor::from_vec(vec![1f32, 2., 3., 4.], [2, 2], &Device::Cpu)?.to_vec2::<f32>()?, [[1., 2.], [3., 4.]]);
    /// assert!(Tensor::from_vec(vec![1f32, 2., 3.], [2, 2], &Device::Cpu).is_err());
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn from_vec<T: WithDType>(
        values: Vec<T>,
        shape: impl IntoShape,
        device: &Device,
    ) -> Result<Tensor> {
        let shape = shape.into_shape();
        if shape.elem_count() != values.len() {
            let message = format!(
                "shape {shape:?} has {} elements, but {} came",
                shape.elem_count(),
                values.len()
            );
            return Err(Error::op("from_vec", message));
        }
        Ok(candle_core::Tensor::from_vec(values, shape, device)?.into())
    }

    /// All zeros (`torch.zeros`).
    ///
    /// # Errors
    /// If the device has no room or does not know the type.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// assert_eq!(Tensor::zeros(2, DType::F32, &Device::Cpu)?.to_vec::<f32>()?, [0., 0.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn zeros(shape: impl IntoShape, dtype: DType, device: &Device) -> Result<Tensor> {
        Ok(candle_core::Tensor::zeros(shape.into_shape(), dtype, device)?.into())
    }

    /// All ones (`torch.ones`).
    ///
    /// # Errors
    /// If the device has no room or does not know the type.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// assert_eq!(Tensor::ones(2, DType::F32, &Device::Cpu)?.to_vec::<f32>()?, [1., 1.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn ones(shape: impl IntoShape, dtype: DType, device: &Device) -> Result<Tensor> {
        Ok(candle_core::Tensor::ones(shape.into_shape(), dtype, device)?.into())
    }

    /// One value throughout (`torch.full`), converted to the type.
    ///
    /// # Errors
    /// If the device has no room or does not know the type.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// assert_eq!(Tensor::full([1, 2], 0.5, DType::F32, &Device::Cpu)?.to_vec2::<f32>()?, [[0.5, 0.5]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn full(
        shape: impl IntoShape,
        value: f64,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        let one = candle_core::Tensor::new(value, &Device::Cpu)?
            .to_dtype(dtype)?
            .to_device(device)?;
        Ok(one.broadcast_as(shape.into_shape())?.contiguous()?.into())
    }

    /// Zeros of this tensor's shape, type and device (`torch.zeros_like`).
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
    /// assert_eq!(x.zeros_like()?.to_vec::<f32>()?, [0., 0.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn zeros_like(&self) -> Result<Tensor> {
        Ok(self.data.zeros_like()?.into())
    }

    /// Ones of this tensor's shape, type and device (`torch.ones_like`).
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
    /// assert_eq!(x.ones_like()?.to_vec::<f32>()?, [1., 1.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn ones_like(&self) -> Result<Tensor> {
        Ok(self.data.ones_like()?.into())
    }

    /// `start, start + 1, …`, up to but not including `end`, in the type of the two (`torch.arange`).
    ///
    /// # Errors
    /// If `end` is less than `start`.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// assert_eq!(Tensor::arange(0i64, 3, &Device::Cpu)?.to_vec::<i64>()?, [0, 1, 2]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn arange<T: WithDType + std::fmt::Debug>(
        start: T,
        end: T,
        device: &Device,
    ) -> Result<Tensor> {
        if end < start {
            return Err(Error::argument(
                "arange",
                "end",
                end,
                format!("at least {start:?}"),
            ));
        }
        Ok(candle_core::Tensor::arange(start, end, device)?.into())
    }

    /// Independent values, uniform in `[0, 1)`, from the global generator (`torch.rand`).
    ///
    /// # Errors
    /// If the type is not a float.
    ///
    /// ```
    /// # use taper::{manual_seed, DType, Device, Tensor};
    /// manual_seed(0);
    /// let x = Tensor::rand([2, 3], DType::F32, &Device::Cpu)?;
    /// assert!(x.to_vec::<f32>()?.iter().all(|x| (0. ..1.).contains(x)));
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn rand(shape: impl IntoShape, dtype: DType, device: &Device) -> Result<Tensor> {
        with_generator(|generator| generator.uniform(shape, 0., 1., dtype, device))
    }

    /// Independent values, normal with mean 0 and variance 1, from the global generator (`torch.randn`).
    ///
    /// # Errors
    /// If the type is not a float.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// assert_eq!(Tensor::randn([2, 3], DType::F32, &Device::Cpu)?.dims(), [2, 3]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn randn(shape: impl IntoShape, dtype: DType, device: &Device) -> Result<Tensor> {
        with_generator(|generator| generator.normal(shape, 0., 1., dtype, device))
    }
}
