//! The loss of intersection over union.

use super::groups::at_least_zero;
use super::masks::Masks;
use super::options::overlap_options;
use crate::error::Result;
use crate::loss::{loss_struct, Reduction};
use crate::tensor::Tensor;

const OP: &str = "iou_loss";

overlap_options! {
    /// The optional arguments of [`iou_loss_with`].
    ///
    /// ```
    /// assert_eq!(taper::loss::IouLossOptions::default().smooth, 1.);
    /// ```
    IouLossOptions {
        /// What becomes of the losses of samples and classes. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

/// 1 − (I + 1) / (U + 1), the Jaccard loss, with the intersection I = Σ p y and the union U = Σ p + Σ y − I of p = σ(x) and
/// the mask y over the whole batch.
///
/// Output and target are those of [`dice_loss`](fn@crate::loss::dice_loss).
///
/// # Errors
/// As for [`dice_loss`](fn@crate::loss::dice_loss).
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::iou_loss;
/// let output = Tensor::new(&[0f64, 0.], &Device::Cpu)?;
/// // I = 0.5, U = 1 + 1 − 0.5
/// let loss = iou_loss(&output, Tensor::new(&[1f64, 0.], &Device::Cpu)?)?;
/// assert!((loss.item()? - (1. - 1.5 / 2.5)).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn iou_loss(output: impl AsRef<Tensor>, target: impl AsRef<Tensor>) -> Result<Tensor> {
    iou_loss_with(output, target, IouLossOptions::default())
}

/// [`iou_loss`] with options: 1 − (I + `smooth`) / (U + `smooth`), per class, per sample, or both.
///
/// # Errors
/// As for [`iou_loss`], and if an option is out of its range; the sum of nothing is no error.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{iou_loss_with, Activation, IouLossOptions};
/// let probabilities = Tensor::new(&[0.5f64, 0.], &Device::Cpu)?;
/// let target = Tensor::new(&[1u8, 255], &Device::Cpu)?;
/// let options = IouLossOptions::default().activation(Activation::None).smooth(0).ignore_index(255);
/// assert_eq!(iou_loss_with(&probabilities, &target, options)?.item()?, 0.5);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn iou_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: IouLossOptions,
) -> Result<Tensor> {
    at_least_zero(OP, "smooth", options.smooth)?;
    let masks = Masks::read(OP, output.as_ref(), target.as_ref(), options.ignore_index)?;
    let groups = options.groups(options.reduction);
    let loss = groups.loss(&masks, |overlap| {
        let both = &overlap.both;
        let union = overlap.predicted.add(&overlap.actual)?.sub(both)?;
        let score = both.add(options.smooth)?.div(union.add(options.smooth)?)?;
        score.neg()?.add(1.)
    })?;
    masks.finish(&loss)
}

loss_struct! {
    /// [`iou_loss_with`] and its options.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::IouLoss;
    /// let output = Tensor::new(&[9f32, -9.], &Device::Cpu)?;
    /// let loss = IouLoss::new().forward(&output, Tensor::new(&[1u8, 0], &Device::Cpu)?)?;
    /// assert!(loss.item()? < 1e-3);
    /// # Ok::<(), taper::Error>(())
    /// ```
    IouLoss, IouLossOptions, iou_loss_with
}
