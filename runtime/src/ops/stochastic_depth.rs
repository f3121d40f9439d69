//! `stochastic_depth`.

use candle_core::{DType, Device, Tensor as Data};

use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::ops::rule::{bound, receiver};
use crate::ops::unary::float;
use crate::tensor::{when, with_generator, Tensor};
use crate::trace::{same, Args, Kind, Param, Takes, Text, Tracer, Value};

/// What [`Tensor::stochastic_depth`] zeros at once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DepthMode {
    /// The whole batch.
    Batch,
    /// Each sample by itself.
    Row,
    /// A word that is neither; an error when it is used.
    Unknown(String),
}

/// torchvision's words, `"batch"` and `"row"`.
impl From<&str> for DepthMode {
    fn from(word: &str) -> Self {
        match word {
            "batch" => DepthMode::Batch,
            "row" => DepthMode::Row,
            other => DepthMode::Unknown(other.into()),
        }
    }
}

options! {
    /// The optional arguments of [`Tensor::stochastic_depth_with`].
    StochasticDepthOptions {
        /// Off, the tensor is returned as it is.
        training: bool = true,
    }
}

impl Tensor {
    /// Zeros each sample (`"row"`), or all of them together (`"batch"`), with probability `p`, and multiplies what stays by
    /// 1/(1 − `p`), so that the mean stays (`torchvision.ops.stochastic_depth`): for the branch of a residual block, which
    /// is then skipped at random. Shape `[N, *]`, where N counts the samples.
    ///
    /// The choice comes from the global generator: [`manual_seed`](crate::manual_seed) makes it repeatable.
    ///
    /// # Errors
    /// If `p` is not from 0 to 1, the mode is another word, or there is no dimension of samples.
    ///
    /// ```
    /// # use taper::{manual_seed, DType, Device, Tensor};
    /// manual_seed(0);
    /// let x = Tensor::ones([100, 2], DType::F32, &Device::Cpu)?;
    /// let rows = x.stochastic_depth(0.5, "row")?.to_vec2::<f32>()?;
    /// assert!(rows.iter().all(|row| row == &[0., 0.] || row == &[2., 2.]));
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn stochastic_depth(&self, p: f64, mode: impl Into<DepthMode>) -> Result<Tensor> {
        self.stochastic_depth_with(p, mode, StochasticDepthOptions::default())
    }

    /// [`stochastic_depth`](Self::stochastic_depth), which does nothing outside of training.
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// # use taper::{forward, ops::StochasticDepthOptions, DType, Device, Tensor};
    /// let x = Tensor::ones([2, 1], DType::F32, &Device::Cpu)?;
    /// let evaluating = StochasticDepthOptions::default().training(false);
    /// assert_eq!(x.stochastic_depth_with(0.5, "row", evaluating)?.to_vec::<f32>()?, [1., 1.]);
    ///
    /// #[forward]
    /// fn skipped(x: Tensor, training: bool) -> Tensor {
    ///     x.stochastic_depth(1.0, "batch", training = training)
    /// }
    /// assert_eq!(skipped(&x, true)?.to_vec::<f32>()?, [0., 0.]);
    /// assert_eq!(skipped(&x, false)?.to_vec::<f32>()?, [1., 1.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn stochastic_depth_with(
        &self,
        p: f64,
        mode: impl Into<DepthMode>,
        options: StochasticDepthOptions,
    ) -> Result<Tensor> {
        let counts = counts(p, &mode.into(), self.dims())?;
        if !options.training || p == 0. {
            return Ok(self.clone());
        }
        let x = float(OP, self)?;
        let keep = with_generator(|generator| {
            generator.bernoulli(counts, 1. - p, DType::F64, &Device::Cpu)
        })?;
        // With p = 1 nothing is kept, and the factor must not be infinite.
        let scale = if p < 1. { 1. / (1. - p) } else { 0. };
        let factors = (keep.as_candle() * scale)?
            .to_dtype(x.dtype())?
            .to_device(x.device())?;
        scaled(&x, factors)
    }
}

/// Each sample times its factor.
fn scaled(x: &Tensor, factors: Data) -> Result<Tensor> {
    let data = x.as_candle().broadcast_mul(&factors)?;
    Ok(Tensor::record(OP, data, [x], move |grad, [needed]| {
        Ok([when(needed, || Ok(grad.broadcast_mul(&factors)?))?])
    }))
}

const OP: &str = "stochastic_depth";

/// The shape of what is chosen; an error if an argument is out of its range.
fn counts(p: f64, mode: &DepthMode, dims: &[usize]) -> Result<Vec<usize>> {
    if !(0. ..=1.).contains(&p) {
        return Err(Error::argument(OP, "p", p, "a probability from 0 to 1"));
    }
    let mut counts = vec![1; dims.len()];
    match mode {
        DepthMode::Batch => {}
        DepthMode::Row => match (counts.first_mut(), dims.first()) {
            (Some(count), Some(&rows)) => *count = rows,
            _ => return Err(Error::op(OP, "mode \"row\" needs a dimension of samples")),
        },
        DepthMode::Unknown(word) => {
            return Err(Error::argument(OP, "mode", word, "\"batch\" or \"row\""));
        }
    }
    Ok(counts)
}

const STOCHASTIC_DEPTH: &[Param] = &[
    Param::required("p", Takes::Float),
    Param::required("mode", Takes::Any),
    Param::optional("training", Takes::Bool, Value::flag(true)),
];

