//! `silu`.

use candle_core::{Result as CandleResult, Tensor as Data};

use crate::error::Result;
use crate::ops::rule::elementwise_rules;
use crate::ops::unary::{functions, unary};
use crate::tensor::Tensor;

functions! {
    Silu {} "silu" keeps Input,
    x => x * x.sigmoid(),
    (x, g) => {
        let s = x.sigmoid();
        g * s * (T::ONE + x * (T::ONE - s))
    },
    plain x => x * sigmoid(x)?,
    (x, g) => {
        let s = sigmoid(x)?;
        (g * &s)? * ((x * (1. - s)?)? + 1.)?
    };
}

fn sigmoid(x: &Data) -> CandleResult<Data> {
    (x.neg()?.exp()? + 1.)?.recip()
}

impl Tensor {
    /// x·σ(x), with the logistic function σ (`torch.nn.functional.silu`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[-1e4f32, 0., 1e4], &Device::Cpu)?;
    /// assert_eq!(x.silu()?.to_vec::<f32>()?, [0., 0., 1e4]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn silu(&self) -> Result<Tensor> {
        unary(Silu {}, self)
    }
}
elementwise_rules! {
    trace_silu "silu" float;
}
