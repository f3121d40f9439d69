//! Losses of the difference d = output − target, element by element.

use candle_core::Tensor as Data;

use super::{loss_struct, Reduction};
use crate::error::{Error, Result};
use crate::ops::compute::{compute_dtype, dense};
use crate::ops::options::options;
use crate::tensor::autocast::cast;
use crate::tensor::{when, Tensor};

/// A loss of the difference: its value and its slope.
struct OfDifference {
    op: &'static str,
    value: fn(&Data) -> candle_core::Result<Data>,
    slope: fn(&Data) -> candle_core::Result<Data>,
}

const MSE: OfDifference = OfDifference {
    op: "mse_loss",
    value: Data::sqr,
    slope: |d| d * 2.,
};

const L1: OfDifference = OfDifference {
    op: "l1_loss",
    value: Data::abs,
    slope: Data::sign,
};

impl OfDifference {
    fn run(&self, output: &Tensor, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
        let [output, target] = cast(self.op, [output, target])?;
        let (output, target) = (&*output, &*target);
        check_pair(self.op, output, target)?;
        reduction.check_count(self.op, output.dims())?;
        let difference = (dense(output.as_candle())? - dense(target.as_candle())?)?;
        let count = output.elem_count() as f64;
        let loss = reduction.apply((self.value)(&difference)?, count)?;
        let (dtype, slope) = (output.dtype(), self.slope);
        let inputs = [output, target];
        Ok(Tensor::record(
            self.op,
            loss.to_dtype(dtype)?,
            inputs,
            move |grad, [to_output, to_target]| {
                let each = reduction.spread(&grad.to_dtype(compute_dtype(dtype))?, count)?;
                let grad = slope(&difference)?.broadcast_mul(&each)?.to_dtype(dtype)?;
                Ok([
                    to_output.then(|| grad.clone()),
                    when(to_target, || Ok(grad.neg()?))?,
                ])
            },
        ))
    }
}

/// An error unless both are floats of one type and shape.
fn check_pair(op: &'static str, output: &Tensor, target: &Tensor) -> Result<()> {
    let (out, tgt) = (output.dtype(), target.dtype());
    if !out.is_float() {
        let message = format!("expected an output of floats, but it has type {out:?}");
        return Err(Error::op(op, message).help(if tgt.is_float() {
            "output and target look swapped: the output comes first"
        } else {
            "convert it with `to_dtype`"
        }));
    }
    if out != tgt {
        let message = format!("the output has type {out:?}, the target {tgt:?}");
        return Err(Error::op(op, message).help("convert the target with `to_dtype`"));
    }
    if output.shape() != target.shape() {
        let message = format!(
            "the output has shape {:?}, the target {:?}; they are not broadcast",
            output.dims(),
            target.dims()
        );
        return Err(Error::op(op, message)
            .help("a dimension of size 1 is added by `unsqueeze` and taken away by `squeeze`"));
    }
    Ok(())
}

options! {
    /// The optional arguments of [`mse_loss_with`].
    ///
    /// ```
    /// use taper::loss::{MseLossOptions, Reduction};
    /// assert_eq!(MseLossOptions::default().reduction, Reduction::Mean);
    /// ```
    MseLossOptions {
        /// What becomes of the losses of the single elements. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

options! {
    /// The optional arguments of [`l1_loss_with`].
    ///
    /// ```
    /// use taper::loss::{L1LossOptions, Reduction};
    /// assert_eq!(L1LossOptions::default().reduction, Reduction::Mean);
    /// ```
    L1LossOptions {
        /// What becomes of the losses of the single elements. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

/// The mean of the squared differences, (output − target)² (`torch.nn.functional.mse_loss`).
///
/// # Errors
/// If the shapes or types differ (PyTorch warns and broadcasts), the output is of integers, or both are empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::mse_loss;
/// let x = Tensor::new(&[1f64, 2., 3.], &Device::Cpu)?;
/// let y = Tensor::new(&[1f64, 2., 5.], &Device::Cpu)?;
/// assert_eq!(mse_loss(&x, &y)?.item()?, 4. / 3.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn mse_loss(output: impl AsRef<Tensor>, target: impl AsRef<Tensor>) -> Result<Tensor> {
    mse_loss_with(output, target, MseLossOptions::default())
}

/// [`mse_loss`] with options.
///
/// # Errors
/// As for [`mse_loss`]; the sum and the list of nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{mse_loss_with, MseLossOptions, Reduction};
/// let x = Tensor::new(&[1f32, 3.], &Device::Cpu)?;
/// let loss = mse_loss_with(&x, &x.zeros_like()?, MseLossOptions::default().reduction(Reduction::Sum))?;
/// assert_eq!(loss.item()?, 10.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn mse_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: MseLossOptions,
) -> Result<Tensor> {
    MSE.run(output.as_ref(), target.as_ref(), options.reduction)
}

/// The mean of the absolute differences, |output − target| (`torch.nn.functional.l1_loss`); at 0 the gradient is 0.
///
/// # Errors
/// As for [`mse_loss`].
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::l1_loss;
/// let x = Tensor::new(&[1f64, 2., 3.], &Device::Cpu)?;
/// let y = Tensor::new(&[1f64, 2., 5.], &Device::Cpu)?;
/// assert_eq!(l1_loss(&x, &y)?.item()?, 2. / 3.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn l1_loss(output: impl AsRef<Tensor>, target: impl AsRef<Tensor>) -> Result<Tensor> {
    l1_loss_with(output, target, L1LossOptions::default())
}

/// [`l1_loss`] with options.
///
/// # Errors
/// As for [`l1_loss`]; the sum and the list of nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{l1_loss_with, L1LossOptions, Reduction};
/// let x = Tensor::new(&[1f32, -3.], &Device::Cpu)?;
/// let loss = l1_loss_with(&x, &x.zeros_like()?, L1LossOptions::default().reduction(Reduction::Sum))?;
/// assert_eq!(loss.item()?, 4.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn l1_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: L1LossOptions,
) -> Result<Tensor> {
    L1.run(output.as_ref(), target.as_ref(), options.reduction)
}

loss_struct! {
    /// [`mse_loss_with`] and its options (`torch.nn.MSELoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::MseLoss;
    /// let x = Tensor::new(&[2f32], &Device::Cpu)?;
    /// assert_eq!(MseLoss::new().forward(&x, x.zeros_like()?)?.item()?, 4.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    MseLoss, MseLossOptions, mse_loss_with
}

loss_struct! {
    /// [`l1_loss_with`] and its options (`torch.nn.L1Loss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::L1Loss;
    /// let x = Tensor::new(&[-2f32], &Device::Cpu)?;
    /// assert_eq!(L1Loss::new().forward(&x, x.zeros_like()?)?.item()?, 2.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    L1Loss, L1LossOptions, l1_loss_with
}
