//! Losses of the difference d = output − target, element by element.

use candle_core::{Result as CandleResult, Tensor as Data};

use super::checks::{check_pair, check_weight};
use super::elementwise::{Elementwise, Formula};
use super::{loss_struct, Reduction};
use crate::error::Result;
use crate::kernels::elementwise::{zip, Zip};
use crate::kernels::Float;
use crate::ops::compute::{compute_dtype, has_kernels};
use crate::ops::options::tensor_options;
use crate::tensor::autocast::cast;
use crate::tensor::{when, Tensor};

/// A loss of the difference: its value and its slope, of a number, and of all in plain Candle operations for devices without kernels.
pub(super) trait Difference: Send + Sync + 'static {
    const OP: &'static str;

    fn loss<T: Float>(&self, d: T) -> T;

    fn slope<T: Float>(&self, d: T) -> T;

    fn plain_losses(&self, d: &Data) -> CandleResult<Data>;

    fn plain_slopes(&self, d: &Data) -> CandleResult<Data>;
}

/// The sign of a number, 0 of 0.
#[inline(always)]
pub(super) fn sign<T: Float>(x: T) -> T {
    let one_if = |yes| if yes { T::ONE } else { T::ZERO };
    one_if(x > T::ZERO) - one_if(x < T::ZERO)
}

/// The losses of output and target.
struct Losses<'a, D>(&'a D);

impl<D: Difference> Zip for Losses<'_, D> {
    #[inline(always)]
    fn call<T: Float>(&self, output: T, target: T) -> T {
        self.0.loss(output - target)
    }
}

/// Their slopes by the output.
struct Slopes<'a, D>(&'a D);

impl<D: Difference> Zip for Slopes<'_, D> {
    #[inline(always)]
    fn call<T: Float>(&self, output: T, target: T) -> T {
        self.0.slope(output - target)
    }
}

/// The formula of a [`Difference`], of output and target.
pub(super) struct Of<D>(pub(super) D);

impl<D: Difference> Formula<2> for Of<D> {
    const OP: &'static str = D::OP;

    fn losses(&self, [output, target]: &[Data; 2]) -> CandleResult<Data> {
        match has_kernels(output) {
            true => zip(&Losses(&self.0), output, target),
            false => self.0.plain_losses(&(output - target)?),
        }
    }

    fn slopes(
        &self,
        [output, target]: &[Data; 2],
        [to_output, to_target]: [bool; 2],
    ) -> Result<[Option<Data>; 2]> {
        let slopes = match has_kernels(output) {
            true => zip(&Slopes(&self.0), output, target)?,
            false => self.0.plain_slopes(&(output - target)?)?,
        };
        Ok([
            to_output.then(|| slopes.clone()),
            when(to_target, || Ok(slopes.neg()?))?,
        ])
    }
}

/// Checks and runs a loss of the difference. Its mean divides by the number of elements.
pub(super) fn plain<D: Difference>(
    difference: D,
    output: &Tensor,
    target: &Tensor,
    weight: Option<&Tensor>,
    reduction: Reduction,
) -> Result<Tensor> {
    let [output, target] = &cast(D::OP, [output, target])?;
    check_pair(D::OP, output, target, reduction)?;
    if let Some(weight) = weight {
        check_weight(D::OP, output, weight)?;
    }
    Elementwise::of([output, target], reduction)
        .weight(weight)
        .run(Of(difference))
}

/// [`plain`], but for a mean that divides by the sum of the weights.
fn averaged<D: Difference>(
    difference: D,
    output: &Tensor,
    target: &Tensor,
    weight: Option<&Tensor>,
    reduction: Reduction,
) -> Result<Tensor> {
    let (Some(weight), Reduction::Mean) = (weight, reduction) else {
        return plain(difference, output, target, weight, reduction);
    };
    let [output, target] = &cast(D::OP, [output, target])?;
    check_pair(D::OP, output, target, reduction)?;
    check_weight(D::OP, output, weight)?;
    let wide = |x: &Tensor| x.to_dtype(compute_dtype(output.dtype()));
    let weight = wide(weight)?;
    let sum = Elementwise::of([&wide(output)?, &wide(target)?], Reduction::Sum)
        .weight(Some(&weight))
        .run(Of(difference))?;
    sum.div(&weight.sum(())?)?.to_dtype(output.dtype())
}

