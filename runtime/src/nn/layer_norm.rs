//! `LayerNorm`: every row to mean 0 and variance 1.

use super::python;
use crate::init::Init;
use crate::module::{Build, Forward, Module, Rule, State};
use crate::ops::LayerNormOptions;
use crate::trace::{Args, Kind, Tracer, Value};
use crate::{Param, Result, Tensor};

super::layer! {
    /// Normalises over the last dimensions (PyTorch: `torch.nn.LayerNorm`).
    ///
    /// `(x − mean) / √(variance + eps) · γ + β`, with mean and (biased) variance over the last dimensions.
    ///
    /// - Input and output `[*, normalized_shape…]`.
    /// - `weight` (γ, ones) and `bias` (β, zeros): `normalized_shape`.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let norm = LayerNorm::config(2).eps(0.).input([1, 2]).init(&Device::Cpu)?;
    /// let x = Tensor::new(&[[1f32, 3.], [8., 4.]], &Device::Cpu)?;
    /// assert_eq!(norm.forward(&x)?.to_vec::<f32>()?, [-1., 1., 1., -1.]);
    /// # Ok(()) }
    /// ```
    pub struct LayerNorm {
        /// γ, of the normalised shape, unless `elementwise_affine` is off.
        pub weight: Option<Param>,
        /// β, of the normalised shape, unless `elementwise_affine` or `bias` is off.
        pub bias: Option<Param>,
        normalized_shape: Vec<usize>,
        eps: f64,
    }

    /// Settings of [`LayerNorm`].
    pub config LayerNormConfig {
        required {
            /// The last dimensions of the input: one size, or a list.
            normalized_shape: Vec<usize>,
        }
        optional {
            /// What is added to the variance.
            eps: f64 = 1e-5,
            /// Whether there are γ and β.
            elementwise_affine: bool = true,
            /// Whether there is β.
            bias: bool = true,
        }
    }
}

const NAME: &str = "LayerNorm";

impl Rule<LayerNorm> {
    /// The shape rule.
    pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        let Some((b, x)) = t.layer(NAME, LayerNorm::TABLE, args, inputs, Kind::Float) else {
            return Value::Any;
        };
        let Some(shape) = t.sizes(NAME, b.value(row!(LayerNorm.normalized_shape))) else {
            return Value::Any;
        };
        if !t.check_layer_norm(NAME, &x, &shape) {
            return Value::Any;
        }
        if shape.known && t.decided(b.flag(row!(LayerNorm.elementwise_affine))) {
            let (dims, _) = shape.dims.split_at(shape.len);
            t.param("weight", dims);
            if t.decided(b.flag(row!(LayerNorm.bias))) {
                t.param("bias", dims);
            }
        }
        t.called(NAME, inputs, Value::Tensor(x.of_kind(x.kind)))
    }
}

impl LayerNorm {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        let shape = at.ints(row!(LayerNorm.normalized_shape))?;
        let affine = at.flag(row!(LayerNorm.elementwise_affine))?;
        let bias = affine && at.flag(row!(LayerNorm.bias))?;
        let weight = affine.then(|| at.param("weight", &shape, &Init::ONES));
        Ok(LayerNorm {
            weight: weight.transpose()?,
            bias: bias
                .then(|| at.param("bias", &shape, &Init::ZEROS))
                .transpose()?,
            eps: at.float(row!(LayerNorm.eps))?,
            normalized_shape: shape,
            state: State::new(),
        })
    }
}

impl Module for LayerNorm {
    fn type_name(&self) -> &'static str {
        NAME
    }

    fn extra_repr(&self) -> String {
        format!(
            "{}, eps={}, elementwise_affine={}, bias={}",
            python::tuple(&self.normalized_shape),
            python::float(self.eps),
            python::bool(self.weight.is_some()),
            python::bool(self.bias.is_some()),
        )
    }

    super::members!(optional: weight, bias;);
}

impl Forward for LayerNorm {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.layer_norm_with(
            self.normalized_shape.as_slice(),
            self.weight.as_deref(),
            self.bias.as_deref(),
            LayerNormOptions::default().eps(self.eps),
        )
    }
}
