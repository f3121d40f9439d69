//! `gaussian_nll_loss`: samples against means and variances.

use std::f64::consts::TAU;

use candle_core::{Result as CandleResult, Tensor as Data};

use super::checks::{check_types, check_within, first_misfit, within};
use super::elementwise::{Elementwise, Formula};
use super::Reduction;
use crate::error::{Error, Result};
use crate::ops::compute::expect_dtype;
use crate::ops::operand::Value;
use crate::ops::options::options;
use crate::ops::Operand;
use crate::tensor::{when, Tensor};

options! {
    /// The optional arguments of [`gaussian_nll_loss_with`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::loss::GaussianNllLossOptions;
    /// assert_eq!(GaussianNllLossOptions::default().eps, 1e-6);
    /// ```
    GaussianNllLossOptions {
        /// Whether the constant ½ log 2π is added. Default: false.
        full: bool = false,
        /// Smaller variances are taken as this, greater than 0. Default: 1e-6.
        eps: f64 = 1e-6,
        /// What becomes of the losses of the single elements. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

/// Of mean, sample and variance.
struct Gaussian {
    full: bool,
    eps: f64,
}

impl Formula<3> for Gaussian {
    const OP: &'static str = "gaussian_nll_loss";

    fn losses(&self, [x, y, var]: &[Data; 3]) -> CandleResult<Data> {
        let var = var.maximum(self.eps)?;
        let constant = if self.full { 0.5 * TAU.ln() } else { 0. };
        (var.log()? + ((x - y)?.sqr()? / &var)?)?.affine(0.5, constant)
    }

    /// The variance's passes by `eps`, as in PyTorch: it is what would bring a variance that is too small back up.
    fn slopes(&self, [x, y, var]: &[Data; 3], needed: [bool; 3]) -> Result<[Option<Data>; 3]> {
        let [to_output, to_target, to_var] = needed;
        let var = var.maximum(self.eps)?;
        let difference = (x - y)?;
        Ok([
            when(to_output, || Ok((&difference / &var)?))?,
            when(to_target, || Ok((&difference / &var)?.neg()?))?,
            when(to_var, || {
                let share = (difference.sqr()? / &var)?;
                Ok((((1. - share)? / &var)? * 0.5)?)
            })?,
        ])
    }
}

/// The mean negative log-likelihood of samples y of normal distributions with means x and variances v, without the constant:
/// ½ (log v + (x − y)²/v) (`torch.nn.functional.gaussian_nll_loss`).
///
/// The target has the output's shape, or one with dimensions of size 1 in places. The variance is a number, or a tensor of the
/// output's shape, of the output's shape with one dimension of size 1, or of the output's shape without the last dimension.
///
/// # Errors
/// If a variance is negative, the shapes don't fit, the types differ, or the output is empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::gaussian_nll_loss;
/// let x = Tensor::new(&[[1f64, 2.]], &Device::Cpu)?;
/// let y = Tensor::new(&[[3f64, 2.]], &Device::Cpu)?;
/// assert_eq!(gaussian_nll_loss(&x, &y, 1.)?.item()?, 1.);
/// let var = Tensor::new(&[4f64], &Device::Cpu)?;
/// assert!((gaussian_nll_loss(&x, &y, &var)?.item()? - 0.5 * (4f64.ln() + 0.5)).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn gaussian_nll_loss(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    var: impl Operand,
) -> Result<Tensor> {
    gaussian_nll_loss_with(output, target, var, GaussianNllLossOptions::default())
}

/// [`gaussian_nll_loss`] with options. The variance v is the greater of `var` and `eps`; its gradient is as if it were `var`.
///
/// # Errors
/// As for [`gaussian_nll_loss`], and if `eps` is not a finite number greater than 0; the sum and the list of nothing are no
/// errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{gaussian_nll_loss_with, GaussianNllLossOptions};
/// let x = Tensor::new(&[1f64], &Device::Cpu)?;
/// let loss = gaussian_nll_loss_with(&x, &x, 1., GaussianNllLossOptions::default().full(true))?.item()?;
/// assert!((loss - 0.5 * std::f64::consts::TAU.ln()).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn gaussian_nll_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    var: impl Operand,
    options: GaussianNllLossOptions,
) -> Result<Tensor> {
    let (
        op,
        GaussianNllLossOptions {
            full,
            eps,
            reduction,
        },
    ) = (Gaussian::OP, options);
    check_within(op, "eps", eps, within::LEAST)?;
    let (output, target) = (output.as_ref(), target.as_ref());
    check_types(op, output, target)?;
    check_target_shape(output, target)?;
    reduction.check_count(op, output.dims())?;
    let var = match var.value() {
        Value::Tensor(var) => variance(output, var)?,
        Value::Int(var) | Value::Float(var) if var < 0. => {
            return Err(Error::argument(op, "var", var, "0 or greater"));
        }
        Value::Int(var) | Value::Float(var) => {
            Tensor::full((), var, output.dtype(), output.device())?
        }
    };
    Elementwise::of([output, target, &var], reduction).run(Gaussian { full, eps })
}

