//! Activations without parameters: functions of every element.

use super::python;
use crate::module::{Build, Forward, Module, Rule, State};
use crate::ops::{EluOptions, Following, GeluOptions, LeakyReluOptions, SoftplusOptions};
use crate::trace::{Args, Kind, Tracer, Value};
use crate::{Result, Tensor};

/// A layer that is a function of every element. Its settings are read by `read` and printed by `print`; `closed` ones
/// keep integers, `float` ones make floats of them.
macro_rules! activation {
    (
        $(#[$meta:meta])*
        $kind:ident $name:ident, $config:ident { $($settings:tt)* }
        fields { $($field:ident: $ty:ty, |$at:ident, $row:ident| $read:expr, |$value:ident| $print:expr;)* }
        forward($this:ident, $x:ident) $forward:block
        $(check($t:ident, $b:ident) $check:block)?
        $(follows($following:expr))?
    ) => {
        super::layer! {
            $(#[$meta])*
            pub struct $name { $($field: $ty),* }

            #[doc = concat!("Settings of [`", stringify!($name), "`].")]
            pub config $config { $($settings)* }
        }

        impl Rule<$name> {
            /// The shape rule.
            pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
                const NAME: &str = stringify!($name);
                let Some((b, x)) = t.layer(NAME, $name::TABLE, args, inputs, Kind::Any) else {
                    return Value::Any;
                };
                let _ = &b;
                $({
                    let ($t, $b) = (&mut *t, &b);
                    if !$check {
                        return Value::Any;
                    }
                })?
                let kind = activation!(@ $kind, x);
                t.called(NAME, inputs, Value::Tensor(x.of_kind(kind)))
            }
        }

        impl $name {
            fn make(at: &mut Build<'_, '_>) -> Result<Self> {
                let _ = &at;
                Ok($name {
                    $($field: {
                        let ($at, $row) = (&mut *at, row!($name.$field));
                        $read
                    },)*
                    state: State::new(),
                })
            }
        }

        impl Module for $name {
            fn type_name(&self) -> &'static str {
                stringify!($name)
            }

            fn extra_repr(&self) -> String {
                let settings: &[String] = &[$({
                    let $value = &self.$field;
                    format!("{}={}", stringify!($field), $print)
                }),*];
                settings.join(", ")
            }

            super::members!();

            $(fn follows(&self) -> Option<Following<'_>> {
                (!self.state.has_hooks()).then_some($following)
            })?
        }

        impl Forward for $name {
            fn forward(&self, x: &Tensor) -> Result<Tensor> {
                let ($this, $x) = (self, x);
                let _ = $this;
                $forward
            }
        }
    };
    (@ closed, $x:expr) => { $x.kind };
    (@ float, $x:expr) => { Kind::Float };
}

activation! {
    /// max(x, 0) (PyTorch: `torch.nn.ReLU`).
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let act = ReLU::config().input([1]).init(&Device::Cpu)?;
    /// let x = Tensor::new(&[-1f32, 2.], &Device::Cpu)?;
    /// assert_eq!(act.forward(&x)?.to_vec::<f32>()?, [0., 2.]);
    /// # Ok(()) }
    /// ```
    closed ReLU, ReLUConfig {}
    fields {}
    forward(this, x) { x.relu() }
    follows(Following::RELU)
}

activation! {
    /// x where it is positive and `negative_slope`·x elsewhere (PyTorch: `torch.nn.LeakyReLU`).
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let act = LeakyReLU::config().negative_slope(0.5).input([1]).init(&Device::Cpu)?;
    /// let x = Tensor::new(&[-1f32, 2.], &Device::Cpu)?;
    /// assert_eq!(act.forward(&x)?.to_vec::<f32>()?, [-0.5, 2.]);
    /// # Ok(()) }
    /// ```
    float LeakyReLU, LeakyReLUConfig {
        leading {
            /// The slope where x is negative.
            negative_slope: f64 = 0.01,
        }
    }
    fields { negative_slope: f64, |at, row| at.float(row)?, |x| python::float(*x); }
    forward(this, x) {
        x.leaky_relu_with(LeakyReluOptions::default().negative_slope(this.negative_slope))
    }
}

