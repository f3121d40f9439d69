//! `elu`.

use crate::error::Result;
use crate::ops::options::options;
use crate::ops::unary::{functions, indicator, unary};
use crate::tensor::Tensor;
use crate::trace::{Args, Kind, Param, Takes, Tracer, Value};

functions! {
    Elu { alpha: f64 } "elu" keeps Input,
    x => if x <= T::ZERO { T::of(alpha) * x.exp_m1() } else { x },
    (x, g) => if x <= T::ZERO { g * T::of(alpha) * x.exp() } else { g },
    plain x => x.relu()? + ((x.minimum(0.)?.exp()? - 1.)? * alpha)?,
    (x, g) => {
        let positive = indicator(&x.gt(0.)?, x)?;
        g * (&positive + ((1. - &positive)? * (x.minimum(0.)?.exp()? * alpha)?)?)?
    };
}

options! {
    /// The optional arguments of [`Tensor::elu_with`].
    EluOptions {
        /// The negative of the limit for small x.
        alpha: f64 = 1.,
    }
}

impl Tensor {
    /// x where it is positive and eˣ − 1 elsewhere (`torch.nn.functional.elu`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[-1e4f32, 0., 2.], &Device::Cpu)?;
    /// assert_eq!(x.elu()?.to_vec::<f32>()?, [-1., 0., 2.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn elu(&self) -> Result<Tensor> {
        self.elu_with(EluOptions::default())
    }

    /// [`elu`](Self::elu) with another limit: x or `alpha`·(eˣ − 1).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{ops::EluOptions, Device, Tensor};
    /// let x = Tensor::new(&[-1e4f32, 2.], &Device::Cpu)?;
    /// assert_eq!(x.elu_with(EluOptions::default().alpha(0.5))?.to_vec::<f32>()?, [-0.5, 2.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn elu_with(&self, options: EluOptions) -> Result<Tensor> {
        unary(
            Elu {
                alpha: options.alpha,
            },
            self,
        )
    }
}
const ELU: &[Param] = &[Param::optional("alpha", Takes::Float, Value::Num(1.))];

/// The shape rule of `elu`.
pub(super) const fn trace_elu(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.elementwise("elu", ELU, args, Kind::Float)
}
