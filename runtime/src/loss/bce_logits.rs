//! `binary_cross_entropy_with_logits`: of scores.

use candle_core::{Result as CandleResult, Tensor as Data};

use super::checks::{check_broadcast, check_pair, first_misfit, SWAPPED};
use super::elementwise::{Elementwise, Formula};
use super::stable::{sigmoid, softplus};
use super::{loss_struct, Reduction};
use crate::error::Result;
use crate::ops::options::tensor_options;
use crate::tensor::autocast::cast;
use crate::tensor::{when, Tensor};

tensor_options! {
    /// The optional arguments of [`binary_cross_entropy_with_logits_with`].
    ///
    /// ```
    /// use taper::loss::BinaryCrossEntropyWithLogitsOptions;
    /// assert!(BinaryCrossEntropyWithLogitsOptions::default().pos_weight.is_none());
    /// ```
    BinaryCrossEntropyWithLogitsOptions {
        /// A factor for each element's loss, broadcast to the output's shape. Default: none, all 1.
        weight: Option<Tensor> = None,
        /// What becomes of the losses of the single elements. Default: their mean.
        reduction: Reduction = Reduction::Mean,
        /// A factor for the positive part of each element's loss, broadcast to the output's shape. Default: none, all 1.
        pos_weight: Option<Tensor> = None,
    }
}

/// Of score, target and weight of the positive part.
struct BceWithLogits;

impl Formula<3> for BceWithLogits {
    const OP: &'static str = "binary_cross_entropy_with_logits";

    fn losses(&self, [x, y, positive]: &[Data; 3]) -> CandleResult<Data> {
        let factor = (((positive - 1.)? * y)? + 1.)?;
        ((1. - y)? * x)? + (factor * softplus(&x.neg()?)?)?
    }

    fn slopes(&self, [x, y, positive]: &[Data; 3], needed: [bool; 3]) -> Result<[Option<Data>; 3]> {
        let [to_output, to_target, to_positive] = needed;
        Ok([
            when(to_output, || {
                let positive = (positive * y)?;
                let sum = (&positive + (1. - y)?)?;
                Ok(((sum * sigmoid(x)?)? - positive)?)
            })?,
            when(to_target, || {
                Ok((((positive - 1.)? * softplus(&x.neg()?)?)? - x)?)
            })?,
            when(to_positive, || Ok((y * softplus(&x.neg()?)?)?))?,
        ])
    }
}

/// The mean binary cross-entropy of scores (logits) x against targets y from 0 to 1: −y log σ(x) − (1 − y) log σ(−x)
/// (`torch.nn.functional.binary_cross_entropy_with_logits`).
///
/// Neither the loss nor the gradient overflows for great scores. A NaN in the output goes on to the loss.
///
/// # Errors
/// If the shapes or types differ, the two look swapped (the target goes beyond 0 and 1, the output doesn't), or both are
/// empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::binary_cross_entropy_with_logits;
/// let x = Tensor::new(&[1e4f32, -1e4], &Device::Cpu)?;
/// assert_eq!(binary_cross_entropy_with_logits(&x, Tensor::new(&[1f32, 1.], &Device::Cpu)?)?.item()?, 5000.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn binary_cross_entropy_with_logits(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
) -> Result<Tensor> {
    let options = BinaryCrossEntropyWithLogitsOptions::default();
    binary_cross_entropy_with_logits_with(output, target, options)
}

/// [`binary_cross_entropy_with_logits`] with options: −w (p y log σ(x) + (1 − y) log σ(−x)) with weight w and `pos_weight`
/// p. The mean divides by the number of elements.
///
/// For classes in the second dimension and more dimensions behind it, `pos_weight` has shape `[C, 1, 1]`.
///
/// # Errors
/// As for [`binary_cross_entropy_with_logits`], and if a weight doesn't broadcast to the output's shape; the sum and the
/// list of nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{binary_cross_entropy_with_logits_with, BinaryCrossEntropyWithLogitsOptions};
/// let x = Tensor::new(&[0f64, 0.], &Device::Cpu)?;
/// let y = Tensor::new(&[1f64, 0.], &Device::Cpu)?;
/// let options = BinaryCrossEntropyWithLogitsOptions::default().pos_weight(Tensor::new(&[3f64], &Device::Cpu)?);
/// let loss = binary_cross_entropy_with_logits_with(&x, &y, options)?.item()?;
/// assert!((loss - 2. * 2f64.ln()).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn binary_cross_entropy_with_logits_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: BinaryCrossEntropyWithLogitsOptions,
) -> Result<Tensor> {
    let op = BceWithLogits::OP;
    let [output, target] = &cast(op, [output.as_ref(), target.as_ref()])?;
    check_pair(op, output, target, options.reduction)?;
    check_roles(output, target)?;
    if let Some(weight) = &options.weight {
        check_broadcast(op, output, "weight", weight)?;
    }
    let positive = match options.pos_weight {
        Some(weight) => {
            check_broadcast(op, output, "pos_weight", &weight)?;
            weight
        }
        None => Tensor::ones((), output.dtype(), output.device())?,
    };
    Elementwise::of([output, target, &positive], options.reduction)
        .weight(options.weight.as_ref())
        .run(BceWithLogits)
}

/// Scores may have any value, and so may targets in PyTorch: only both together show that they are swapped.
fn check_roles(output: &Tensor, target: &Tensor) -> Result<()> {
    let is_probability = |value: f64| value.is_nan() || (0. ..=1.).contains(&value);
    let Some(misfit) = first_misfit(target, is_probability)? else {
        return Ok(());
    };
    if first_misfit(output, is_probability)?.is_some() {
        return Ok(());
    }
    let expected = "expected probabilities from 0 to 1, as the output has them";
    Err(misfit
        .refuse(BceWithLogits::OP, "target", expected)
        .help(SWAPPED))
}

loss_struct! {
    /// [`binary_cross_entropy_with_logits_with`] and its options (`torch.nn.BCEWithLogitsLoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::BceWithLogitsLoss;
    /// let x = Tensor::new(&[0f64], &Device::Cpu)?;
    /// let loss = BceWithLogitsLoss::new().forward(&x, Tensor::new(&[1f64], &Device::Cpu)?)?;
    /// assert!((loss.item()? - 2f64.ln()).abs() < 1e-12);
    /// # Ok::<(), taper::Error>(())
    /// ```
    BceWithLogitsLoss, BinaryCrossEntropyWithLogitsOptions, binary_cross_entropy_with_logits_with
}
