//! Values back from a tensor.

use candle_core::{DType, WithDType};

use super::Tensor;
use crate::error::{Error, Result};

impl Tensor {
    /// The value of a tensor with one element, of any shape (`torch.Tensor.item`).
    ///
    /// # Errors
    /// If it has more than one element, or none.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// assert_eq!(Tensor::new(&[[2.5f32]], &Device::Cpu)?.item()?, 2.5);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn item(&self) -> Result<f64> {
        if self.elem_count() != 1 {
            let message = format!(
                "expected one element, but the tensor has shape {:?}",
                self.dims()
            );
            return Err(Error::op("item", message).help("read all of them with `to_vec`"));
        }
        Ok(self
            .data
            .flatten_all()?
            .get(0)?
            .to_dtype(DType::F64)?
            .to_scalar()?)
    }

    /// All values in row-major order, converted to `T`.
    ///
    /// # Errors
    /// If the copy from the device fails.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?;
    /// assert_eq!(x.to_vec::<f64>()?, [1., 2., 3., 4.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn to_vec<T: WithDType>(&self) -> Result<Vec<T>> {
        Ok(self.data.to_dtype(T::DTYPE)?.flatten_all()?.to_vec1()?)
    }

    /// The value of a tensor without dimensions.
    ///
    /// # Errors
    /// If the rank is not 0 or the type not `T`.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// assert_eq!(Tensor::new(1f32, &Device::Cpu)?.to_vec0::<f32>()?, 1.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn to_vec0<T: WithDType>(&self) -> Result<T> {
        Ok(self.data.to_vec0()?)
    }

    /// The values of a tensor with one dimension.
    ///
    /// # Errors
    /// If the rank is not 1 or the type not `T`.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// assert_eq!(Tensor::new(&[1f32, 2.], &Device::Cpu)?.to_vec1::<f32>()?, [1., 2.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn to_vec1<T: WithDType>(&self) -> Result<Vec<T>> {
        Ok(self.data.to_vec1()?)
    }

    /// The values of a tensor with two dimensions, row by row.
    ///
    /// # Errors
    /// If the rank is not 2 or the type not `T`.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// assert_eq!(Tensor::new(&[[1f32], [2.]], &Device::Cpu)?.to_vec2::<f32>()?, [[1.], [2.]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn to_vec2<T: WithDType>(&self) -> Result<Vec<Vec<T>>> {
        Ok(self.data.to_vec2()?)
    }

    /// The values of a tensor with three dimensions.
    ///
    /// # Errors
    /// If the rank is not 3 or the type not `T`.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// assert_eq!(Tensor::new(&[[[1f32]], [[2.]]], &Device::Cpu)?.to_vec3::<f32>()?, [[[1.]], [[2.]]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn to_vec3<T: WithDType>(&self) -> Result<Vec<Vec<Vec<T>>>> {
        Ok(self.data.to_vec3()?)
    }
}
