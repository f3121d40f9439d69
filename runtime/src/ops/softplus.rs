//! `softplus`.

use crate::error::Result;
use crate::ops::options::options;
use crate::ops::unary::{functions, indicator, unary};
use crate::tensor::Tensor;
use crate::trace::{Args, Kind, Param, Takes, Tracer, Value};

functions! {
    Softplus { beta: f64, threshold: f64 } "softplus" keeps Input,
    x => {
        let z = x * T::of(beta);
        if z > T::of(threshold) { x } else { z.exp().ln_1p() / T::of(beta) }
    },
    (x, g) => {
        let z = x * T::of(beta);
        if z > T::of(threshold) { g } else { g * z.sigmoid() }
    },
    plain x => {
        let z = (x * beta)?;
        // The branch that is not taken must not overflow: infinity times zero is NaN.
        let curve = (ln_1p(&z.minimum(threshold)?.exp()?)? / beta)?;
        z.gt(threshold)?.where_cond(x, &curve)
    },
    (x, g) => {
        let z = (x * beta)?;
        let straight = indicator(&z.gt(threshold)?, x)?;
        g * straight.maximum(&(z.neg()?.exp()? + 1.)?.recip()?)?
    };
}

/// ln(1 + x), exact for small x too: with u = 1 + x as rounded, the error of ln u is that of u − 1.
fn ln_1p(x: &candle_core::Tensor) -> candle_core::Result<candle_core::Tensor> {
    let u = (x + 1.)?;
    let rounded = (&u - 1.)?;
    let curve = (u.log()? * (x / &rounded)?)?;
    let curve = rounded.eq(0.)?.where_cond(x, &curve)?;
    u.eq(f64::INFINITY)?.where_cond(&u, &curve)
}

options! {
    /// The optional arguments of [`Tensor::softplus_with`].
    SoftplusOptions {
        /// How sharp the bend is.
        beta: f64 = 1.,
        /// Above this value of `beta`·x the function is x.
        threshold: f64 = 20.,
    }
}

impl Tensor {
    /// ln(1 + eˣ), and x above 20 (`torch.nn.functional.softplus`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[-1e4f32, 0., 1e4], &Device::Cpu)?;
    /// assert_eq!(x.softplus()?.to_vec::<f32>()?, [0., 2f32.ln(), 1e4]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn softplus(&self) -> Result<Tensor> {
        self.softplus_with(SoftplusOptions::default())
    }

    /// ln(1 + e^(`beta`·x)) / `beta`, and x where `beta`·x is above `threshold`.
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{ops::SoftplusOptions, Device, Tensor};
    /// let x = Tensor::new(&[0f32], &Device::Cpu)?;
    /// assert_eq!(x.softplus_with(SoftplusOptions::default().beta(2))?.item()? as f32, 2f32.ln() / 2.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn softplus_with(&self, options: SoftplusOptions) -> Result<Tensor> {
        unary(
            Softplus {
                beta: options.beta,
                threshold: options.threshold,
            },
            self,
        )
    }
}
const SOFTPLUS: &[Param] = &[
    Param::optional("beta", Takes::Float, Value::Num(1.)),
    Param::optional("threshold", Takes::Float, Value::Num(20.)),
];

/// The shape rule of `softplus`.
pub(super) const fn trace_softplus(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.elementwise("softplus", SOFTPLUS, args, Kind::Float)
}