activation! {
    /// x where it is positive and α·(eˣ − 1) elsewhere (PyTorch: `torch.nn.ELU`).
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let act = ELU::config().alpha(2.).input([1]).init(&Device::Cpu)?;
    /// let x = Tensor::new(&[-1e3f32, 2.], &Device::Cpu)?;
    /// assert_eq!(act.forward(&x)?.to_vec::<f32>()?, [-2., 2.]);
    /// # Ok(()) }
    /// ```
    float ELU, ELUConfig {
        leading {
            /// The negative of the limit at −∞.
            alpha: f64 = 1.,
        }
    }
    fields { alpha: f64, |at, row| at.float(row)?, |x| python::float(*x); }
    forward(this, x) { x.elu_with(EluOptions::default().alpha(this.alpha)) }
}

super::setting::words! {
    /// How [`GELU`] computes the normal distribution function.
    pub enum GeluForm {
        /// By the error function.
        None = "none",
        /// By tanh.
        Tanh = "tanh",
    }
}

activation! {
    /// x·Φ(x), with the normal distribution function Φ (PyTorch: `torch.nn.GELU`); with `approximate = "tanh"`,
    /// x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let act = GELU::config().approximate("tanh").input([1]).init(&Device::Cpu)?;
    /// let x = Tensor::new(&[-1e4f32, 0., 1e4], &Device::Cpu)?;
    /// assert_eq!(act.forward(&x)?.to_vec::<f32>()?, [0., 0., 1e4]);
    /// # Ok(()) }
    /// ```
    float GELU, GELUConfig {
        leading {
            /// `"none"` or `"tanh"`.
            approximate: GeluForm = "none",
        }
    }
    fields {
        approximate: GeluForm, |at, row| at.word(row).unwrap_or("none").into(), |word| format!("'{word}'");
    }
    forward(this, x) { x.gelu_with(GeluOptions::default().approximate(this.approximate.word())) }
    check(t, b) {
        t.check_word("GELU", "approximate", b.value(row!(GELU.approximate)), GeluForm::WORDS)
    }
}

activation! {
    /// x·σ(x) (PyTorch: `torch.nn.SiLU`).
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let act = SiLU::config().input([1]).init(&Device::Cpu)?;
    /// let x = Tensor::new(&[0f32, 100.], &Device::Cpu)?;
    /// assert_eq!(act.forward(&x)?.to_vec::<f32>()?, [0., 100.]);
    /// # Ok(()) }
    /// ```
    float SiLU, SiLUConfig {}
    fields {}
    forward(this, x) { x.silu() }
}

activation! {
    /// log(1 + e^(β·x)) / β, and x itself where β·x > `threshold` (PyTorch: `torch.nn.Softplus`).
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let act = Softplus::config().input([1]).init(&Device::Cpu)?;
    /// let x = Tensor::new(&[0f64, 30.], &Device::Cpu)?;
    /// assert_eq!(act.forward(&x)?.to_vec::<f64>()?, [2f64.ln(), 30.]);
    /// # Ok(()) }
    /// ```
    float Softplus, SoftplusConfig {
        leading {
            /// β.
            beta: f64 = 1.,
            /// Where the function becomes the identity.
            threshold: f64 = 20.,
        }
    }
    fields {
        beta: f64, |at, row| at.float(row)?, |x| python::float(*x);
        threshold: f64, |at, row| at.float(row)?, |x| python::float(*x);
    }
    forward(this, x) {
        x.softplus_with(SoftplusOptions::default().beta(this.beta).threshold(this.threshold))
    }
}

activation! {
    /// 1 / (1 + e⁻ˣ) (PyTorch: `torch.nn.Sigmoid`).
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let act = Sigmoid::config().input([1]).init(&Device::Cpu)?;
    /// assert_eq!(act.forward(&Tensor::new(&[0f32], &Device::Cpu)?)?.to_vec::<f32>()?, [0.5]);
    /// # Ok(()) }
    /// ```
    float Sigmoid, SigmoidConfig {}
    fields {}
    forward(this, x) { x.sigmoid() }
}

activation! {
    /// The hyperbolic tangent (PyTorch: `torch.nn.Tanh`).
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let act = Tanh::config().input([1]).init(&Device::Cpu)?;
    /// assert_eq!(act.forward(&Tensor::new(&[0f32, 50.], &Device::Cpu)?)?.to_vec::<f32>()?, [0., 1.]);
    /// # Ok(()) }
    /// ```
    float Tanh, TanhConfig {}
    fields {}
    forward(this, x) { x.tanh() }
}
