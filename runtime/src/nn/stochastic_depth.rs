//! `StochasticDepth`: skips samples at random, in training.

use super::python;
use super::setting::words;
use crate::module::{Build, Forward, Module, Rule, State};
use crate::ops::StochasticDepthOptions;
use crate::trace::{Args, Kind, Tracer, Value};
use crate::{Result, Tensor};

words! {
    /// What [`StochasticDepth`] zeros at once.
    pub enum StochasticDepthMode {
        /// The whole batch.
        Batch = "batch",
        /// Each sample by itself.
        Row = "row",
    }
}

super::layer! {
    /// Zeros each sample (`"row"`), or all of them together (`"batch"`), with probability `p` and multiplies what stays by
    /// 1/(1 − p) (torchvision: `torchvision.ops.StochasticDepth`): at the end of a residual block's branch it makes the
    /// network shallower at random.
    ///
    /// In evaluation, and where the layer is frozen, the input is returned as it is. Input and output `[N, *]`.
    ///
    /// ```
    /// use taper::prelude::*;
    ///
    /// /// x + f(x), without f for a fifth of the samples.
    /// #[model([B, features] -> [B, features])]
    /// struct Residual {
    ///     #[config]
    ///     features: usize,
    ///     #[layer(features)]
    ///     fc: Linear,
    ///     #[layer(0.2, "row")]
    ///     depth: StochasticDepth,
    /// }
    ///
    /// #[forward]
    /// impl Residual {
    ///     fn forward(&self, x: Tensor) -> Tensor {
    ///         let y = self.depth(self.fc(&x).relu());
    ///         x + y
    ///     }
    /// }
    ///
    /// # fn main() -> taper::Result<()> {
    /// let depth = StochasticDepth::config(0.2, "row").input([1, 2]).init(&Device::Cpu)?;
    /// let x = Tensor::ones([50, 2], DType::F32, &Device::Cpu)?;
    /// let rows = depth.forward(&x)?.to_vec2::<f32>()?;
    /// assert!(rows.iter().all(|row| row == &[0., 0.] || row == &[1.25, 1.25]));
    /// depth.eval();
    /// assert_eq!(depth.forward(&x)?.to_vec::<f32>()?, [1.; 100]);
    /// # Ok(()) }
    /// ```
    pub struct StochasticDepth { p: f64, mode: StochasticDepthMode }

    /// Settings of [`StochasticDepth`].
    pub config StochasticDepthConfig {
        required {
            /// The probability that a sample, or the batch, becomes 0.
            p: f64,
            /// `"batch"` or `"row"`.
            mode: StochasticDepthMode,
        }
    }
}

impl Rule<StochasticDepth> {
    /// The shape rule.
    pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        const NAME: &str = "StochasticDepth";
        let Some((b, x)) = t.layer(NAME, StochasticDepth::TABLE, args, inputs, Kind::Any) else {
            return Value::Any;
        };
        let mode = b.value(row!(StochasticDepth.mode));
        if !t.check_probability(NAME, "p", b.value(row!(StochasticDepth.p)))
            || !t.check_word(NAME, "mode", mode, StochasticDepthMode::WORDS)
        {
            return Value::Any;
        }
        t.called(NAME, inputs, Value::Tensor(x.of_kind(x.kind)))
    }
}

impl StochasticDepth {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        Ok(StochasticDepth {
            p: at.float(row!(StochasticDepth.p))?,
            mode: at.word(row!(StochasticDepth.mode)).unwrap_or("row").into(),
            state: State::new(),
        })
    }
}

impl Module for StochasticDepth {
    fn type_name(&self) -> &'static str {
        "StochasticDepth"
    }

    fn extra_repr(&self) -> String {
        format!("p={}, mode={}", python::float(self.p), self.mode)
    }

    super::members!();
}

impl Forward for StochasticDepth {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let options = StochasticDepthOptions::default().training(self.state.active());
        x.stochastic_depth_with(self.p, self.mode.word(), options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::{format_module, Config, ModuleExt};
    use crate::{DType, Device};

    fn built(p: f64, mode: &'static str) -> Result<StochasticDepth> {
        let config = StochasticDepth::config(p, mode);
        config.input([2, 3]).init(&Device::Cpu)
    }

    #[test]
    fn prints_as_in_torchvision() -> Result<()> {
        let text = format_module(&built(0.2, "batch")?);
        assert_eq!(text, "StochasticDepth(p=0.2, mode=batch)");
        Ok(())
    }

    #[test]
    fn is_off_in_evaluation_and_where_frozen() -> Result<()> {
        let x = Tensor::ones([1000, 1], DType::F32, &Device::Cpu)?;
        let depth = built(0.5, "row")?;
        let zeros = || {
            let y = depth.forward(&x)?.to_vec::<f32>()?;
            Ok::<_, crate::Error>(y.iter().filter(|&&y| y == 0.).count())
        };
        assert!((400..600).contains(&zeros()?));
        depth.eval();
        assert_eq!(zeros()?, 0);
        depth.train();
        depth.state.set_frozen(true);
        assert_eq!(zeros()?, 0);
        Ok(())
    }

    #[test]
    fn the_rule_names_the_setting() {
        let refusal = |p, mode| built(p, mode).map_or_else(|e| e.to_string(), |x| x.to_string());
        assert_eq!(
            refusal(1.5, "row"),
            "StochasticDepth: `p` is a probability, from 0 to 1"
        );
        assert_eq!(
            refusal(0.5, "column"),
            "StochasticDepth: `mode` is \"column\", but expected \"batch\" or \"row\""
        );
    }
}
