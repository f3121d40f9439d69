//! How many inputs and outputs meet in a weight.

use crate::error::{Error, Result};

/// How many values each output is summed from, and each input goes to, as the shape of a weight tells.
///
/// # Example
/// ```
/// use taper::init::Fans;
/// assert_eq!(Fans::of(&[120, 400])?, Fans { fan_in: 400, fan_out: 120 }); // linear
/// assert_eq!(Fans::of(&[16, 6, 5, 5])?, Fans { fan_in: 150, fan_out: 400 }); // convolution
/// assert_eq!(Fans::of(&[16, 6, 5, 5])?.transposed(), Fans { fan_in: 400, fan_out: 150 }); // transposed convolution
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fans {
    /// The values that an output is summed from.
    pub fan_in: usize,
    /// The outputs that an input goes to.
    pub fan_out: usize,
}

impl Fans {
    /// Those of a weight `[out, in, …]`, of a linear layer or convolution: the sizes of the kernel count in both
    /// (`torch.nn.init._calculate_fan_in_and_fan_out`).
    ///
    /// The weight of a transposed convolution is `[in, out, …]`: of it these are the [`transposed`](Self::transposed) ones.
    /// PyTorch's initialisers, and so those here, don't know that; where it matters, use
    /// `KaimingOptions::default().mode("fan_out")` for what is fan_in there.
    ///
    /// # Errors
    /// If there are fewer than two dimensions.
    pub fn of(shape: &[usize]) -> Result<Fans> {
        fans("Fans::of", shape)
    }

    /// In and out exchanged.
    #[must_use]
    pub fn transposed(self) -> Fans {
        Fans {
            fan_in: self.fan_out,
            fan_out: self.fan_in,
        }
    }

    pub(super) fn by(self, at: &'static str, mode: &FanMode) -> Result<usize> {
        match mode {
            FanMode::FanIn => Ok(self.fan_in),
            FanMode::FanOut => Ok(self.fan_out),
            FanMode::Unknown(word) => Err(Error::argument(
                at,
                "mode",
                word,
                "\"fan_in\" or \"fan_out\"",
            )),
        }
    }
}

pub(super) fn fans(at: &'static str, shape: &[usize]) -> Result<Fans> {
    let [out, inputs, kernel @ ..] = shape else {
        return Err(Error::argument(
            at,
            "shape",
            shape,
            "at least 2 dimensions, without which there are no fans",
        ));
    };
    let field: usize = kernel.iter().product();
    Ok(Fans {
        fan_in: inputs * field,
        fan_out: out * field,
    })
}

/// Which fan the variance is kept by.
///
/// ```
/// use taper::init::FanMode;
/// assert_eq!(FanMode::from("fan_out"), FanMode::FanOut);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FanMode {
    /// That of the forward pass.
    #[default]
    FanIn,
    /// That of the backward pass.
    FanOut,
    /// A word that is neither; an error when it is used.
    Unknown(String),
}

/// PyTorch's words, `"fan_in"` and `"fan_out"`.
impl From<&str> for FanMode {
    fn from(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "fan_in" => FanMode::FanIn,
            "fan_out" => FanMode::FanOut,
            _ => FanMode::Unknown(word.into()),
        }
    }
}
