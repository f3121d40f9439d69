//! `Softmax` and `LogSoftmax`: shares along a dimension.

use crate::module::{Build, Forward, Module, Rule, State};
use crate::trace::{Args, Kind, Tracer, Value};
use crate::{Result, Tensor};

macro_rules! along {
    ($(#[$meta:meta])* $name:ident, $config:ident, $op:ident) => {
        super::layer! {
            $(#[$meta])*
            pub struct $name { dim: i64 }

            #[doc = concat!("Settings of [`", stringify!($name), "`].")]
            pub config $config {
                required {
                    /// The dimension; negative numbers count from the end.
                    dim: i64,
                }
            }
        }

        impl Rule<$name> {
            /// The shape rule.
            pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
                const NAME: &str = stringify!($name);
                let Some((b, x)) = t.layer(NAME, $name::TABLE, args, inputs, Kind::Any) else {
                    return Value::Any;
                };
                if !t.check_along(NAME, &x, b.value(row!($name.dim))) {
                    return Value::Any;
                }
                t.called(NAME, inputs, Value::Tensor(x.of_kind(x.kind)))
            }
        }

        impl $name {
            fn make(at: &mut Build<'_, '_>) -> Result<Self> {
                Ok($name {
                    dim: at.signed(row!($name.dim))?,
                    state: State::new(),
                })
            }
        }

        impl Module for $name {
            fn type_name(&self) -> &'static str {
                stringify!($name)
            }

            fn extra_repr(&self) -> String {
                format!("dim={}", self.dim)
            }

            super::members!();
        }

        impl Forward for $name {
            fn forward(&self, x: &Tensor) -> Result<Tensor> {
                x.$op(self.dim)
            }
        }
    };
}

along! {
    /// exp(xᵢ) / Σⱼ exp(xⱼ) along a dimension (PyTorch: `torch.nn.Softmax`).
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let softmax = Softmax::config(-1).input([1, 2]).init(&Device::Cpu)?;
    /// let x = Tensor::new(&[[1f32, 1.]], &Device::Cpu)?;
    /// assert_eq!(softmax.forward(&x)?.to_vec::<f32>()?, [0.5, 0.5]);
    /// # Ok(()) }
    /// ```
    Softmax, SoftmaxConfig, softmax
}

along! {
    /// xᵢ − log Σⱼ exp(xⱼ) along a dimension (PyTorch: `torch.nn.LogSoftmax`).
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let log_softmax = LogSoftmax::config(-1).input([1, 2]).init(&Device::Cpu)?;
    /// let x = Tensor::new(&[[0f32, -1e4]], &Device::Cpu)?;
    /// assert_eq!(log_softmax.forward(&x)?.to_vec::<f32>()?, [0., -1e4]);
    /// # Ok(()) }
    /// ```
    LogSoftmax, LogSoftmaxConfig, log_softmax
}