struct Mse;

impl Difference for Mse {
    const OP: &'static str = "mse_loss";

    #[inline(always)]
    fn loss<T: Float>(&self, d: T) -> T {
        d * d
    }

    #[inline(always)]
    fn slope<T: Float>(&self, d: T) -> T {
        d + d
    }

    fn plain_losses(&self, d: &Data) -> CandleResult<Data> {
        d.sqr()
    }

    fn plain_slopes(&self, d: &Data) -> CandleResult<Data> {
        d * 2.
    }
}

struct L1;

impl Difference for L1 {
    const OP: &'static str = "l1_loss";

    #[inline(always)]
    fn loss<T: Float>(&self, d: T) -> T {
        d.abs()
    }

    #[inline(always)]
    fn slope<T: Float>(&self, d: T) -> T {
        sign(d)
    }

    fn plain_losses(&self, d: &Data) -> CandleResult<Data> {
        d.abs()
    }

    fn plain_slopes(&self, d: &Data) -> CandleResult<Data> {
        d.sign()
    }
}

tensor_options! {
    /// The optional arguments of [`mse_loss_with`].
    ///
    /// ```
    /// use taper::loss::{MseLossOptions, Reduction};
    /// assert_eq!(MseLossOptions::default().reduction, Reduction::Mean);
    /// ```
    MseLossOptions {
        /// What becomes of the losses of the single elements. Default: their mean.
        reduction: Reduction = Reduction::Mean,
        /// A factor for each element's loss, of the output's shape; the mean is then weighted. Default: none, all 1.
        weight: Option<Tensor> = None,
    }
}

tensor_options! {
    /// The optional arguments of [`l1_loss_with`].
    ///
    /// ```
    /// use taper::loss::{L1LossOptions, Reduction};
    /// assert_eq!(L1LossOptions::default().reduction, Reduction::Mean);
    /// ```
    L1LossOptions {
        /// What becomes of the losses of the single elements. Default: their mean.
        reduction: Reduction = Reduction::Mean,
        /// A factor for each element's loss, of the output's shape; the mean is then weighted. Default: none, all 1.
        weight: Option<Tensor> = None,
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

/// [`mse_loss`] with options. With weights w the loss of an element is w·(output − target)², and the mean divides the sum of
/// these by that of the weights.
///
/// # Errors
/// As for [`mse_loss`], and if the weight has another shape or type than the output; the sum and the list of nothing are no
/// errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{mse_loss_with, MseLossOptions, Reduction};
/// let x = Tensor::new(&[1f32, 3.], &Device::Cpu)?;
/// let options = MseLossOptions::default();
/// let sum = mse_loss_with(&x, x.zeros_like()?, options.clone().reduction(Reduction::Sum))?;
/// assert_eq!(sum.item()?, 10.);
/// let weight = Tensor::new(&[3f32, 1.], &Device::Cpu)?;
/// assert_eq!(mse_loss_with(&x, x.zeros_like()?, options.weight(weight))?.item()?, 3.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn mse_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: MseLossOptions,
) -> Result<Tensor> {
    let weight = options.weight.as_ref();
    averaged(
        Mse,
        output.as_ref(),
        target.as_ref(),
        weight,
        options.reduction,
    )
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

/// [`l1_loss`] with options. With weights w the loss of an element is w·|output − target|, and the mean divides the sum of
/// these by that of the weights.
///
/// # Errors
/// As for [`l1_loss`], and if the weight has another shape or type than the output; the sum and the list of nothing are no
/// errors.
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
    let weight = options.weight.as_ref();
    averaged(
        L1,
        output.as_ref(),
        target.as_ref(),
        weight,
        options.reduction,
    )
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
