//! The Tversky loss, which weighs false positives and false negatives.

use super::groups::at_least_zero;
use super::masks::Masks;
use super::options::overlap_options;
use crate::error::Result;
use crate::loss::{loss_struct, Reduction};
use crate::ops::where_;
use crate::tensor::Tensor;

const OP: &str = "tversky_loss";

overlap_options! {
    /// The optional arguments of [`tversky_loss_with`].
    ///
    /// ```
    /// let options = taper::loss::TverskyLossOptions::default();
    /// assert_eq!((options.alpha, options.beta, options.gamma), (0.5, 0.5, 1.));
    /// ```
    TverskyLossOptions {
        /// How much false positives count. Default: 0.5.
        alpha: f64 = 0.5,
        /// How much false negatives count. Default: 0.5.
        beta: f64 = 0.5,
        /// The power that the loss is raised to: above 1 for the focal Tversky loss. Default: 1.
        gamma: f64 = 1.,
        /// What becomes of the losses of samples and classes. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

/// 1 − (TP + 1) / (TP + FP/2 + FN/2 + 1) over the whole batch, with p = σ(x): true positives TP = Σ p y, false positives
/// FP = Σ p (1 − y), false negatives FN = Σ (1 − p) y.
///
/// Output and target are those of [`dice_loss`](fn@crate::loss::dice_loss), to which this is close with equal weights of
/// errors.
///
/// # Errors
/// As for [`dice_loss`](fn@crate::loss::dice_loss).
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::tversky_loss;
/// let output = Tensor::new(&[0f64, 0.], &Device::Cpu)?;
/// // TP = FP = FN = 0.5
/// let loss = tversky_loss(&output, Tensor::new(&[1f64, 0.], &Device::Cpu)?)?;
/// assert!((loss.item()? - (1. - 1.5 / 2.)).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn tversky_loss(output: impl AsRef<Tensor>, target: impl AsRef<Tensor>) -> Result<Tensor> {
    tversky_loss_with(output, target, TverskyLossOptions::default())
}

/// [`tversky_loss`] with options: (1 − (TP + `smooth`) / (TP + `alpha` FP + `beta` FN + `smooth`))^`gamma`, per class, per
/// sample, or both. A loss of 0 has gradient 0, whatever the power.
///
/// # Errors
/// As for [`tversky_loss`], and if an option is out of its range; the sum of nothing is no error.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{tversky_loss_with, TverskyLossOptions};
/// let output = Tensor::new(&[0f64, 0.], &Device::Cpu)?;
/// let target = Tensor::new(&[1f64, 0.], &Device::Cpu)?;
/// let options = TverskyLossOptions::default().alpha(0.3).beta(0.7).gamma(2).smooth(0);
/// // TP = FP = FN = 0.5
/// assert!((tversky_loss_with(&output, &target, options)?.item()? - 0.25).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn tversky_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: TverskyLossOptions,
) -> Result<Tensor> {
    let TverskyLossOptions {
        alpha,
        beta,
        gamma,
        smooth,
        ..
    } = options;
    let numbers = [
        ("alpha", alpha),
        ("beta", beta),
        ("gamma", gamma),
        ("smooth", smooth),
    ];
    for (name, value) in numbers {
        at_least_zero(OP, name, value)?;
    }
    let masks = Masks::read(OP, output.as_ref(), target.as_ref(), options.ignore_index)?;
    let groups = options.groups(options.reduction);
    let loss = groups.loss(&masks, |overlap| {
        let both = &overlap.both;
        let false_positives = overlap.predicted.sub(both)?;
        let false_negatives = overlap.actual.sub(both)?;
        let errors = false_positives
            .mul(alpha)?
            .add(false_negatives.mul(beta)?)?;
        let size = both.add(errors)?.add(smooth)?;
        let score = both.add(smooth)?.div(size)?;
        power(&score.neg()?.add(1.)?, gamma)
    })?;
    masks.finish(&loss)
}

/// `x` to the power; the slope of a root at 0 is infinite, and rounding may leave less than 0.
fn power(x: &Tensor, gamma: f64) -> Result<Tensor> {
    if gamma == 1. {
        return Ok(x.clone());
    }
    // A NaN stays.
    let zero = x.le(0.)?;
    where_(&zero, 0., where_(&zero, 1., x)?.pow(gamma)?)
}

loss_struct! {
    /// [`tversky_loss_with`] and its options.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::TverskyLoss;
    /// let output = Tensor::new(&[9f32, -9.], &Device::Cpu)?;
    /// let loss = TverskyLoss::new().forward(&output, Tensor::new(&[1u8, 0], &Device::Cpu)?)?;
    /// assert!(loss.item()? < 1e-3);
    /// # Ok::<(), taper::Error>(())
    /// ```
    TverskyLoss, TverskyLossOptions, tversky_loss_with
}
