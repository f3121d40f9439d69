//! The Dice loss.

use super::groups::{at_least_zero, Groups};
use super::masks::Masks;
use super::options::overlap_options;
use crate::error::Result;
use crate::loss::{loss_struct, Reduction};
use crate::tensor::Tensor;

const OP: &str = "dice_loss";

overlap_options! {
    /// The optional arguments of [`dice_loss_with`].
    ///
    /// ```
    /// use taper::loss::{Activation, DiceLossOptions};
    /// let options = DiceLossOptions::default();
    /// assert_eq!((options.smooth, options.activation, options.per_class), (1., Activation::Sigmoid, false));
    /// ```
    DiceLossOptions {
        /// What becomes of the losses of samples and classes. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

/// 1 − (2 Σ p y + 1) / (Σ p + Σ y + 1) with p = σ(x), summed over the whole batch: 0 where the output x covers the mask y.
///
/// The output has any shape. The target has the same, with masks from 0 to 1 (integers, or floats of the output's type), or is
/// one of classes: integers of any type, of the output's shape `[N, C, …]` without C.
///
/// # Errors
/// If the shapes don't fit, a mask is not from 0 to 1, a class is out of range, the output is no floats, or the batch is
/// empty.
///
/// ```
/// # use taper::{DType, Device, Tensor};
/// # use taper::loss::dice_loss;
/// let output = Tensor::ones([1, 1, 224, 224], DType::F32, &Device::Cpu)?;
/// let loss = dice_loss(&output, output.zeros_like()?)?.item()?;
/// assert_eq!(format!("{loss:.4}"), "1.0000");
/// # Ok::<(), taper::Error>(())
/// ```
pub fn dice_loss(output: impl AsRef<Tensor>, target: impl AsRef<Tensor>) -> Result<Tensor> {
    dice_loss_with(output, target, DiceLossOptions::default())
}

/// [`dice_loss`] with options: 1 − (2 Σ p y + `smooth`) / (Σ p + Σ y + `smooth`), per class, per sample, or both.
///
/// # Errors
/// As for [`dice_loss`], and if an option is out of its range; the sum of nothing is no error.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{dice_loss_with, Activation, DiceLossOptions, Reduction};
/// // One pixel of class 0, one of class 1.
/// let output = Tensor::new(&[[[9f32, -9.], [-9., 9.]]], &Device::Cpu)?;
/// let classes = Tensor::new(&[[0i64, 1]], &Device::Cpu)?;
/// let options = DiceLossOptions::default().activation(Activation::Softmax).per_class(true);
/// let losses = dice_loss_with(&output, &classes, options.reduction(Reduction::None))?;
/// assert_eq!(losses.dims(), [2]);
/// assert!(losses.to_vec::<f32>()?.iter().all(|loss| loss.abs() < 1e-6));
/// # Ok::<(), taper::Error>(())
/// ```
pub fn dice_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: DiceLossOptions,
) -> Result<Tensor> {
    at_least_zero(OP, "smooth", options.smooth)?;
    let masks = Masks::read(OP, output.as_ref(), target.as_ref(), options.ignore_index)?;
    let groups = options.groups(options.reduction);
    masks.finish(&dice(&masks, &groups, options.smooth)?)
}

/// The Dice loss of masks.
pub(super) fn dice(masks: &Masks, groups: &Groups, smooth: f64) -> Result<Tensor> {
    groups.loss(masks, |overlap| {
        let size = overlap.predicted.add(&overlap.actual)?;
        let score = overlap.both.mul(2.)?.add(smooth)?.div(size.add(smooth)?)?;
        score.neg()?.add(1.)
    })
}

loss_struct! {
    /// [`dice_loss_with`] and its options.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::DiceLoss;
    /// let output = Tensor::new(&[9f32, -9.], &Device::Cpu)?;
    /// let loss = DiceLoss::new().forward(&output, Tensor::new(&[1u8, 0], &Device::Cpu)?)?;
    /// assert!(loss.item()? < 1e-3);
    /// # Ok::<(), taper::Error>(())
    /// ```
    DiceLoss, DiceLossOptions, dice_loss_with
}
