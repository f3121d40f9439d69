//! The Dice loss and the binary cross-entropy together.

use super::dice::dice;
use super::entropy::Entropies;
use super::groups::at_least_zero;
use super::masks::Masks;
use super::options::overlap_options;
use crate::error::Result;
use crate::loss::{loss_struct, Reduction};
use crate::tensor::Tensor;

const OP: &str = "dice_bce_loss";

overlap_options! {
    /// The optional arguments of [`dice_bce_loss_with`].
    ///
    /// ```
    /// assert_eq!(taper::loss::DiceBceLossOptions::default().smooth, 1.);
    /// ```
    DiceBceLossOptions {}
}

/// [`dice_loss`](fn@crate::loss::dice_loss) plus the mean binary cross-entropy, −y log p − (1 − y) log(1 − p) with p = σ(x),
/// of all elements.
///
/// The cross-entropy is computed from the scores x and exact for all of them; the form that takes p first would count at
/// most 100 for an element.
///
/// # Errors
/// As for [`dice_loss`](fn@crate::loss::dice_loss).
///
/// ```
/// # use taper::{DType, Device, Tensor};
/// # use taper::loss::dice_bce_loss;
/// let output = Tensor::ones([1, 1, 224, 224], DType::F32, &Device::Cpu)?;
/// let loss = dice_bce_loss(&output, output.zeros_like()?)?.item()?;
/// assert_eq!(format!("{loss:.4}"), "2.3132");
/// # Ok::<(), taper::Error>(())
/// ```
pub fn dice_bce_loss(output: impl AsRef<Tensor>, target: impl AsRef<Tensor>) -> Result<Tensor> {
    dice_bce_loss_with(output, target, DiceBceLossOptions::default())
}

/// [`dice_bce_loss`] with options: the mean Dice loss of the classes or samples, plus the mean cross-entropy. With
/// [`Activation::Softmax`](crate::loss::Activation::Softmax) that is −Σ y log p of a position, the cross-entropy of its
/// classes. `weight` weights both means.
///
/// # Errors
/// As for [`dice_bce_loss`], and if an option is out of its range.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{cross_entropy, dice_bce_loss_with, dice_loss_with};
/// # use taper::loss::{Activation, DiceBceLossOptions, DiceLossOptions};
/// let output = Tensor::new(&[[[1f64, 0.], [0., 2.]]], &Device::Cpu)?;
/// let classes = Tensor::new(&[[0i64, 1]], &Device::Cpu)?;
/// let both = DiceBceLossOptions::default().activation(Activation::Softmax);
/// let dice = DiceLossOptions::default().activation(Activation::Softmax);
/// let sum = dice_loss_with(&output, &classes, dice)?.add(cross_entropy(&output, &classes)?)?;
/// let found = dice_bce_loss_with(&output, &classes, both)?;
/// assert!((found.item()? - sum.item()?).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn dice_bce_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: DiceBceLossOptions,
) -> Result<Tensor> {
    at_least_zero(OP, "smooth", options.smooth)?;
    let masks = Masks::read(OP, output.as_ref(), target.as_ref(), options.ignore_index)?;
    let groups = options.groups(Reduction::Mean);
    let dice = dice(&masks, &groups, options.smooth)?;
    let entropies = Entropies::of(&masks, options.activation, options.weight.as_ref())?;
    let entropy = entropies.reduce(&entropies.each, Reduction::Mean)?;
    masks.finish(&dice.add(entropy)?)
}

loss_struct! {
    /// [`dice_bce_loss_with`] and its options.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::DiceBceLoss;
    /// let output = Tensor::new(&[9f32, -9.], &Device::Cpu)?;
    /// let loss = DiceBceLoss::new().forward(&output, Tensor::new(&[1u8, 0], &Device::Cpu)?)?;
    /// assert!(loss.item()? < 1e-3);
    /// # Ok::<(), taper::Error>(())
    /// ```
    DiceBceLoss, DiceBceLossOptions, dice_bce_loss_with
}
