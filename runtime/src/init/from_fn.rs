//! Initialisers of one's own.

use std::fmt;
use std::sync::Arc;

use super::Init;
use crate::error::{Error, Result};
use crate::tensor::{Generator, Tensor};

pub(super) const NAME: &str = "Init::from_fn";

/// A function that makes initial values; [`Init::from_fn`] wraps one. Two are equal if they are clones of one.
#[derive(Clone)]
pub struct InitFn(Arc<Fill>);

type Fill = dyn Fn(&[usize], &mut Generator) -> Result<Tensor> + Send + Sync;

impl InitFn {
    pub(super) fn call(&self, shape: &[usize], generator: &mut Generator) -> Result<Tensor> {
        let values = (self.0)(shape, generator)?.detach();
        if values.dims() == shape {
            return Ok(values);
        }
        let message = format!(
            "expected values of shape {shape:?}, but the function gave {:?}",
            values.dims()
        );
        Err(Error::op(NAME, message))
    }
}

impl Init {
    /// Values that a function makes from the shape and a generator; they are converted to the parameter's type and moved
    /// to its device.
    ///
    /// # Errors
    /// When it is used: those of the function, and if its values have another shape.
    ///
    /// ```
    /// use taper::init::Init;
    /// use taper::{DType, Device, Param, Tensor};
    /// let ramp = Init::from_fn(|shape, _| Tensor::arange(0f32, shape[0] as f32, &Device::Cpu));
    /// let w = Param::new(Tensor::zeros(3, DType::F64, &Device::Cpu)?)?;
    /// ramp.fill(&w)?;
    /// assert_eq!(w.to_vec::<f64>()?, [0., 1., 2.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn from_fn(
        fill: impl Fn(&[usize], &mut Generator) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Init {
        Init::Fn(InitFn(Arc::new(fill)))
    }
}

/// [`Init::from_fn`].
pub fn from_fn(
    fill: impl Fn(&[usize], &mut Generator) -> Result<Tensor> + Send + Sync + 'static,
) -> Init {
    Init::from_fn(fill)
}

impl PartialEq for InitFn {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for InitFn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InitFn")
    }
}
