//! `nll_loss`: logarithms of probabilities against classes.

use super::checks::{check_output, SWAPPED};
use super::classes::Classes;
use super::positions::{weights_of, Positions};
use super::{loss_struct, Reduction};
use crate::error::{Error, Result};
use crate::ops::compute::dense;
use crate::ops::options::tensor_options;
use crate::tensor::autocast::cast;
use crate::tensor::{when, Tensor};

tensor_options! {
    /// The optional arguments of [`nll_loss_with`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::loss::NllLossOptions;
    /// assert_eq!(NllLossOptions::default().ignore_index, -100);
    /// ```
    NllLossOptions {
        /// A factor for each class, of shape `[C]`; the mean is then weighted. Default: none, all 1.
        weight: Option<Tensor> = None,
        /// The label of positions that don't count. Default: −100.
        ignore_index: i64 = -100,
        /// What becomes of the losses of the single positions. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

const OP: &str = "nll_loss";

/// The mean negative log-likelihood of classes y, from logarithms of probabilities x: −x\[y\]
/// (`torch.nn.functional.nll_loss`).
///
/// The output, of `log_softmax`, has shape `[C]`, `[N, C]` or `[N, C, d1, …]`; the target has class indices, integers of any
/// type and of the output's shape without C. If all positions are ignored, the mean is NaN, as in PyTorch.
///
/// # Errors
/// If a label is out of range, the shapes don't fit, the target has floats, the two look swapped, or the batch is empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::nll_loss;
/// let output = Tensor::new(&[[-1f32, -2., -3.]], &Device::Cpu)?;
/// assert_eq!(nll_loss(&output, Tensor::new(&[2u8], &Device::Cpu)?)?.item()?, 3.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn nll_loss(output: impl AsRef<Tensor>, target: impl AsRef<Tensor>) -> Result<Tensor> {
    nll_loss_with(output, target, NllLossOptions::default())
}

/// [`nll_loss`] with options. With class weights w the loss of a position is −w\[y\] x\[y\], and the mean divides the sum by
/// that of the `w[y]` that count.
///
/// # Errors
/// As for [`nll_loss`], and if the weight has another shape or type than the classes, or needs a gradient; the sum and the list of
/// nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{nll_loss_with, NllLossOptions};
/// let output = Tensor::new(&[[-1f32, -2.], [-3., -4.], [-5., -6.]], &Device::Cpu)?;
/// let target = Tensor::new(&[0i64, 1, 9], &Device::Cpu)?;
/// let options = NllLossOptions::default()
///     .weight(Tensor::new(&[1f32, 3.], &Device::Cpu)?)
///     .ignore_index(9);
/// assert_eq!(nll_loss_with(&output, &target, options)?.item()?, (1. + 3. * 4.) / (1. + 3.));
/// # Ok::<(), taper::Error>(())
/// ```
pub fn nll_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: NllLossOptions,
) -> Result<Tensor> {
    let [output, target] = &cast(OP, [output.as_ref(), target.as_ref()])?;
    check_output(OP, output, target)?;
    let classes = Classes::of(OP, output)?;
    check_target(output, target, &classes)?;
    options.reduction.check_count(OP, &classes.positions)?;
    let weights = classes.weights(OP, output, options.weight.as_ref())?;
    let labels = classes.labels(OP, target, Some(options.ignore_index))?;
    let of_label = weights_of(&labels, &weights)?;
    let denominator: f64 = of_label.iter().sum();

    let rows = classes.rows_of(&dense(output.as_candle())?)?;
    let (shape, dtype) = (rows.shape().clone(), rows.dtype());
    let positions = Positions::of(output, classes, options.reduction);
    let at = positions.indices(&labels)?;
    let slope = positions.column(of_label.iter().map(|weight| -weight))?;
    let losses = positions.counted((rows.gather(&at, 1)? * &slope)?, &labels)?;
    let loss = positions.reduce(&losses, denominator)?;
    Ok(Tensor::record(OP, loss, [output], move |grad, [needed]| {
        let gradient = || {
            let each = positions.spread(grad, denominator)?;
            let none = candle_core::Tensor::zeros(&shape, dtype, grad.device())?;
            positions.restore(&none.scatter_add(&at, &(each * &slope)?, 1)?)
        };
        Ok([when(needed, gradient)?])
    }))
}

fn check_target(output: &Tensor, target: &Tensor, classes: &Classes) -> Result<()> {
    if !target.dtype().is_float() {
        return Ok(());
    }
    let message = format!(
        "expected class indices, but the target has type {:?}",
        target.dtype()
    );
    let seen_as_output = Classes::of(OP, target).map(|classes| classes.positions);
    Err(
        Error::op(OP, message).help(if target.shape() == output.shape() {
            "`cross_entropy` takes probabilities as targets, and scores as outputs"
        } else if target.dims() != classes.positions
            && seen_as_output.is_ok_and(|positions| positions == output.dims())
        {
            SWAPPED
        } else {
            "convert the target with `to_dtype(DType::I64)`"
        }),
    )
}

loss_struct! {
    /// [`nll_loss_with`] and its options (`torch.nn.NLLLoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::NllLoss;
    /// let output = Tensor::new(&[[-1f32, -2.]], &Device::Cpu)?;
    /// assert_eq!(NllLoss::new().forward(&output, Tensor::new(&[1u32], &Device::Cpu)?)?.item()?, 2.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    NllLoss, NllLossOptions, nll_loss_with
}
