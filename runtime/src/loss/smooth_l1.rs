//! `smooth_l1_loss`: a parabola around 0, straight lines outside.

use candle_core::{Result as CandleResult, Tensor as Data};

use super::checks::{check_within, within};
use super::difference::{plain, sign, Difference};
use super::{loss_struct, Reduction};
use crate::error::Result;
use crate::kernels::Float;
use crate::ops::options::options;
use crate::tensor::Tensor;

options! {
    /// The optional arguments of [`smooth_l1_loss_with`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::loss::SmoothL1LossOptions;
    /// assert_eq!(SmoothL1LossOptions::default().beta, 1.);
    /// ```
    SmoothL1LossOptions {
        /// What becomes of the losses of the single elements. Default: their mean.
        reduction: Reduction = Reduction::Mean,
        /// Where the parabola ends, 0 or greater; with 0 there is none, and the loss is that of `l1_loss`. Default: 1.
        beta: f64 = 1.,
    }
}

struct SmoothL1 {
    beta: f64,
}

impl Difference for SmoothL1 {
    const OP: &'static str = "smooth_l1_loss";

    #[inline(always)]
    fn loss<T: Float>(&self, d: T) -> T {
        let (size, beta, half) = (d.abs(), T::of(self.beta), T::of(0.5));
        if size < beta {
            d * d * half / beta
        } else {
            size - half * beta
        }
    }

    #[inline(always)]
    fn slope<T: Float>(&self, d: T) -> T {
        let beta = T::of(self.beta);
        if d.abs() >= beta {
            sign(d)
        } else {
            d / beta
        }
    }

    fn plain_losses(&self, d: &Data) -> CandleResult<Data> {
        let size = d.abs()?;
        if self.beta == 0. {
            return Ok(size);
        }
        let inner = ((d.sqr()? * 0.5)? / self.beta)?;
        size.lt(self.beta)?
            .where_cond(&inner, &(size - 0.5 * self.beta)?)
    }

    fn plain_slopes(&self, d: &Data) -> CandleResult<Data> {
        if self.beta == 0. {
            return d.sign();
        }
        d.abs()?
            .ge(self.beta)?
            .where_cond(&d.sign()?, &(d / self.beta)?)
    }
}

/// The mean of d²/2 where d = output − target is below 1, and of |d| − ½ elsewhere (`torch.nn.functional.smooth_l1_loss`).
///
/// # Errors
/// If the shapes or types differ (PyTorch warns and broadcasts), the output is of integers, or both are empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::smooth_l1_loss;
/// let x = Tensor::new(&[0.5f32, -3.], &Device::Cpu)?;
/// assert_eq!(smooth_l1_loss(&x, x.zeros_like()?)?.item()?, (0.125 + 2.5) / 2.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn smooth_l1_loss(output: impl AsRef<Tensor>, target: impl AsRef<Tensor>) -> Result<Tensor> {
    smooth_l1_loss_with(output, target, SmoothL1LossOptions::default())
}

/// [`smooth_l1_loss`] with options: d²/(2·`beta`) where |d| is below `beta`, and |d| − `beta`/2 elsewhere.
///
/// # Errors
/// As for [`smooth_l1_loss`], and if `beta` is negative or NaN; the sum and the list of nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{smooth_l1_loss_with, SmoothL1LossOptions};
/// let x = Tensor::new(&[1f32, -3.], &Device::Cpu)?;
/// let loss = smooth_l1_loss_with(&x, x.zeros_like()?, SmoothL1LossOptions::default().beta(2))?;
/// assert_eq!(loss.item()?, (0.25 + 2.) / 2.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn smooth_l1_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: SmoothL1LossOptions,
) -> Result<Tensor> {
    let SmoothL1LossOptions { reduction, beta } = options;
    check_within(SmoothL1::OP, "beta", beta, within::BETA)?;
    plain(
        SmoothL1 { beta },
        output.as_ref(),
        target.as_ref(),
        None,
        reduction,
    )
}

loss_struct! {
    /// [`smooth_l1_loss_with`] and its options (`torch.nn.SmoothL1Loss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::SmoothL1Loss;
    /// let x = Tensor::new(&[2f32], &Device::Cpu)?;
    /// assert_eq!(SmoothL1Loss::new().forward(&x, x.zeros_like()?)?.item()?, 1.5);
    /// # Ok::<(), taper::Error>(())
    /// ```
    SmoothL1Loss, SmoothL1LossOptions, smooth_l1_loss_with
}
