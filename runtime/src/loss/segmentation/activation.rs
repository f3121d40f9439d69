//! From scores to probabilities.

use super::masks::Masks;
use crate::error::{Error, Result};
use crate::tensor::Tensor;

/// What a segmentation loss makes of an output before it is compared with masks.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// A probability of every element by itself, `sigmoid(x)`: one mask, or several that may overlap.
    #[default]
    Sigmoid,
    /// Probabilities of the classes along dimension 1, `softmax(x, 1)`: every position has one class.
    Softmax,
    /// Nothing: the output holds probabilities already.
    None,
}

impl Activation {
    /// The probabilities.
    pub(super) fn apply(self, masks: &Masks) -> Result<Tensor> {
        self.check_rank(masks)?;
        let x = masks.scores(self == Activation::Softmax)?;
        match self {
            Activation::Sigmoid => x.sigmoid(),
            Activation::Softmax => x.softmax(1),
            Activation::None => Ok(x),
        }
    }

    /// An error if classes are asked for and there is no dimension of them.
    pub(super) fn check_rank(self, masks: &Masks) -> Result<()> {
        if self == Activation::Softmax && masks.output.rank() < 2 {
            let expected = format!(
                "`Activation::Sigmoid` for an output of shape {:?}: `Softmax` takes [N, C, …]",
                masks.output.dims()
            );
            return Err(Error::argument(masks.op, "activation", self, expected));
        }
        Ok(())
    }
}
