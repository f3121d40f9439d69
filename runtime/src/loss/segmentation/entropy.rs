//! Cross-entropies of masks, element by element.

use super::groups::class_weights;
use super::masks::{check_unit, zeroed, Masks};
use super::Activation;
use crate::error::{Error, Result};
use crate::loss::reduction::unknown;
use crate::loss::{
    binary_cross_entropy_with_logits_with, BinaryCrossEntropyWithLogitsOptions, Reduction,
};
use crate::ops::compute::dense;
use crate::ops::where_;
use crate::tensor::{when, Tensor};

/// The cross-entropies of a batch: of every element or, with a softmax, of every position.
pub(super) struct Entropies {
    pub(super) each: Tensor,
    /// Not 0 where one counts; none if all do.
    counts: Option<Tensor>,
    /// A factor for each, 0 where it doesn't count; none if all are 1.
    weight: Option<Tensor>,
}

impl Entropies {
    pub(super) fn of(
        masks: &Masks,
        activation: Activation,
        weight: Option<&Tensor>,
    ) -> Result<Self> {
        activation.check_rank(masks)?;
        let weight = weight
            .map(|weight| class_weights(masks, weight))
            .transpose()?;
        let (x, y) = (
            &masks.scores(activation == Activation::Softmax)?,
            &masks.target,
        );
        let (each, counts, weight) = match activation {
            Activation::Softmax => {
                let log_p = x.log_softmax(1)?;
                // A class that is ruled out has an infinite logarithm, which nothing times makes NaN.
                let each = where_(y.ne(0.)?, y.mul(&log_p)?, 0.)?.sum(1)?.neg()?;
                // A position counts if its classes all do.
                let counts = masks.counts.as_ref().map(|counts| counts.amin(1));
                let weight = weight.map(|weight| y.mul(weight)?.sum(1));
                (each, counts.transpose()?, weight.transpose()?)
            }
            _ => {
                let each = match activation {
                    Activation::Sigmoid => {
                        let each = BinaryCrossEntropyWithLogitsOptions::default();
                        let each = each.reduction(Reduction::None);
                        binary_cross_entropy_with_logits_with(x, y, each)?
                    }
                    _ => of_probabilities(masks.op, x, y)?,
                };
                let weight = weight.map(|weight| weight.expand_as(x));
                (each, masks.counts.clone(), weight.transpose()?)
            }
        };
        let weight = weight
            .map(|weight| zeroed(&counts, &weight.detach()))
            .transpose()?;
        Ok(Entropies {
            each,
            counts,
            weight,
        })
    }

    /// Losses, one for each entropy, reduced; the mean is weighted.
    pub(super) fn reduce(&self, losses: &Tensor, reduction: Reduction) -> Result<Tensor> {
        let losses = zeroed(&self.counts, losses)?;
        let losses = match &self.weight {
            Some(weight) => losses.mul(weight)?,
            None => losses,
        };
        match reduction {
            Reduction::None => Ok(losses),
            Reduction::Sum => losses.sum(()),
            Reduction::Mean => losses.sum(())?.div(self.total()?),
            Reduction::Unknown(word) => Err(unknown("loss", word)),
        }
    }

    /// The sum of the weights of those that count.
    fn total(&self) -> Result<f64> {
        match (&self.weight, &self.counts) {
            (Some(weight), _) => weight.sum(())?.item(),
            (None, Some(counts)) => counts.sum(())?.item(),
            (None, None) => Ok(self.each.elem_count() as f64),
        }
    }
}

/// The least that a logarithm counts, and that the gradient divides by, as in `torch.nn.functional.binary_cross_entropy`.
const LEAST_LOG: f64 = -100.;
const LEAST_DIVISOR: f64 = 1e-12;

/// −y log p − (1 − y) log(1 − p).
fn of_probabilities(op: &'static str, p: &Tensor, y: &Tensor) -> Result<Tensor> {
    check_unit(p, |value, at| {
        let message =
            format!("the output is {value} at position {at}, but probabilities are from 0 to 1");
        Error::op(op, message).help("for scores leave out `activation = Activation::None`")
    })?;
    let logs = |p: &candle_core::Tensor| {
        let log = |x: candle_core::Tensor| x.log()?.maximum(LEAST_LOG);
        candle_core::Result::Ok((log(p.clone())?, log(p.affine(-1., 1.)?)?))
    };
    let (p_data, y_data) = (dense(p.as_candle())?, dense(y.as_candle())?);
    let (log_p, log_q) = logs(&p_data)?;
    let each = ((&y_data * &log_p)? + (y_data.affine(-1., 1.)? * &log_q)?)?.neg()?;
    let (p_saved, y_saved) = (p.save(), y.save());
    Ok(Tensor::record(
        "binary_cross_entropy",
        each,
        [p, y],
        move |grad, [to_p, to_y]| {
            let p = p_saved.get()?;
            Ok([
                when(to_p, || {
                    let divisor = (p * p.affine(-1., 1.)?)?.maximum(LEAST_DIVISOR)?;
                    Ok((grad * ((p - y_saved.get()?)? / divisor)?)?)
                })?,
                when(to_y, || {
                    let (log_p, log_q) = logs(p)?;
                    Ok((grad * (log_q - log_p)?)?)
                })?,
            ])
        },
    ))
}
