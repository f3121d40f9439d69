//! `soft_margin_loss`: scores of two classes, 1 and −1.

use candle_core::{Result as CandleResult, Tensor as Data};

use super::checks::{check_labelled, check_signs};
use super::elementwise::{Elementwise, Formula};
use super::stable::{sigmoid, softplus};
use super::{loss_struct, Reduction};
use crate::error::Result;
use crate::ops::options::options;
use crate::tensor::autocast::cast;
use crate::tensor::{when, Tensor};

options! {
    /// The optional arguments of [`soft_margin_loss_with`].
    ///
    /// ```
    /// use taper::loss::{Reduction, SoftMarginLossOptions};
    /// assert_eq!(SoftMarginLossOptions::default().reduction, Reduction::Mean);
    /// ```
    SoftMarginLossOptions {
        /// What becomes of the losses of the single elements. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

struct SoftMargin;

impl Formula<2> for SoftMargin {
    const OP: &'static str = "soft_margin_loss";

    fn losses(&self, [x, y]: &[Data; 2]) -> CandleResult<Data> {
        softplus(&(x * y)?.neg()?)
    }

    fn slopes(&self, [x, y]: &[Data; 2], [to_output, _]: [bool; 2]) -> Result<[Option<Data>; 2]> {
        let to_output = when(to_output, || Ok((y * sigmoid(&(x * y)?.neg()?)?)?.neg()?))?;
        Ok([to_output, None])
    }
}

/// The mean of log(1 + e^(−y·x)) for scores x and labels y, 1 or −1 (`torch.nn.functional.soft_margin_loss`).
///
/// Neither the loss nor the gradient overflows for great scores, as they do in PyTorch. The target may be integers of any type; it
/// has no gradient.
///
/// # Errors
/// If the shapes differ, a target of floats has another type than the output, a label is neither 1 nor −1 (PyTorch does not
/// look), or both are empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::soft_margin_loss;
/// let x = Tensor::new(&[1e4f32, 1e4], &Device::Cpu)?;
/// assert_eq!(soft_margin_loss(&x, Tensor::new(&[1f32, -1.], &Device::Cpu)?)?.item()?, 5000.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn soft_margin_loss(output: impl AsRef<Tensor>, target: impl AsRef<Tensor>) -> Result<Tensor> {
    soft_margin_loss_with(output, target, SoftMarginLossOptions::default())
}

/// [`soft_margin_loss`] with options.
///
/// # Errors
/// As for [`soft_margin_loss`]; the sum and the list of nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{soft_margin_loss_with, Reduction, SoftMarginLossOptions};
/// let x = Tensor::new(&[0f64, 0.], &Device::Cpu)?;
/// let sum = SoftMarginLossOptions::default().reduction(Reduction::Sum);
/// let loss = soft_margin_loss_with(&x, Tensor::new(&[1i64, -1], &Device::Cpu)?, sum)?;
/// assert!((loss.item()? - 2. * 2f64.ln()).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn soft_margin_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: SoftMarginLossOptions,
) -> Result<Tensor> {
    let [output, target] = &cast(SoftMargin::OP, [output.as_ref(), target.as_ref()])?;
    check_labelled(SoftMargin::OP, output, target, options.reduction)?;
    check_signs(SoftMargin::OP, output, target)?;
    Elementwise::of([output, target], options.reduction).run(SoftMargin)
}

loss_struct! {
    /// [`soft_margin_loss_with`] and its options (`torch.nn.SoftMarginLoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::SoftMarginLoss;
    /// let x = Tensor::new(&[0f64], &Device::Cpu)?;
    /// let loss = SoftMarginLoss::new().forward(&x, Tensor::new(&[1f64], &Device::Cpu)?)?;
    /// assert!((loss.item()? - 2f64.ln()).abs() < 1e-12);
    /// # Ok::<(), taper::Error>(())
    /// ```
    SoftMarginLoss, SoftMarginLossOptions, soft_margin_loss_with
}
