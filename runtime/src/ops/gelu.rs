//! `gelu`.

use candle_core::{Result as CandleResult, Tensor as Data};

use crate::error::{Error, Result};
use crate::kernels::Float;
use crate::ops::options::options;
use crate::ops::unary::{functions, unary};
use crate::tensor::Tensor;
use crate::trace::{Args, Kind, Param, Takes, Text, Tracer, Value};

/// √(2/π)
const SQRT_2_PI: f64 = std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2;
/// 1/√(2π), the normal density at 0.
const DENSITY: f64 = 0.5 * SQRT_2_PI;
const SQRT_HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;
const CUBE: f64 = 0.044715;

functions! {
    Gelu {} "gelu" keeps Input,
    x => T::of(0.5) * x * (T::ONE + (x * T::of(SQRT_HALF)).erf()),
    (x, g) => {
        let below = T::of(0.5) * (T::ONE + (x * T::of(SQRT_HALF)).erf());
        g * (below + x * T::of(DENSITY) * (T::of(-0.5) * x * x).exp())
    },
    plain x => x * probability(x)?,
    (x, g) => g * (probability(x)? + (x * ((x.sqr()? * -0.5)?.exp()? * DENSITY)?)?)?;

    // ½ (1 + tanh u) is the sigmoid of 2u.
    GeluTanh {} "gelu" keeps Input,
    x => x * inner(x).sigmoid_down(),
    (x, g) => {
        let share = inner(x).sigmoid_down();
        let slope = T::of(2. * SQRT_2_PI) * (T::ONE + T::of(3. * CUBE) * x * x);
        g * (share + x * share * (T::ONE - share) * slope)
    },
    plain x => (x * (inner_tanh(x)? + 1.)?)? * 0.5,
    (x, g) => {
        let t = inner_tanh(x)?;
        let slope = x.sqr()?.affine(SQRT_2_PI * 3. * CUBE, SQRT_2_PI)?;
        let steep = ((x * (1. - t.sqr()?)?)? * slope)?;
        (g * ((t + 1.)? + steep)?)? * 0.5
    };
}

/// The probability that a standard normal number is below x.
fn probability(x: &Data) -> CandleResult<Data> {
    (x * SQRT_HALF)?.erf()?.affine(0.5, 0.5)
}

/// 2 √(2/π) (x + 0.044715 x³)
#[inline(always)]
fn inner<T: Float>(x: T) -> T {
    x * (T::of(2. * SQRT_2_PI) + T::of(2. * SQRT_2_PI * CUBE) * x * x)
}

fn inner_tanh(x: &Data) -> CandleResult<Data> {
    (x * x.sqr()?.affine(SQRT_2_PI * CUBE, SQRT_2_PI)?)?.tanh()
}

/// How [`Tensor::gelu_with`] computes the normal distribution function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GeluApproximate {
    /// By the error function.
    None,
    /// By tanh.
    Tanh,
    /// A word that is neither; an error when it is used.
    Unknown(String),
}

/// PyTorch's words, `"none"` and `"tanh"`.
impl From<&str> for GeluApproximate {
    fn from(word: &str) -> Self {
        match word {
            "none" => GeluApproximate::None,
            "tanh" => GeluApproximate::Tanh,
            other => GeluApproximate::Unknown(other.into()),
        }
    }
}

options! {
    /// The optional arguments of [`Tensor::gelu_with`].
    GeluOptions {
        /// `"none"` or `"tanh"`.
        approximate: GeluApproximate = GeluApproximate::None,
    }
}

impl Tensor {
    /// x·Φ(x), with the normal distribution function Φ (`torch.nn.functional.gelu`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[-1e4f32, 0., 1e4], &Device::Cpu)?;
    /// assert_eq!(x.gelu()?.to_vec::<f32>()?, [0., 0., 1e4]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn gelu(&self) -> Result<Tensor> {
        self.gelu_with(GeluOptions::default())
    }

    /// [`gelu`](Self::gelu), or with `"tanh"` its approximation x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
    ///
    /// # Errors
    /// If the type is not a number, or for another word.
    ///
    /// ```
    /// # use taper::{ops::GeluOptions, Device, Tensor};
    /// let x = Tensor::new(&[1f64], &Device::Cpu)?;
    /// let y = x.gelu_with(GeluOptions::default().approximate("tanh"))?.item()?;
    /// assert!((y - x.gelu()?.item()?).abs() < 1e-3);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn gelu_with(&self, options: GeluOptions) -> Result<Tensor> {
        match options.approximate {
            GeluApproximate::None => unary(Gelu {}, self),
            GeluApproximate::Tanh => unary(GeluTanh {}, self),
            GeluApproximate::Unknown(word) => Err(Error::argument(
                "gelu",
                "approximate",
                word,
                "\"none\" or \"tanh\"",
            )),
        }
    }
}
const GELU: &[Param] = &[Param::optional(
    "approximate",
    Takes::Any,
    Value::Str("none"),
)];

/// The shape rule of `gelu`.
pub(super) const fn trace_gelu(t: &mut Tracer<'_>, args: &Args) -> Value {
    if let Some(arg) = args.get(1)
        && let Value::Str(word) = arg.value
        && !crate::trace::same(word, "none")
        && !crate::trace::same(word, "tanh")
    {
        let mut m = Text::new();
        m.push("gelu: `approximate` is \"none\" or \"tanh\", but got \"");
        m.push(word);
        m.push("\"");
        return t.fail(&m);
    }
    t.elementwise("gelu", GELU, args, Kind::Float)
}
