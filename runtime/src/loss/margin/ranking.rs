//! The margin ranking loss.

use super::check::{check_floats, check_ranks};
use super::compose::{hinge, reduce, wide};
use crate::error::Result;
use crate::loss::{loss_struct, Reduction};
use crate::ops::operand::broadcast_shape;
use crate::ops::options::options;
use crate::tensor::autocast::cast;
use crate::tensor::Tensor;

const OP: &str = "margin_ranking_loss";

options! {
    /// The optional arguments of [`margin_ranking_loss_with`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::loss::MarginRankingLossOptions;
    /// assert_eq!(MarginRankingLossOptions::default().margin, 0.);
    /// ```
    MarginRankingLossOptions {
        /// By how much one input has to be above the other to cost nothing. Default: 0.
        margin: f64 = 0.,
        /// What becomes of the losses of the single pairs. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

/// The mean of max(0, −y (x₁ − x₂)): pairs cost what they are in the wrong order by (`torch.nn.functional.margin_ranking_loss`).
///
/// The target y is 1 where `input1` should be the larger one and −1 where `input2` should. The three have as many
/// dimensions and are broadcast. The target may be of integers; one of floats has a gradient too. Other numbers than ±1
/// are factors, as in PyTorch. At 0 the gradient is 0.
///
/// # Errors
/// If the numbers of dimensions or the float types differ, the shapes don't broadcast, an input is of integers, or the
/// batch is empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::margin_ranking_loss;
/// let of = |values: &[f64]| Tensor::new(values, &Device::Cpu);
/// let loss = margin_ranking_loss(of(&[1., 5.])?, of(&[3., 2.])?, of(&[1., 1.])?)?;
/// assert_eq!(loss.item()?, 1.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn margin_ranking_loss(
    input1: impl AsRef<Tensor>,
    input2: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
) -> Result<Tensor> {
    margin_ranking_loss_with(input1, input2, target, MarginRankingLossOptions::default())
}

/// [`margin_ranking_loss`] with options: max(0, −y (x₁ − x₂) + margin).
///
/// # Errors
/// As for [`margin_ranking_loss`]; the sum and the list of nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{margin_ranking_loss_with, MarginRankingLossOptions};
/// let of = |values: &[f64]| Tensor::new(values, &Device::Cpu);
/// let options = MarginRankingLossOptions::default().margin(0.5).reduction("none");
/// let losses = margin_ranking_loss_with(of(&[1., 5.])?, of(&[3., 5.])?, of(&[1., -1.])?, options)?;
/// assert_eq!(losses.to_vec::<f64>()?, [2.5, 0.5]);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn margin_ranking_loss_with(
    input1: impl AsRef<Tensor>,
    input2: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: MarginRankingLossOptions,
) -> Result<Tensor> {
    let cast = cast(OP, [input1.as_ref(), input2.as_ref(), target.as_ref()])?;
    let [input1, input2, target] = [&*cast[0], &*cast[1], &*cast[2]];
    let all = [("input1", input1), ("input2", input2), ("target", target)];
    check_floats(OP, &all[..2], Some(target))?;
    if target.dtype().is_float() {
        check_floats(OP, &all, None)?;
    }
    check_ranks(OP, &all)?;
    broadcast_shape(OP, &all.map(|(_, x)| x.shape()))?;

    let (input1, input2) = (wide(input1)?, wide(input2)?);
    let sign = target.to_dtype(input1.dtype())?.neg()?;
    let losses = hinge(&sign.mul(input1.sub(input2)?)?.add(options.margin)?)?;
    reduce(OP, &losses, options.reduction, all[0].1.dtype())
}

loss_struct! {
    /// [`margin_ranking_loss_with`] and its options (`torch.nn.MarginRankingLoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::MarginRankingLoss;
    /// let x = Tensor::new(&[2f32], &Device::Cpu)?;
    /// let loss = MarginRankingLoss::new().forward(&x, x.zeros_like()?, Tensor::new(&[-1i64], &Device::Cpu)?)?;
    /// assert_eq!(loss.item()?, 2.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    MarginRankingLoss, MarginRankingLossOptions, margin_ranking_loss_with(input1, input2, target)
}
