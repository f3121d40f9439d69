//! `sigmoid` and `tanh`.

use crate::error::Result;
use crate::ops::rule::elementwise_rules;
use crate::ops::unary::{functions, unary};
use crate::tensor::Tensor;

functions! {
    Sigmoid {} "sigmoid" keeps Output,
    x => x.sigmoid(), (y, g) => g * (T::ONE - y) * y,
    plain x => (x.neg()?.exp()? + 1.)?.recip(), (y, g) => (g * (1. - y)?)? * y;

    Tanh {} "tanh" keeps Output,
    x => x.tanh(), (y, g) => g * (T::ONE - y * y),
    plain x => x.tanh(), (y, g) => g * (1. - y.sqr()?)?;
}

impl Tensor {
    /// 1 / (1 + e⁻ˣ) (`torch.sigmoid`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[-1e4f32, 0., 1e4], &Device::Cpu)?;
    /// assert_eq!(x.sigmoid()?.to_vec::<f32>()?, [0., 0.5, 1.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn sigmoid(&self) -> Result<Tensor> {
        unary(Sigmoid {}, self)
    }

    /// The hyperbolic tangent (`torch.tanh`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[-1e4f32, 0., 1e4], &Device::Cpu)?;
    /// assert_eq!(x.tanh()?.to_vec::<f32>()?, [-1., 0., 1.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn tanh(&self) -> Result<Tensor> {
        unary(Tanh {}, self)
    }
}
elementwise_rules! {
    trace_sigmoid "sigmoid" float;
    trace_tanh "tanh" float;
}
