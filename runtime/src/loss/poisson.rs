//! `poisson_nll_loss`: counts against their expectations.

use std::f64::consts::TAU;

use candle_core::{Result as CandleResult, Tensor as Data};

use super::checks::{check_labelled, check_within, look_swapped, within, SWAPPED};
use super::elementwise::{Elementwise, Formula};
use super::{loss_struct, Reduction};
use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::tensor::autocast::cast;
use crate::tensor::{when, Tensor};

options! {
    /// The optional arguments of [`poisson_nll_loss_with`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::loss::PoissonNllLossOptions;
    /// assert_eq!(PoissonNllLossOptions::default().eps, 1e-8);
    /// ```
    PoissonNllLossOptions {
        /// Whether the output is the logarithm of the expectation. Default: true.
        log_input: bool = true,
        /// Whether Stirling's approximation of log y! is added where the target y is above 1. Default: false.
        full: bool = false,
        /// What is added to an expectation before its logarithm is taken, 0 or greater. Default: 1e-8.
        eps: f64 = 1e-8,
        /// What becomes of the losses of the single elements. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

struct Poisson {
    log_input: bool,
    full: bool,
    eps: f64,
}

impl Poisson {
    /// The logarithm of the expectation.
    fn log(&self, x: &Data) -> CandleResult<Data> {
        if self.log_input {
            Ok(x.clone())
        } else {
            (x + self.eps)?.log()
        }
    }
}

/// `term` where a count is above 1: elsewhere log y! is taken as 0.
fn where_many(y: &Data, term: &Data) -> CandleResult<Data> {
    y.gt(1.)?.where_cond(term, &term.zeros_like()?)
}

impl Formula<2> for Poisson {
    const OP: &'static str = "poisson_nll_loss";

    fn losses(&self, [x, y]: &[Data; 2]) -> CandleResult<Data> {
        let expected = if self.log_input { x.exp()? } else { x.clone() };
        let losses = (expected - (y * self.log(x)?)?)?;
        if !self.full {
            return Ok(losses);
        }
        let stirling = ((y * y.log()?)? - y)? + ((y * TAU)?.log()? * 0.5)?;
        losses + where_many(y, &stirling?)?
    }

    fn slopes(
        &self,
        [x, y]: &[Data; 2],
        [to_output, to_target]: [bool; 2],
    ) -> Result<[Option<Data>; 2]> {
        Ok([
            when(to_output, || {
                Ok(if self.log_input {
                    (x.exp()? - y)?
                } else {
                    (1. - (y / (x + self.eps)?)?)?
                })
            })?,
            when(to_target, || {
                let slope = self.log(x)?.neg()?;
                if !self.full {
                    return Ok(slope);
                }
                let stirling = (y.log()? + (y.recip()? * 0.5)?)?;
                Ok((slope + where_many(y, &stirling)?)?)
            })?,
        ])
    }
}

/// The mean negative log-likelihood of counts y whose expectations have the logarithms x, without the constant: eˣ − x·y
/// (`torch.nn.functional.poisson_nll_loss`).
///
/// The target may be integers of any type.
///
/// # Errors
/// If the shapes differ, a target of floats has another type than the output, the two look swapped, or both are empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::poisson_nll_loss;
/// let x = Tensor::new(&[0f32, 0.], &Device::Cpu)?;
/// assert_eq!(poisson_nll_loss(&x, Tensor::new(&[3u32, 0], &Device::Cpu)?)?.item()?, 1.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn poisson_nll_loss(output: impl AsRef<Tensor>, target: impl AsRef<Tensor>) -> Result<Tensor> {
    poisson_nll_loss_with(output, target, PoissonNllLossOptions::default())
}

/// [`poisson_nll_loss`] with options. Without `log_input` the outputs are the expectations themselves, and the loss is
/// x − y·log(x + `eps`). `full` adds y·log y − y + ½ log 2πy where y is above 1.
///
/// The gradient of a target of 0 is that of the rest where `full` adds nothing; PyTorch's is NaN.
///
/// # Errors
/// As for [`poisson_nll_loss`], and if `eps` is negative or not finite; the sum and the list of nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{poisson_nll_loss_with, PoissonNllLossOptions};
/// let x = Tensor::new(&[1f64], &Device::Cpu)?;
/// let options = PoissonNllLossOptions::default().log_input(false).eps(0);
/// assert_eq!(poisson_nll_loss_with(&x, Tensor::new(&[3f64], &Device::Cpu)?, options)?.item()?, 1.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn poisson_nll_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: PoissonNllLossOptions,
) -> Result<Tensor> {
    let (op, eps) = (Poisson::OP, options.eps);
    check_within(op, "eps", eps, within::ADDED)?;
    let [output, target] = &cast(op, [output.as_ref(), target.as_ref()])?;
    check_labelled(op, output, target, options.reduction)?;
    if look_swapped(output, target, |value| value >= 0. && value.fract() == 0.)? {
        let message = "the output has counts and needs no gradient, but the target does";
        return Err(Error::op(op, message).help(SWAPPED));
    }
    Elementwise::of([output, target], options.reduction).run(Poisson {
        log_input: options.log_input,
        full: options.full,
        eps,
    })
}

loss_struct! {
    /// [`poisson_nll_loss_with`] and its options (`torch.nn.PoissonNLLLoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::PoissonNllLoss;
    /// let x = Tensor::new(&[0f32], &Device::Cpu)?;
    /// let loss = PoissonNllLoss::new().forward(&x, Tensor::new(&[5f32], &Device::Cpu)?)?;
    /// assert_eq!(loss.item()?, 1.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    PoissonNllLoss, PoissonNllLossOptions, poisson_nll_loss_with
}
