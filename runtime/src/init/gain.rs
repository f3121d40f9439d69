//! What a nonlinearity takes from the variance.

use crate::error::{Error, Result};

macro_rules! nonlinearities {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// A function that follows a weight, by PyTorch's word for it.
        ///
        /// ```
        /// use taper::init::Nonlinearity;
        /// assert_eq!(Nonlinearity::from("leaky_relu"), Nonlinearity::LeakyRelu);
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Nonlinearity {
            $($(#[$doc])* $name,)*
            /// A word that is none of them; an error when it is used.
            Unknown(String),
        }

        const WORDS: &[&str] = &[$($word),*];

        impl From<&str> for Nonlinearity {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Nonlinearity::$name,)*
                    other => Nonlinearity::Unknown(other.into()),
                }
            }
        }
    };
}

nonlinearities! {
    /// None.
    Linear = "linear",
    /// None.
    Conv1d = "conv1d",
    /// None.
    Conv2d = "conv2d",
    /// None.
    Conv3d = "conv3d",
    /// None.
    ConvTranspose1d = "conv_transpose1d",
    /// None.
    ConvTranspose2d = "conv_transpose2d",
    /// None.
    ConvTranspose3d = "conv_transpose3d",
    /// σ.
    Sigmoid = "sigmoid",
    /// tanh.
    Tanh = "tanh",
    /// max(x, 0).
    Relu = "relu",
    /// max(x, 0) with a slope below.
    LeakyRelu = "leaky_relu",
    /// The scaled exponential linear unit.
    Selu = "selu",
}

/// The factor by which weights before a nonlinearity are larger, so that the variance stays
/// (`torch.nn.init.calculate_gain`).
///
/// | nonlinearity | gain |
/// |---|---|
/// | `linear`, `conv1d` … `conv_transpose3d`, `sigmoid` | 1 |
/// | `tanh` | 5/3 |
/// | `relu` | √2 |
/// | `leaky_relu` | √(2 / (1 + param²)), param is the slope below 0, by default 0.01 |
/// | `selu` | 3/4; self-normalising networks want `linear` |
///
/// # Errors
/// For another word, or a slope that is not finite.
///
/// ```
/// use taper::init::calculate_gain;
/// assert_eq!(calculate_gain("relu", None)?, 2f64.sqrt());
/// assert_eq!(calculate_gain("leaky_relu", 1.)?, 1.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn calculate_gain(
    nonlinearity: impl Into<Nonlinearity>,
    param: impl Into<Option<f64>>,
) -> Result<f64> {
    gain("calculate_gain", &nonlinearity.into(), param.into())
}

pub(super) fn gain(
    at: &'static str,
    nonlinearity: &Nonlinearity,
    param: Option<f64>,
) -> Result<f64> {
    match nonlinearity {
        Nonlinearity::Tanh => Ok(5. / 3.),
        Nonlinearity::Relu => Ok(std::f64::consts::SQRT_2),
        Nonlinearity::LeakyRelu => {
            let slope = param.unwrap_or(0.01);
            if !slope.is_finite() {
                return Err(Error::argument(at, "a", slope, "a finite slope"));
            }
            Ok((2. / (1. + slope * slope)).sqrt())
        }
        Nonlinearity::Selu => Ok(0.75),
        Nonlinearity::Unknown(word) => Err(Error::argument(
            at,
            "nonlinearity",
            word,
            format!("one of {}", WORDS.join(", ")),
        )),
        _ => Ok(1.),
    }
}
