//! A training step that can't go on.

use crate::error::{Error, Result};
use crate::tensor::Tensor;

/// The value of a loss, which must be finite: called before `backward`, it keeps a NaN or an infinity out of the weights.
///
/// `loss` has one element; `step` is the number that the error names, as the training loop counts its steps.
///
/// # Errors
/// [`Error::NotFinite`] if the loss is NaN or infinite; as for [`Tensor::item`] if it has more than one element.
///
/// # Example
/// ```
/// use taper::prelude::*;
///
/// let net = sequential! { <[B, 2] -> [B, 1]> Linear(1) }.init(&Device::Cpu)?;
/// let mut optimizer = Sgd::new(net.parameters(), 0.1)?;
/// let (x, y) = (Tensor::new(&[[1f32, 2.]], &Device::Cpu)?, Tensor::new(&[[f32::NAN]], &Device::Cpu)?);
/// let mut train = |step| -> taper::Result<f64> {
///     let loss = mse_loss(net.forward(&x)?, &y)?;
///     let value = check_finite(&loss, step)?;
///     loss.backward()?;
///     optimizer.step()?;
///     Ok(value)
/// };
/// assert!(matches!(train(7), Err(taper::Error::NotFinite { step: 7, .. })));
/// # Ok::<(), taper::Error>(())
/// ```
pub fn check_finite(loss: impl AsRef<Tensor>, step: usize) -> Result<f64> {
    let loss = loss.as_ref().item()?;
    if loss.is_finite() {
        Ok(loss)
    } else {
        Err(Error::NotFinite { step, loss })
    }
}