/// The shape rule of `stochastic_depth`.
pub(super) const fn trace_stochastic_depth(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, OP, STOCHASTIC_DEPTH, args);
    let mut row = false;
    if let Value::Str(word) = b.value(1) {
        row = same(word, "row");
        if !row && !same(word, "batch") {
            let mut m = Text::new();
            m.push("stochastic_depth: `mode` is \"batch\" or \"row\", but got \"");
            m.push(word);
            m.push("\"");
            return t.fail(&m);
        }
    }
    if row && x.ranked && x.rank == 0 {
        let mut m = Text::new();
        m.push("stochastic_depth: mode \"row\" needs a dimension of samples");
        return t.fail(&m);
    }
    t.elementwise(OP, STOCHASTIC_DEPTH, args, Kind::Any)
}

#[cfg(test)]
mod tests {
    use super::StochasticDepthOptions;
    use crate::testing::{gradcheck, randn};
    use crate::{DType, Device, Param, Result, Tensor};

    /// The share of the samples that stay, and the factor of each.
    fn factors(p: f64, mode: &str, rows: usize) -> Result<Vec<f64>> {
        let x = Tensor::ones([rows, 3, 2], DType::F64, &Device::Cpu)?;
        let y = x.stochastic_depth(p, mode)?.as_candle().flatten_from(1)?;
        let rows = y.to_vec2::<f64>()?;
        assert!(rows.iter().all(|row| row.iter().all(|x| *x == row[0])));
        Ok(rows.iter().map(|row| row[0]).collect())
    }

    #[test]
    fn rows_are_dropped_by_themselves_and_batches_whole() -> Result<()> {
        let rows = factors(0.2, "row", 10_000)?;
        let kept = rows.iter().filter(|&&x| x > 0.).count();
        assert!((7840..8160).contains(&kept), "{kept} of 10000 kept");
        assert!(rows.iter().all(|&x| x == 0. || (x - 1.25).abs() < 1e-12));
        let mut kept = 0;
        for _ in 0..1000 {
            let batch = factors(0.2, "batch", 4)?;
            assert!(batch.iter().all(|x| *x == batch[0]));
            kept += usize::from(batch[0] > 0.);
        }
        assert!((740..860).contains(&kept), "{kept} of 1000 kept");
        Ok(())
    }

    #[test]
    fn gradient_follows_the_choice() -> Result<()> {
        let x = Param::new(randn([50, 4])?)?;
        let y = x.stochastic_depth(0.4, "row")?;
        y.sum(())?.backward()?;
        let factors = x.grad().map_or_else(|| x.zeros_like(), Ok)?;
        assert_eq!((&x * &factors)?.to_vec::<f64>()?, y.to_vec::<f64>()?);
        let factors = factors.to_vec::<f64>()?;
        assert!(factors.contains(&0.) && factors.contains(&(1. / 0.6)));
        Ok(())
    }

    #[test]
    fn gradient() -> Result<()> {
        let evaluating = || StochasticDepthOptions::default().training(false);
        let x = || Ok::<_, crate::Error>([randn([3, 2])?]);
        gradcheck(
            |x| x[0].stochastic_depth_with(0.5, "row", evaluating()),
            &x()?,
        )?;
        gradcheck(|x| x[0].stochastic_depth(0., "batch"), &x()?)?;
        gradcheck(|x| x[0].stochastic_depth(1., "row"), &x()?)?;
        // Finite differences need one choice for all evaluations.
        let factors = candle_core::Tensor::new(&[[1.25f64], [0.], [1.25]], &Device::Cpu)?;
        gradcheck(|x| super::scaled(&x[0], factors.clone()), &x()?)?;
        gradcheck(|x| x[0].stochastic_depth(0.5, "row"), &[randn([0, 3])?])
    }

    #[test]
    fn half_types_and_integers() -> Result<()> {
        let x = Tensor::ones([200, 1], DType::BF16, &Device::Cpu)?;
        let y = x.stochastic_depth(0.5, "row")?;
        assert_eq!(y.dtype(), DType::BF16);
        assert!(y.to_vec::<f32>()?.iter().all(|&x| x == 0. || x == 2.));
        let counts = Tensor::ones([3], DType::I64, &Device::Cpu)?;
        assert_eq!(counts.stochastic_depth(0., "row")?.dtype(), DType::I64);
        assert_eq!(counts.stochastic_depth(1., "row")?.dtype(), DType::F32);
        Ok(())
    }

    #[test]
    fn refusals_name_the_argument() -> Result<()> {
        let x = randn([2, 2])?;
        let text = |y: Result<Tensor>| y.map_or_else(|e| e.to_string(), |_| "computed".to_owned());
        assert_eq!(
            text(x.stochastic_depth(1.5, "row")),
            "stochastic_depth: `p` is 1.5, but expected a probability from 0 to 1"
        );
        assert_eq!(
            text(x.stochastic_depth(f64::NAN, "row")),
            "stochastic_depth: `p` is NaN, but expected a probability from 0 to 1"
        );
        assert_eq!(
            text(x.stochastic_depth(0.5, "column")),
            "stochastic_depth: `mode` is \"column\", but expected \"batch\" or \"row\""
        );
        assert_eq!(
            text(randn(())?.stochastic_depth(0.5, "row")),
            "stochastic_depth: mode \"row\" needs a dimension of samples"
        );
        Ok(())
    }
}
