//! `relu` and `leaky_relu`.

use crate::error::Result;
use crate::ops::options::options;
use crate::ops::unary::{functions, indicator, unary};
use crate::tensor::Tensor;
use crate::trace::{Args, Kind, Param, Takes, Tracer, Value};

// Written with the comparison that lets NaN through, as PyTorch does.
functions! {
    Relu {} "relu" keeps Output closed,
    x => if x <= T::ZERO { T::ZERO } else { x }, (y, g) => if y <= T::ZERO { T::ZERO } else { g },
    plain x => x.relu(), (y, g) => y.le(0.)?.where_cond(&g.zeros_like()?, g);

    LeakyRelu { slope: f64 } "leaky_relu" keeps Input,
    x => if x > T::ZERO { x } else { x * T::of(slope) }, (x, g) => if x > T::ZERO { g } else { g * T::of(slope) },
    plain x => x * leak(x, slope)?, (x, g) => g * leak(x, slope)?;
}

/// 1 where x is positive and the slope elsewhere.
fn leak(x: &candle_core::Tensor, slope: f64) -> candle_core::Result<candle_core::Tensor> {
    indicator(&x.gt(0.)?, x)?.affine(1. - slope, slope)
}

options! {
    /// The optional arguments of [`Tensor::leaky_relu_with`].
    LeakyReluOptions {
        /// The slope for negative values.
        negative_slope: f64 = 0.01,
    }
}

impl Tensor {
    /// max(x, 0), with gradient 0 at 0 (`torch.relu`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[-1f32, 0., 2.], &Device::Cpu)?;
    /// assert_eq!(x.relu()?.to_vec::<f32>()?, [0., 0., 2.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn relu(&self) -> Result<Tensor> {
        unary(Relu {}, self)
    }

    /// x where it is positive and x/100 elsewhere (`torch.nn.functional.leaky_relu`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[-1f32, 0., 2.], &Device::Cpu)?;
    /// assert_eq!(x.leaky_relu()?.to_vec::<f32>()?, [-0.01, 0., 2.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn leaky_relu(&self) -> Result<Tensor> {
        self.leaky_relu_with(LeakyReluOptions::default())
    }

    /// [`leaky_relu`](Self::leaky_relu) with another slope for negative values: x or `negative_slope`·x.
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{ops::LeakyReluOptions, Device, Tensor};
    /// let x = Tensor::new(&[-1f32, 2.], &Device::Cpu)?;
    /// let y = x.leaky_relu_with(LeakyReluOptions::default().negative_slope(0.5))?;
    /// assert_eq!(y.to_vec::<f32>()?, [-0.5, 2.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn leaky_relu_with(&self, options: LeakyReluOptions) -> Result<Tensor> {
        unary(
            LeakyRelu {
                slope: options.negative_slope,
            },
            self,
        )
    }
}
const LEAKY_RELU: &[Param] = &[Param::optional(
    "negative_slope",
    Takes::Float,
    Value::Num(0.01),
)];

/// The shape rule of `leaky_relu`.
pub(super) const fn trace_leaky_relu(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.elementwise("leaky_relu", LEAKY_RELU, args, Kind::Float)
}

/// The shape rule of `relu`.
pub(super) const fn trace_relu(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.elementwise("relu", &[], args, Kind::Any)
}