fn check_target_shape(output: &Tensor, target: &Tensor) -> Result<()> {
    let mut sizes = target.dims().iter().zip(output.dims());
    if target.rank() == output.rank() && sizes.all(|(&from, &to)| from == to || from == 1) {
        return Ok(());
    }
    let message = format!(
        "the output has shape {:?}, the target {:?}",
        output.dims(),
        target.dims()
    );
    let help = "the target has the output's shape, or that with dimensions of size 1";
    Err(Error::op(Gaussian::OP, message).help(help))
}

/// The variance in a shape that broadcasts to the output's.
fn variance(output: &Tensor, var: &Tensor) -> Result<Tensor> {
    let op = Gaussian::OP;
    expect_dtype(op, output.dtype(), "variance", var)?;
    if let Some(misfit) = first_misfit(var, |var| var.is_nan() || var >= 0.)? {
        return Err(misfit.refuse(op, "variance", "expected 0 or greater"));
    }
    let (sizes, shape) = (var.dims(), output.dims());
    if let Some((_, all_but_last)) = shape.split_last()
        && sizes == all_but_last
    {
        return var.unsqueeze(-1);
    }
    let others = sizes.iter().zip(shape).filter(|(var, out)| var != out);
    let others: Vec<usize> = others.map(|(&var, _)| var).collect();
    if sizes.len() == shape.len() && matches!(others.as_slice(), [] | [1]) {
        return Ok(var.clone());
    }
    let message = format!("the output has shape {shape:?}, the variance {sizes:?}");
    Err(Error::op(op, message).help(
        "the variance has the output's shape, or that with one dimension of size 1, or that without the last dimension",
    ))
}

/// [`gaussian_nll_loss_with`] and its options (`torch.nn.GaussianNLLLoss`).
///
/// ```
/// # use taper::{Device, Tensor};
/// use taper::loss::GaussianNllLoss;
/// let x = Tensor::new(&[1f32], &Device::Cpu)?;
/// let var = Tensor::new(&[1f32], &Device::Cpu)?;
/// assert_eq!(GaussianNllLoss::new().forward(&x, x.zeros_like()?, &var)?.item()?, 0.5);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct GaussianNllLoss {
    /// The options.
    pub options: GaussianNllLossOptions,
}

impl GaussianNllLoss {
    /// The loss with PyTorch's defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The loss with these options.
    pub fn new_with(options: GaussianNllLossOptions) -> Self {
        GaussianNllLoss { options }
    }

    /// The loss of an output, its target and its variance.
    ///
    /// # Errors
    /// Those of the function.
    pub fn forward(
        &self,
        output: impl AsRef<Tensor>,
        target: impl AsRef<Tensor>,
        var: impl Operand,
    ) -> Result<Tensor> {
        gaussian_nll_loss_with(output, target, var, self.options.clone())
    }
}
