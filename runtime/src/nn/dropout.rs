//! `Dropout`: zeros at random, in training.

use super::python;
use crate::module::{Build, Forward, Module, Rule, State};
use crate::ops::DropoutOptions;
use crate::trace::{Args, Kind, Tracer, Value};
use crate::{Result, Tensor};

super::layer! {
    /// Zeros each element with probability `p` and multiplies the others by 1/(1 − p) (PyTorch: `torch.nn.Dropout`).
    ///
    /// In evaluation, and where the layer is frozen, the input is returned as it is. Input and output `[*]`.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let dropout = Dropout::config().p(0.2).input([1]).init(&Device::Cpu)?;
    /// let x = Tensor::ones(100, DType::F32, &Device::Cpu)?;
    /// assert!(dropout.forward(&x)?.to_vec::<f32>()?.iter().all(|&x| x == 0. || x == 1.25));
    /// dropout.eval();
    /// assert_eq!(dropout.forward(&x)?.to_vec::<f32>()?, [1.; 100]);
    /// # Ok(()) }
    /// ```
    pub struct Dropout { p: f64 }

    /// Settings of [`Dropout`].
    pub config DropoutConfig {
        leading {
            /// The probability that an element becomes 0.
            p: f64 = 0.5,
        }
    }
}

impl Rule<Dropout> {
    /// The shape rule.
    pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        let Some((b, x)) = t.layer("Dropout", Dropout::TABLE, args, inputs, Kind::Any) else {
            return Value::Any;
        };
        if !t.check_probability("Dropout", "p", b.value(row!(Dropout.p))) {
            return Value::Any;
        }
        t.called("Dropout", inputs, Value::Tensor(x.of_kind(x.kind)))
    }
}

impl Dropout {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        Ok(Dropout {
            p: at.float(row!(Dropout.p))?,
            state: State::new(),
        })
    }
}

impl Module for Dropout {
    fn type_name(&self) -> &'static str {
        "Dropout"
    }

    fn extra_repr(&self) -> String {
        format!("p={}, inplace=False", python::float(self.p))
    }

    super::members!();
}

impl Forward for Dropout {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let options = DropoutOptions::default().p(self.p);
        x.dropout_with(options.training(self.state.active()))
    }
}
