//! `huber_loss`: a parabola around 0, its tangents outside.

use candle_core::{Result as CandleResult, Tensor as Data};

use super::checks::{check_within, within};
use super::difference::{plain, sign, Difference};
use super::{loss_struct, Reduction};
use crate::error::Result;
use crate::kernels::Float;
use crate::ops::options::tensor_options;
use crate::tensor::autocast::cast;
use crate::tensor::Tensor;

tensor_options! {
    /// The optional arguments of [`huber_loss_with`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::loss::HuberLossOptions;
    /// assert_eq!(HuberLossOptions::default().delta, 1.);
    /// ```
    HuberLossOptions {
        /// What becomes of the losses of the single elements. Default: their mean.
        reduction: Reduction = Reduction::Mean,
        /// Where the parabola ends, greater than 0. Default: 1.
        delta: f64 = 1.,
        /// A factor for each element's loss, of the output's shape. Default: none, all 1.
        weight: Option<Tensor> = None,
    }
}

struct Huber {
    delta: f64,
}

impl Difference for Huber {
    const OP: &'static str = "huber_loss";

    #[inline(always)]
    fn loss<T: Float>(&self, d: T) -> T {
        let (size, delta, half) = (d.abs(), T::of(self.delta), T::of(0.5));
        if size <= delta {
            d * d * half
        } else {
            (size - half * delta) * delta
        }
    }

    #[inline(always)]
    fn slope<T: Float>(&self, d: T) -> T {
        let delta = T::of(self.delta);
        if d.abs() >= delta {
            sign(d) * delta
        } else {
            d
        }
    }

    fn plain_losses(&self, d: &Data) -> CandleResult<Data> {
        let size = d.abs()?;
        let outer = ((&size - 0.5 * self.delta)? * self.delta)?;
        size.le(self.delta)?.where_cond(&(d.sqr()? * 0.5)?, &outer)
    }

    fn plain_slopes(&self, d: &Data) -> CandleResult<Data> {
        d.abs()?
            .ge(self.delta)?
            .where_cond(&(d.sign()? * self.delta)?, d)
    }
}

/// The mean of d²/2 where d = output − target is at most 1, and of |d| − ½ elsewhere (`torch.nn.functional.huber_loss`).
///
/// # Errors
/// If the shapes or types differ (PyTorch warns and broadcasts), the output is of integers, or both are empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::huber_loss;
/// let x = Tensor::new(&[0.5f32, -3.], &Device::Cpu)?;
/// assert_eq!(huber_loss(&x, x.zeros_like()?)?.item()?, (0.125 + 2.5) / 2.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn huber_loss(output: impl AsRef<Tensor>, target: impl AsRef<Tensor>) -> Result<Tensor> {
    huber_loss_with(output, target, HuberLossOptions::default())
}

/// [`huber_loss`] with options: d²/2 where |d| is at most `delta`, and `delta`·(|d| − `delta`/2) elsewhere, times the
/// weight. As in PyTorch, but not as in [`mse_loss_with`](super::mse_loss_with), the mean divides by the number of elements
/// with weights, too.
///
/// # Errors
/// As for [`huber_loss`], and if `delta` is not greater than 0, or the weight has another shape or type than the output; the
/// sum and the list of nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{huber_loss_with, HuberLossOptions};
/// let x = Tensor::new(&[1f32, -3.], &Device::Cpu)?;
/// let loss = huber_loss_with(&x, x.zeros_like()?, HuberLossOptions::default().delta(2))?;
/// assert_eq!(loss.item()?, (0.5 + 4.) / 2.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn huber_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: HuberLossOptions,
) -> Result<Tensor> {
    let HuberLossOptions {
        reduction,
        delta,
        weight,
    } = options;
    check_within(Huber::OP, "delta", delta, within::DELTA)?;
    let [output, target] = &cast(Huber::OP, [output.as_ref(), target.as_ref()])?;
    plain(Huber { delta }, output, target, weight.as_ref(), reduction)
}

loss_struct! {
    /// [`huber_loss_with`] and its options (`torch.nn.HuberLoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::HuberLoss;
    /// let x = Tensor::new(&[2f32], &Device::Cpu)?;
    /// assert_eq!(HuberLoss::new().forward(&x, x.zeros_like()?)?.item()?, 1.5);
    /// # Ok::<(), taper::Error>(())
    /// ```
    HuberLoss, HuberLossOptions, huber_loss_with
}
