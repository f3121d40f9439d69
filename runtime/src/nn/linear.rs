//! `Linear`: y = x·Wᵀ + b.

use super::python;
use crate::init::Init;
use crate::module::{Build, Forward, Module, Rule, State};
use crate::trace::{Args, Kind, Tracer, Value};
use crate::{Param, Result, Tensor};

super::layer! {
    /// The affine map y = x·Wᵀ + b over the last dimension (PyTorch: `torch.nn.Linear`).
    ///
    /// - Input `[*, in_features]`, output `[*, out_features]`.
    /// - `weight`: `[out_features, in_features]`, `bias`: `[out_features]`, both drawn from
    ///   U(−1/√in_features, 1/√in_features).
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let fc = Linear::config(2).input([1, 3]).init(&Device::Cpu)?;
    /// let x = Tensor::ones((4, 3), DType::F32, &Device::Cpu)?;
    /// assert_eq!(fc.forward(&x)?.dims(), [4, 2]);
    /// # Ok(()) }
    /// ```
    pub struct Linear {
        /// `[out_features, in_features]`.
        pub weight: Param,
        /// `[out_features]`, unless it was left out.
        pub bias: Option<Param>,
    }

    /// Settings of [`Linear`].
    pub config LinearConfig {
        required {
            /// Size of each output sample.
            out_features: usize,
        }
        optional {
            /// Whether to add a bias.
            bias: bool = true,
        }
        inferred { in_features }
    }
}

impl Rule<Linear> {
    /// The shape rule.
    pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        let bound = t.layer("Linear", Linear::TABLE, args, inputs, Kind::Float);
        let Some((b, x)) = bound else {
            return Value::Any;
        };
        if !x.ranked {
            return Value::Tensor(x);
        }
        if x.rank == 0 {
            return t.wants_rank("Linear", "at least 1 dimension", &x);
        }
        let (size, out) = (x.last(), b.int(row!(Linear.out_features)));
        if !t.check_inferred(
            "Linear",
            "input features",
            &x,
            size,
            b.value(row!(Linear.in_features)),
        ) {
            return Value::Any;
        }
        t.param("weight", &[out, size]);
        if t.decided(b.flag(row!(Linear.bias))) {
            t.param("bias", &[out]);
        }
        t.macs_of_map(&x, size, out);
        t.called("Linear", inputs, Value::Tensor(x.with(x.rank - 1, out)))
    }
}

impl Linear {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        let (inputs, outputs) = (at.input_size(-1)?, at.int(row!(Linear.out_features))?);
        let init = Init::fan_in_uniform(inputs);
        let weight = at.param("weight", &[outputs, inputs], &init)?;
        let bias = if at.flag(row!(Linear.bias))? {
            Some(at.param("bias", &[outputs], &init)?)
        } else {
            None
        };
        Ok(Linear {
            weight,
            bias,
            state: State::new(),
        })
    }
}

impl Module for Linear {
    fn type_name(&self) -> &'static str {
        "Linear"
    }

    fn extra_repr(&self) -> String {
        let d = self.weight.dims();
        format!(
            "in_features={}, out_features={}, bias={}",
            d[1],
            d[0],
            python::bool(self.bias.is_some())
        )
    }

    super::members!(params: weight; optional: bias;);
}

impl Forward for Linear {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.linear(&self.weight, self.bias.as_deref())
    }
}
