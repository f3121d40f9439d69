//! `PReLU`: a leaky ReLU whose slope is learned.

use crate::init::Init;
use crate::module::{Build, Forward, Module, Rule, State};
use crate::trace::{Args, Dim, Kind, TensorValue, Tracer, Value};
use crate::{Param, Result, Tensor};

super::layer! {
    /// x where it is positive and a·x elsewhere, with a learned slope `a` (PyTorch: `torch.nn.PReLU`).
    ///
    /// - Input and output `[N, C, *]`; with `num_parameters = C` every channel has a slope of its own.
    /// - `weight`: `[num_parameters]`, all `init`. Weight decay on it is not advisable.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let act = PReLU::config().input([1]).init(&Device::Cpu)?;
    /// let x = Tensor::new(&[-4f32, 2.], &Device::Cpu)?;
    /// assert_eq!(act.forward(&x)?.to_vec::<f32>()?, [-1., 2.]);
    /// # Ok(()) }
    /// ```
    pub struct PReLU {
        /// The slopes, `[num_parameters]`.
        pub weight: Param,
    }

    /// Settings of [`PReLU`].
    pub config PReLUConfig {
        leading {
            /// 1, or the number of channels.
            num_parameters: usize = 1,
        }
        optional {
            /// The slopes' first value.
            init: f64 = 0.25,
        }
    }
}

impl Rule<PReLU> {
    /// The shape rule.
    pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        let Some((b, x)) = t.layer("PReLU", PReLU::TABLE, args, inputs, Kind::Float) else {
            return Value::Any;
        };
        let count: Dim = b.int(row!(PReLU.num_parameters));
        if !t.check_slopes("PReLU", &x, &TensorValue::floats(&[count])) {
            return Value::Any;
        }
        t.param("weight", &[count]);
        t.called("PReLU", inputs, Value::Tensor(x.of_kind(x.kind)))
    }
}

impl PReLU {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        let count = at.int(row!(PReLU.num_parameters))?;
        let init = Init::Constant(at.float(row!(PReLU.init))?);
        Ok(PReLU {
            weight: at.param("weight", &[count], &init)?,
            state: State::new(),
        })
    }
}

impl Module for PReLU {
    fn type_name(&self) -> &'static str {
        "PReLU"
    }

    fn extra_repr(&self) -> String {
        format!("num_parameters={}", self.weight.elem_count())
    }

    super::members!(params: weight;);
}

impl Forward for PReLU {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.prelu(&self.weight)
    }
}
