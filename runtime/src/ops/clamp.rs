//! `clamp`.

use crate::error::{Error, Result};
use crate::ops::rule::{bound, receiver};
use crate::ops::unary::{functions, unary};
use crate::tensor::Tensor;
use crate::trace::{Args, Kind, Param, Takes, Text, Tracer, Value};

functions! {
    Clamp { min: f64, max: f64 } "clamp" keeps Input closed,
    // Comparisons that let NaN through; where the bounds cross, the upper one wins.
    x => {
        let x = if x < T::of(min) { T::of(min) } else { x };
        if x > T::of(max) { T::of(max) } else { x }
    },
    (x, g) => {
        // An infinite bound is no bound.
        let above = x > T::of(min) || min == f64::NEG_INFINITY;
        let below = x < T::of(max) || max == f64::INFINITY;
        if above && below { g } else { T::ZERO }
    },
    plain x => x.maximum(min)?.minimum(max),
    (x, g) => {
        let above = if min == f64::NEG_INFINITY { x.eq(x)? } else { x.gt(min)? };
        let below = if max == f64::INFINITY { x.eq(x)? } else { x.lt(max)? };
        (above * below)?.where_cond(g, &g.zeros_like()?)
    };
}

/// A bound of [`Tensor::clamp`]: a number, or `None` for no bound.
///
/// ```
/// use taper::ops::Bound;
/// assert_eq!(Bound::from(1), Bound::from(Some(1.0)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bound(Option<f64>);

impl From<f64> for Bound {
    fn from(bound: f64) -> Self {
        Bound(Some(bound))
    }
}

impl From<i32> for Bound {
    fn from(bound: i32) -> Self {
        Bound(Some(bound.into()))
    }
}

impl From<Option<f64>> for Bound {
    fn from(bound: Option<f64>) -> Self {
        Bound(bound)
    }
}

crate::ops::options::options! {
    /// The optional arguments of [`Tensor::clamp_with`].
    ClampOptions {
        /// The smallest value.
        min: Bound = Bound(None),
        /// The largest value.
        max: Bound = Bound(None),
    }
}

impl Tensor {
    /// min(max(x, `min`), `max`), with gradient 1 between the bounds and 0 on them and beyond (`torch.clamp`).
    ///
    /// # Errors
    /// If both bounds are `None`, or the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[-2f32, 0.5, 2.], &Device::Cpu)?;
    /// assert_eq!(x.clamp(-1, 1)?.to_vec::<f32>()?, [-1., 0.5, 1.]);
    /// assert_eq!(x.clamp(0.0, None)?.to_vec::<f32>()?, [0., 0.5, 2.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn clamp(&self, min: impl Into<Bound>, max: impl Into<Bound>) -> Result<Tensor> {
        self.clamp_with(ClampOptions {
            min: min.into(),
            max: max.into(),
        })
    }

    /// [`clamp`](Self::clamp) with bounds by name.
    ///
    /// # Errors
    /// If both bounds are `None`, or the type is not a number.
    ///
    /// ```
    /// # use taper::{ops::ClampOptions, Device, Tensor};
    /// let x = Tensor::new(&[-2f32, 2.], &Device::Cpu)?;
    /// assert_eq!(x.clamp_with(ClampOptions::default().max(1.5))?.to_vec::<f32>()?, [-2., 1.5]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn clamp_with(&self, options: ClampOptions) -> Result<Tensor> {
        let ClampOptions {
            min: Bound(min),
            max: Bound(max),
        } = options;
        if min.is_none() && max.is_none() {
            return Err(Error::argument(
                "clamp",
                "min",
                min,
                "a number for `min`, `max` or both",
            ));
        }
        unary(
            Clamp {
                min: min.unwrap_or(f64::NEG_INFINITY),
                max: max.unwrap_or(f64::INFINITY),
            },
            self,
        )
    }
}
const CLAMP: &[Param] = &[
    Param::leading("min", Takes::Any, Value::Unit),
    Param::leading("max", Takes::Any, Value::Unit),
];

/// The shape rule of `clamp`.
pub(super) const fn trace_clamp(t: &mut Tracer<'_>, args: &Args) -> Value {
    receiver!(args);
    let b = bound!(t, "clamp", CLAMP, args);
    if matches!((b.value(0), b.value(1)), (Value::Unit, Value::Unit)) {
        let mut m = Text::new();
        m.push("clamp needs a number for `min`, `max` or both");
        return t.fail(&m);
    }
    t.elementwise("clamp", &[], args, Kind::Any)
}
