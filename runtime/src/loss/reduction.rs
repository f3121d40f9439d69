//! One number from many.

use candle_core::Tensor as Data;

use crate::error::{Error, Result};
use crate::tensor::total;

/// What becomes of the losses of the single elements.
///
/// # Example
/// ```
/// use taper::loss::{mse_loss_with, MseLossOptions, Reduction};
/// use taper::{Device, Tensor};
/// let x = Tensor::new(&[1f32, 2., 3.], &Device::Cpu)?;
/// let y = Tensor::new(&[1f32, 2., 5.], &Device::Cpu)?;
/// let with = |reduction| mse_loss_with(&x, &y, MseLossOptions::default().reduction(reduction));
/// assert_eq!(with(Reduction::Sum)?.item()?, 4.);
/// assert_eq!(with(Reduction::None)?.to_vec::<f32>()?, [0., 0., 4.]);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Reduction {
    /// Their mean.
    #[default]
    Mean,
    /// Their sum.
    Sum,
    /// All of them.
    None,
    /// A word that is none of these; an error when it is used.
    #[serde(skip)]
    Unknown(&'static str),
}

/// PyTorch's words, `"mean"`, `"sum"` and `"none"`.
impl From<&'static str> for Reduction {
    fn from(word: &'static str) -> Self {
        match word {
            "mean" => Reduction::Mean,
            "sum" => Reduction::Sum,
            "none" => Reduction::None,
            other => Reduction::Unknown(other),
        }
    }
}

impl Reduction {
    /// An error for an unknown word, and if the mean of nothing is asked for.
    pub(super) fn check_count(self, op: &'static str, shape: &[usize]) -> Result<()> {
        if let Reduction::Unknown(word) = self {
            return Err(unknown(op, word));
        }
        if self == Reduction::Mean && shape.contains(&0) {
            let message = format!("the batch is empty (shape {shape:?}), and has no mean");
            return Err(Error::op(op, message)
                .help("leave out empty batches, or use `Reduction::Sum`, which is 0"));
        }
        Ok(())
    }

    /// The result, from contiguous losses in the type that is computed in. The mean divides by `denominator`.
    pub(super) fn apply(self, losses: Data, denominator: f64) -> Result<Data> {
        match self {
            Reduction::None => Ok(losses),
            Reduction::Sum => sum(&losses),
            Reduction::Mean => Ok((sum(&losses)? / denominator)?),
            Reduction::Unknown(word) => Err(unknown("loss", word)),
        }
    }

    /// From the gradient of the result, what each loss's gradient is: of its shape, or one that broadcasts to it.
    pub(super) fn spread(self, grad: &Data, denominator: f64) -> Result<Data> {
        match self {
            Reduction::None | Reduction::Sum => Ok(grad.clone()),
            // Nothing counted: no element has a part in the mean.
            Reduction::Mean if denominator == 0. => Ok(grad.zeros_like()?),
            Reduction::Mean => Ok((grad / denominator)?),
            Reduction::Unknown(word) => Err(unknown("loss", word)),
        }
    }
}

fn unknown(op: &'static str, word: &str) -> Error {
    Error::argument(op, "reduction", word, "\"mean\", \"sum\" or \"none\"")
}

/// The sum of all elements, in their type.
fn sum(x: &Data) -> Result<Data> {
    let all: Vec<usize> = (0..x.rank()).collect();
    Ok(total(x, &all)?.reshape(())?)
}
