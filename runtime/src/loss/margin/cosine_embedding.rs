//! The cosine embedding loss.

use super::check::{check_floats, shapes, Named};
use super::compose::{hinge, reduce, wide};
use crate::error::{Error, Result};
use crate::loss::{loss_struct, Reduction};
use crate::ops::operand::broadcast_shape;
use crate::ops::options::options;
use crate::ops::where_;
use crate::tensor::autocast::cast;
use crate::tensor::Tensor;

const OP: &str = "cosine_embedding_loss";

/// What PyTorch adds to the squared lengths, so that vectors of zeros divide nothing by 0.
const EPSILON: f64 = 1e-12;

options! {
    /// The optional arguments of [`cosine_embedding_loss_with`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::loss::CosineEmbeddingLossOptions;
    /// assert_eq!(CosineEmbeddingLossOptions::default().margin, 0.);
    /// ```
    CosineEmbeddingLossOptions {
        /// The cosine up to which vectors that should differ cost nothing, from −1 to 1. Default: 0.
        margin: f64 = 0.,
        /// What becomes of the losses of the single pairs. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

/// The mean over pairs of vectors of 1 − cos(x₁, x₂) where the target is 1, and of max(0, cos(x₁, x₂)) where it is −1
/// (`torch.nn.functional.cosine_embedding_loss`).
///
/// The inputs have shape `[N, D]` and the target `[N]`, or `[D]` and `[]` for one pair; both are broadcast. The target has
/// any type; pairs for which it is neither 1 nor −1 cost nothing, as in PyTorch. Half types are computed in f32. At
/// cos = 0 the gradient of max is 0.
///
/// # Errors
/// If the shapes don't fit, the inputs are of integers or of two types, or the batch is empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::cosine_embedding_loss;
/// let x = Tensor::new(&[[3f64, 4.], [1., 0.]], &Device::Cpu)?;
/// let y = Tensor::new(&[[4f64, 0.], [2., 0.]], &Device::Cpu)?;
/// let loss = cosine_embedding_loss(&x, &y, Tensor::new(&[1i64, -1], &Device::Cpu)?)?;
/// assert!((loss.item()? - (0.4 + 1.) / 2.).abs() < 1e-9);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn cosine_embedding_loss(
    input1: impl AsRef<Tensor>,
    input2: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
) -> Result<Tensor> {
    cosine_embedding_loss_with(
        input1,
        input2,
        target,
        CosineEmbeddingLossOptions::default(),
    )
}

/// [`cosine_embedding_loss`] with options: where the target is −1, max(0, cos(x₁, x₂) − margin).
///
/// # Errors
/// As for [`cosine_embedding_loss`]; the sum and the list of nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{cosine_embedding_loss_with, CosineEmbeddingLossOptions};
/// let x = Tensor::new(&[3f64, 4.], &Device::Cpu)?;
/// let y = Tensor::new(&[2f64, 0.], &Device::Cpu)?;
/// let options = CosineEmbeddingLossOptions::default().margin(0.5);
/// let loss = cosine_embedding_loss_with(&x, &y, Tensor::new(-1i64, &Device::Cpu)?, options)?;
/// assert!((loss.item()? - 0.1).abs() < 1e-9);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn cosine_embedding_loss_with(
    input1: impl AsRef<Tensor>,
    input2: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: CosineEmbeddingLossOptions,
) -> Result<Tensor> {
    let cast = cast(OP, [input1.as_ref(), input2.as_ref(), target.as_ref()])?;
    let [input1, input2, target] = [&*cast[0], &*cast[1], &*cast[2]];
    let inputs = [("input1", input1), ("input2", input2)];
    check_floats(OP, &inputs, Some(target))?;
    check_shapes(&inputs, target)?;

    let (x, y) = (wide(input1)?, wide(input2)?);
    let lengths = (squared(&x)? * squared(&y)?)?.sqrt()?;
    let cosine = x.mul(&y)?.sum(-1)?.div(lengths)?;
    let apart = hinge(&cosine.sub(options.margin)?)?;
    let target = target.to_dtype(cosine.dtype())?;
    let losses = where_(
        target.eq(1)?,
        (1.0 - &cosine)?,
        where_(target.eq(-1)?, apart, 0.0)?,
    )?;
    reduce(OP, &losses, options.reduction, input1.dtype())
}

/// The squared lengths of vectors, never 0.
fn squared(x: &Tensor) -> Result<Tensor> {
    x.square()?.sum(-1)?.add(EPSILON)
}

/// An error unless there is a number of the target for each pair of vectors.
fn check_shapes(inputs: &[Named<'_>; 2], target: &Tensor) -> Result<()> {
    let wanted = match target.rank() {
        0 => "[D]",
        1 => "[N, D]",
        _ => {
            let message = format!(
                "expected a target of shape [N] or [], but it has shape {:?}",
                target.dims()
            );
            return Err(Error::op(OP, message).help("`squeeze` the dimensions of size 1"));
        }
    };
    if inputs.iter().any(|(_, x)| x.rank() != target.rank() + 1) {
        let message = format!(
            "a target of shape {:?} goes with inputs of shape {wanted}, but {}",
            target.dims(),
            shapes(inputs)
        );
        return Err(Error::op(OP, message));
    }
    let pairs = broadcast_shape(OP, &inputs.map(|(_, x)| x.shape()))?;
    let pairs = pairs.dims()[..target.rank()].into();
    broadcast_shape(OP, &[&pairs, target.shape()])?;
    Ok(())
}

loss_struct! {
    /// [`cosine_embedding_loss_with`] and its options (`torch.nn.CosineEmbeddingLoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::CosineEmbeddingLoss;
    /// let x = Tensor::new(&[[1f64, 0.]], &Device::Cpu)?;
    /// let y = Tensor::new(&[[0f64, 2.]], &Device::Cpu)?;
    /// let loss = CosineEmbeddingLoss::new().forward(&x, &y, Tensor::new(&[1f64], &Device::Cpu)?)?;
    /// assert_eq!(loss.item()?, 1.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    CosineEmbeddingLoss, CosineEmbeddingLossOptions, cosine_embedding_loss_with(input1, input2, target)
}
