//! The multi-label soft margin loss.

use super::compose::{reduce, wide};
use crate::error::{Error, Result};
use crate::loss::checks::check_output;
use crate::loss::{loss_struct, Reduction};
use crate::ops::compute::expect_dtype;
use crate::ops::operand::broadcast_shape;
use crate::ops::options::tensor_options;
use crate::ops::SoftplusOptions;
use crate::tensor::Tensor;

const OP: &str = "multilabel_soft_margin_loss";

tensor_options! {
    /// The optional arguments of [`multilabel_soft_margin_loss_with`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::loss::MultilabelSoftMarginLossOptions;
    /// assert!(MultilabelSoftMarginLossOptions::default().weight.is_none());
    /// ```
    MultilabelSoftMarginLossOptions {
        /// A factor for each class, of shape `[C]` or one that broadcasts to the output's. Default: none, all 1.
        weight: Option<Tensor> = None,
        /// What becomes of the losses of the single samples. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

/// The mean over samples of −Σ (y log σ(x) + (1 − y) log σ(−x)) / C over the C classes
/// (`torch.nn.functional.multilabel_soft_margin_loss`): the binary cross-entropy of scores (logits) x, averaged by class.
///
/// The classes lie along the last dimension, `[C]`, `[N, C]` or more; the target has the output's shape, with 1 where a
/// class is present and 0 where it is not, as integers of any type or as floats, which have a gradient too. Great scores
/// neither overflow nor vanish. Half types are computed in f32.
///
/// # Errors
/// If the shapes or the float types differ, the output is of integers, or the batch is empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::multilabel_soft_margin_loss;
/// let output = Tensor::new(&[[0f64, 1e4]], &Device::Cpu)?;
/// let loss = multilabel_soft_margin_loss(&output, Tensor::new(&[[1i64, 1]], &Device::Cpu)?)?;
/// assert_eq!(loss.item()?, 2f64.ln() / 2.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn multilabel_soft_margin_loss(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
) -> Result<Tensor> {
    multilabel_soft_margin_loss_with(output, target, MultilabelSoftMarginLossOptions::default())
}

/// [`multilabel_soft_margin_loss`] with options: the terms of the classes are multiplied by their weights, which have a
/// gradient.
///
/// # Errors
/// As for [`multilabel_soft_margin_loss`], and if the weights don't broadcast to the output's shape or have another type;
/// the sum and the list of nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{multilabel_soft_margin_loss_with, MultilabelSoftMarginLossOptions};
/// let output = Tensor::new(&[[0f64, 0.]], &Device::Cpu)?;
/// let options = MultilabelSoftMarginLossOptions::default().weight(Tensor::new(&[1f64, 3.], &Device::Cpu)?);
/// let loss = multilabel_soft_margin_loss_with(&output, output.zeros_like()?, options)?;
/// assert!((loss.item()? - 2. * 2f64.ln()).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn multilabel_soft_margin_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: MultilabelSoftMarginLossOptions,
) -> Result<Tensor> {
    let (output, target) = (output.as_ref(), target.as_ref());
    check_output(OP, output, target)?;
    check_target(output, target)?;
    let classes = check_classes(output)?;

    let x = wide(output)?;
    let present = target.to_dtype(x.dtype())?;
    let absent = (1.0 - &present)?;
    let mut losses = (present * log_one_plus_exp(&x.neg()?)?)?;
    losses = (losses + (absent * log_one_plus_exp(&x)?)?)?;
    if let Some(weight) = &options.weight {
        check_weight(output, weight)?;
        losses = losses.mul(wide(weight)?)?;
    }
    let losses = losses.sum(-1)?.div(classes as f64)?;
    reduce(OP, &losses, options.reduction, output.dtype())
}

/// log(1 + exp x), which is −log σ(−x). Softplus is x itself above its threshold; at PyTorch's 20 f64 would show it.
fn log_one_plus_exp(x: &Tensor) -> Result<Tensor> {
    x.softplus_with(SoftplusOptions::default().threshold(40))
}

fn check_target(output: &Tensor, target: &Tensor) -> Result<()> {
    if target.dtype().is_float() {
        expect_dtype(OP, output.dtype(), "target", target)?;
    }
    if target.dims() == output.dims() {
        return Ok(());
    }
    let message = format!(
        "the output has shape {:?}, the target {:?}; they are not broadcast",
        output.dims(),
        target.dims()
    );
    Err(Error::op(OP, message)
        .help("the target says of every class whether it is present, by 1 or 0"))
}

/// The number of classes.
fn check_classes(output: &Tensor) -> Result<usize> {
    match output.dims().last() {
        Some(&classes) if classes > 0 => Ok(classes),
        Some(_) => {
            let message = format!("no classes in an output of shape {:?}", output.dims());
            Err(Error::op(OP, message))
        }
        None => {
            let message = "expected scores of shape [C] or [N, …, C], but they have no dimensions";
            Err(Error::op(OP, message))
        }
    }
}

fn check_weight(output: &Tensor, weight: &Tensor) -> Result<()> {
    expect_dtype(OP, output.dtype(), "weight", weight)?;
    let shape = broadcast_shape(OP, &[output.shape(), weight.shape()]);
    if shape.is_ok_and(|shape| &shape == output.shape()) {
        return Ok(());
    }
    let message = format!(
        "expected a weight for each of {} classes, but `weight` has shape {:?}",
        output.dim(-1)?,
        weight.dims()
    );
    Err(Error::op(OP, message))
}

loss_struct! {
    /// [`multilabel_soft_margin_loss_with`] and its options (`torch.nn.MultiLabelSoftMarginLoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::MultiLabelSoftMarginLoss;
    /// let output = Tensor::new(&[0f64], &Device::Cpu)?;
    /// let loss = MultiLabelSoftMarginLoss::new().forward(&output, Tensor::new(&[1f64], &Device::Cpu)?)?;
    /// assert_eq!(loss.item()?, 2f64.ln());
    /// # Ok::<(), taper::Error>(())
    /// ```
    MultiLabelSoftMarginLoss, MultilabelSoftMarginLossOptions, multilabel_soft_margin_loss_with
}
