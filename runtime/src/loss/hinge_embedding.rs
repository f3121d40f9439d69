//! `hinge_embedding_loss`: distances of pairs that belong together, 1, or don't, −1.

use candle_core::{Result as CandleResult, Tensor as Data};

use super::checks::{check_labelled, check_signs};
use super::elementwise::{Elementwise, Formula};
use super::{loss_struct, Reduction};
use crate::error::Result;
use crate::ops::options::options;
use crate::tensor::autocast::cast;
use crate::tensor::{when, Tensor};

options! {
    /// The optional arguments of [`hinge_embedding_loss_with`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::loss::HingeEmbeddingLossOptions;
    /// assert_eq!(HingeEmbeddingLossOptions::default().margin, 1.);
    /// ```
    HingeEmbeddingLossOptions {
        /// How far apart pairs that don't belong together should be. Default: 1.
        margin: f64 = 1.,
        /// What becomes of the losses of the single elements. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

struct HingeEmbedding {
    margin: f64,
}

impl Formula<2> for HingeEmbedding {
    const OP: &'static str = "hinge_embedding_loss";

    fn losses(&self, [x, y]: &[Data; 2]) -> CandleResult<Data> {
        let short = (self.margin - x)?.maximum(0.)?;
        y.eq(1.)?.where_cond(x, &short)
    }

    fn slopes(&self, [x, y]: &[Data; 2], [to_output, _]: [bool; 2]) -> Result<[Option<Data>; 2]> {
        let to_output = when(to_output, || {
            let short = (self.margin - x)?.gt(0.)?.to_dtype(x.dtype())?;
            Ok(y.eq(1.)?.where_cond(&x.ones_like()?, &short.neg()?)?)
        })?;
        Ok([to_output, None])
    }
}

/// The mean of x where the label is 1, and of max(0, 1 − x) where it is −1, for distances x
/// (`torch.nn.functional.hinge_embedding_loss`); where x is the margin the gradient is 0.
///
/// The target may be integers of any type; it has no gradient.
///
/// # Errors
/// If the shapes differ, a target of floats has another type than the output, a label is neither 1 nor −1 (PyTorch adds both
/// terms up), or both are empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::hinge_embedding_loss;
/// let x = Tensor::new(&[3f32, 0.5], &Device::Cpu)?;
/// assert_eq!(hinge_embedding_loss(&x, Tensor::new(&[1f32, -1.], &Device::Cpu)?)?.item()?, 1.75);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn hinge_embedding_loss(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
) -> Result<Tensor> {
    hinge_embedding_loss_with(output, target, HingeEmbeddingLossOptions::default())
}

/// [`hinge_embedding_loss`] with options: max(0, `margin` − x) where the label is −1.
///
/// # Errors
/// As for [`hinge_embedding_loss`]; the sum and the list of nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{hinge_embedding_loss_with, HingeEmbeddingLossOptions};
/// let x = Tensor::new(&[3f32, 0.5], &Device::Cpu)?;
/// let target = Tensor::new(&[1i64, -1], &Device::Cpu)?;
/// let loss = hinge_embedding_loss_with(&x, &target, HingeEmbeddingLossOptions::default().margin(2))?;
/// assert_eq!(loss.item()?, 2.25);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn hinge_embedding_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: HingeEmbeddingLossOptions,
) -> Result<Tensor> {
    let op = HingeEmbedding::OP;
    let HingeEmbeddingLossOptions { margin, reduction } = options;
    let [output, target] = &cast(op, [output.as_ref(), target.as_ref()])?;
    check_labelled(op, output, target, reduction)?;
    check_signs(op, output, target)?;
    Elementwise::of([output, target], reduction).run(HingeEmbedding { margin })
}

loss_struct! {
    /// [`hinge_embedding_loss_with`] and its options (`torch.nn.HingeEmbeddingLoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::HingeEmbeddingLoss;
    /// let x = Tensor::new(&[0.25f32], &Device::Cpu)?;
    /// let loss = HingeEmbeddingLoss::new().forward(&x, Tensor::new(&[-1f32], &Device::Cpu)?)?;
    /// assert_eq!(loss.item()?, 0.75);
    /// # Ok::<(), taper::Error>(())
    /// ```
    HingeEmbeddingLoss, HingeEmbeddingLossOptions, hinge_embedding_loss_with
}
