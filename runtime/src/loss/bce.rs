//! `binary_cross_entropy`: of probabilities.

use candle_core::{Result as CandleResult, Tensor as Data};

use super::checks::{check_broadcast, check_pair, first_misfit, look_swapped, SWAPPED};
use super::elementwise::{Elementwise, Formula};
use super::stable::ln_1p;
use super::{loss_struct, Reduction};
use crate::error::{Error, Result};
use crate::ops::options::tensor_options;
use crate::tensor::autocast::cast;
use crate::tensor::{when, Tensor};

tensor_options! {
    /// The optional arguments of [`binary_cross_entropy_with`].
    ///
    /// ```
    /// use taper::loss::BinaryCrossEntropyOptions;
    /// assert!(BinaryCrossEntropyOptions::default().weight.is_none());
    /// ```
    BinaryCrossEntropyOptions {
        /// A factor for each element's loss, broadcast to the output's shape. Default: none, all 1.
        weight: Option<Tensor> = None,
        /// What becomes of the losses of the single elements. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

/// Logarithms are no smaller than this, as in PyTorch: the loss of a certain and wrong answer is finite.
const LEAST_LOG: f64 = -100.;
/// No slope is divided by less; PyTorch's number is an f32.
const LEAST_VARIANCE: f64 = 1e-12_f32 as f64;

struct Bce;

impl Formula<2> for Bce {
    const OP: &'static str = "binary_cross_entropy";

    fn losses(&self, [p, y]: &[Data; 2]) -> CandleResult<Data> {
        let no = ln_1p(&p.neg()?)?.maximum(LEAST_LOG)?;
        let yes = p.log()?.maximum(LEAST_LOG)?;
        ((y - 1.)? * no)? - (y * yes)?
    }

    fn slopes(
        &self,
        [p, y]: &[Data; 2],
        [to_output, to_target]: [bool; 2],
    ) -> Result<[Option<Data>; 2]> {
        Ok([
            when(to_output, || {
                let variance = (p * (1. - p)?)?.maximum(LEAST_VARIANCE)?;
                Ok(((p - y)? / variance)?)
            })?,
            when(to_target, || Ok((ln_1p(&p.neg()?)? - p.log()?)?))?,
        ])
    }
}

/// The mean binary cross-entropy of probabilities p against targets y from 0 to 1: −y log p − (1 − y) log(1 − p)
/// (`torch.nn.functional.binary_cross_entropy`).
///
/// A logarithm is no smaller than −100, so that the loss of a certain and wrong answer is 100. For scores of any size use
/// [`binary_cross_entropy_with_logits`](super::binary_cross_entropy_with_logits): their gradient doesn't vanish.
///
/// # Errors
/// If an output or a target is NaN or not from 0 to 1, the shapes or types differ, or both are empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::binary_cross_entropy;
/// let p = Tensor::new(&[0.5f64, 0.5], &Device::Cpu)?;
/// let y = Tensor::new(&[1f64, 0.], &Device::Cpu)?;
/// assert!((binary_cross_entropy(&p, &y)?.item()? - 2f64.ln()).abs() < 1e-12);
/// assert!(binary_cross_entropy(Tensor::new(&[2f32], &Device::Cpu)?, Tensor::new(&[1f32], &Device::Cpu)?).is_err());
/// # Ok::<(), taper::Error>(())
/// ```
pub fn binary_cross_entropy(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
) -> Result<Tensor> {
    binary_cross_entropy_with(output, target, BinaryCrossEntropyOptions::default())
}

/// [`binary_cross_entropy`] with options. The loss of an element is multiplied by its weight; the mean divides by the number
/// of elements.
///
/// # Errors
/// As for [`binary_cross_entropy`], and if the weight doesn't broadcast to the output's shape; the sum and the list of
/// nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{binary_cross_entropy_with, BinaryCrossEntropyOptions, Reduction};
/// let p = Tensor::new(&[1f32, 0.], &Device::Cpu)?;
/// let options = BinaryCrossEntropyOptions::default()
///     .weight(Tensor::new(&[2f32, 3.], &Device::Cpu)?)
///     .reduction(Reduction::None);
/// let losses = binary_cross_entropy_with(&p, Tensor::new(&[0f32, 0.], &Device::Cpu)?, options)?;
/// assert_eq!(losses.to_vec::<f32>()?, [200., 0.]);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn binary_cross_entropy_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: BinaryCrossEntropyOptions,
) -> Result<Tensor> {
    let [output, target] = &cast(Bce::OP, [output.as_ref(), target.as_ref()])?;
    check_pair(Bce::OP, output, target, options.reduction)?;
    check_probabilities(output, target)?;
    if let Some(weight) = &options.weight {
        check_broadcast(Bce::OP, output, "weight", weight)?;
    }
    Elementwise::of([output, target], options.reduction)
        .weight(options.weight.as_ref())
        .run(Bce)
}

fn check_probabilities(output: &Tensor, target: &Tensor) -> Result<()> {
    let is_probability = |value: f64| (0. ..=1.).contains(&value);
    let is_label = |value: f64| value == 0. || value == 1.;
    if let Some(misfit) = first_misfit(output, is_probability)? {
        let error = misfit.refuse(Bce::OP, "output", "expected probabilities from 0 to 1");
        return Err(error.help("scores of any size go into `binary_cross_entropy_with_logits`"));
    }
    if let Some(misfit) = first_misfit(target, is_probability)? {
        let error = misfit.refuse(Bce::OP, "target", "expected probabilities from 0 to 1");
        let swapped = first_misfit(output, is_label)?.is_none();
        return Err(if swapped { error.help(SWAPPED) } else { error });
    }
    if look_swapped(output, target, is_label)? {
        let message = "the output has only 0 and 1 and needs no gradient, but the target does";
        return Err(Error::op(Bce::OP, message).help(SWAPPED));
    }
    Ok(())
}

loss_struct! {
    /// [`binary_cross_entropy_with`] and its options (`torch.nn.BCELoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::BceLoss;
    /// let p = Tensor::new(&[0.5f64], &Device::Cpu)?;
    /// let loss = BceLoss::new().forward(&p, Tensor::new(&[1f64], &Device::Cpu)?)?;
    /// assert!((loss.item()? - 2f64.ln()).abs() < 1e-12);
    /// # Ok::<(), taper::Error>(())
    /// ```
    BceLoss, BinaryCrossEntropyOptions, binary_cross_entropy_with
}
