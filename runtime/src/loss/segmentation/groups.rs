//! How much outputs and masks overlap: over the whole batch, or per sample and class.

use super::masks::Masks;
use super::Activation;
use crate::error::{Error, Result};
use crate::loss::checks::{check_within, within};
use crate::loss::reduction::unknown;
use crate::loss::Reduction;
use crate::tensor::Tensor;

/// What is added up for itself, and what becomes of the losses.
#[derive(Clone, Debug)]
pub(super) struct Groups {
    pub(super) activation: Activation,
    pub(super) per_class: bool,
    pub(super) per_sample: bool,
    pub(super) weight: Option<Tensor>,
    pub(super) reduction: Reduction,
}

/// Sums of the probabilities p and the masks y in every group: `[]`, `[C]`, `[N]` or `[N, C]`.
pub(super) struct Overlap {
    /// Σ p y
    pub(super) both: Tensor,
    /// Σ p
    pub(super) predicted: Tensor,
    /// Σ y
    pub(super) actual: Tensor,
}

impl Groups {
    /// The losses of the groups' overlaps, reduced.
    pub(super) fn loss(
        &self,
        masks: &Masks,
        loss: impl FnOnce(&Overlap) -> Result<Tensor>,
    ) -> Result<Tensor> {
        self.check(masks)?;
        let p = masks.counted(&self.activation.apply(masks)?)?;
        let y = &masks.target;
        let overlap = Overlap {
            both: self.sum(&p.mul(y)?)?,
            predicted: self.sum(&p)?,
            actual: self.sum(y)?,
        };
        self.reduce(masks, &loss(&overlap)?)
    }

    fn check(&self, masks: &Masks) -> Result<()> {
        let dims = masks.output.dims();
        self.reduction.check_count(masks.op, dims)?;
        let wants = |name, least: usize, form: &str| {
            let expected = format!("false for an output of shape {dims:?}: it takes {form}");
            match dims.len() < least {
                true => Err(Error::argument(masks.op, name, true, expected)),
                false => Ok(()),
            }
        };
        if self.per_class {
            wants("per_class", 2, "[N, C, …]")?;
        }
        if self.per_sample {
            wants("per_sample", 1, "[N, …]")?;
        }
        if let (Some(weight), false) = (&self.weight, self.per_class) {
            let expected = "none without `per_class`: weights are those of classes";
            return Err(Error::argument(masks.op, "weight", weight.dims(), expected));
        }
        Ok(())
    }

    /// Summed over all dimensions but those of the groups.
    fn sum(&self, x: &Tensor) -> Result<Tensor> {
        let kept = |&dim: &usize| !(dim == 0 && self.per_sample || dim == 1 && self.per_class);
        match (0..x.rank()).filter(kept).collect::<Vec<_>>() {
            dims if dims.is_empty() => Ok(x.clone()),
            dims => x.sum(dims),
        }
    }

    fn reduce(&self, masks: &Masks, losses: &Tensor) -> Result<Tensor> {
        let Some(weight) = &self.weight else {
            return match self.reduction {
                Reduction::None => Ok(losses.clone()),
                Reduction::Sum => losses.sum(()),
                Reduction::Mean => losses.mean(()),
                Reduction::Unknown(word) => Err(unknown("loss", word)),
            };
        };
        // Classes are the last dimension of the groups.
        let weight = checked_weights(masks, weight)?;
        let weighted = losses.mul(&weight)?;
        match self.reduction {
            Reduction::None => Ok(weighted),
            Reduction::Sum => weighted.sum(()),
            Reduction::Mean => {
                let total = weight.expand_as(losses)?.sum(())?;
                weighted.sum(())?.div(total)
            }
            Reduction::Unknown(word) => Err(unknown("loss", word)),
        }
    }
}

/// A weight for each class, `[C]`, in the type that is computed in.
pub(super) fn checked_weights(masks: &Masks, weight: &Tensor) -> Result<Tensor> {
    let dims = masks.output.dims();
    let classes = dims.get(1).copied().unwrap_or(1);
    if weight.dims() != [classes] || dims.len() < 2 {
        let expected = match dims.len() {
            0 | 1 => format!("none for an output of shape {dims:?}, which has no classes"),
            _ => format!("a weight for each of {classes} classes"),
        };
        return Err(Error::argument(masks.op, "weight", weight.dims(), expected));
    }
    weight.detach().to_dtype(masks.output.dtype())
}

/// A weight for each class, of a shape that broadcasts to the output's.
pub(super) fn class_weights(masks: &Masks, weight: &Tensor) -> Result<Tensor> {
    let weight = checked_weights(masks, weight)?;
    let mut shape = vec![1; masks.output.rank()];
    shape[1] = weight.elem_count();
    weight.reshape(shape)
}

/// An error unless a setting is a number of at least 0.
pub(super) fn at_least_zero(op: &'static str, name: &'static str, value: f64) -> Result<()> {
    check_within(op, name, value, within::MASKS)
}
