//! The multi-class margin loss.

use candle_core::Tensor as Data;

use super::check::check_indices;
use super::rows::{positive_part, Rows};
use crate::error::{Error, Result};
use crate::loss::checks::check_output;
use crate::loss::{loss_struct, Reduction};
use crate::ops::options::tensor_options;
use crate::tensor::autocast::cast;
use crate::tensor::{total, Tensor};

const OP: &str = "multi_margin_loss";

tensor_options! {
    /// The optional arguments of [`multi_margin_loss_with`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::loss::MultiMarginLossOptions;
    /// assert_eq!(MultiMarginLossOptions::default().margin, 1.);
    /// ```
    MultiMarginLossOptions {
        /// The power of the hinges: 1 or 2. Default: 1.
        p: i64 = 1,
        /// By how much the score of the right class has to be above another to cost nothing. Default: 1.
        margin: f64 = 1.,
        /// A factor for each class, of shape `[C]`, by which the losses of its samples are multiplied. Default: none, all 1.
        weight: Option<Tensor> = None,
        /// What becomes of the losses of the single samples. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

/// The mean over samples of Σ max(0, 1 − x\[y\] + x\[j\]) / C over the classes j other than the target y
/// (`torch.nn.functional.multi_margin_loss`).
///
/// The output has shape `[C]` or `[N, C]`; the target has class indices of any integer type, of shape `[]` or `[N]`. At
/// the kinks the gradient is 0. A NaN in the output goes on to the loss; PyTorch passes over it.
///
/// # Errors
/// If a label is out of range, the shapes don't fit, the two look swapped, or the batch is empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::multi_margin_loss;
/// let output = Tensor::new(&[[0.1f64, 0.2, 0.4, 0.8]], &Device::Cpu)?;
/// let loss = multi_margin_loss(&output, Tensor::new(&[3u8], &Device::Cpu)?)?;
/// assert!((loss.item()? - (0.3 + 0.4 + 0.6) / 4.).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn multi_margin_loss(output: impl AsRef<Tensor>, target: impl AsRef<Tensor>) -> Result<Tensor> {
    multi_margin_loss_with(output, target, MultiMarginLossOptions::default())
}

/// [`multi_margin_loss`] with options: w\[y\] Σ max(0, margin − x\[y\] + x\[j\])ᵖ / C.
///
/// The weights have no gradient, as in PyTorch, and the mean divides by the number of samples whatever they are.
///
/// # Errors
/// As for [`multi_margin_loss`], if p is neither 1 nor 2, or there are not as many weights as classes; the sum and the list
/// of nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{multi_margin_loss_with, MultiMarginLossOptions};
/// let output = Tensor::new(&[[1f64, 0.], [0., 2.]], &Device::Cpu)?;
/// let weight = Tensor::new(&[1f64, 3.], &Device::Cpu)?;
/// let options = MultiMarginLossOptions::default().p(2).margin(3).weight(weight).reduction("none");
/// let losses = multi_margin_loss_with(&output, Tensor::new(&[0i64, 1], &Device::Cpu)?, options)?;
/// assert_eq!(losses.to_vec::<f64>()?, [4. / 2., 3. / 2.]);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn multi_margin_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: MultiMarginLossOptions,
) -> Result<Tensor> {
    let [output, target] = &cast(OP, [output.as_ref(), target.as_ref()])?;
    check_output(OP, output, target)?;
    check_indices(OP, target)?;
    let power = options.power()?;
    let rows = Rows::new(OP, output, options.reduction)?;
    check_target(target, &rows)?;
    let labels = rows.classes.labels(OP, target, None)?;
    let weight = rows.classes.weights(OP, output, options.weight.as_ref())?;

    let x = rows.scores(output)?;
    let at = rows.column(labels.into_iter().flatten(), &x)?;
    let of_class = weight.flatten_all()?.index_select(&at.flatten_all()?, 0)?;
    let factor = (of_class.reshape(at.shape())? / rows.classes.count as f64)?;
    let above = x.broadcast_sub(&x.gather(&at, 1)?)?;
    let hinges = positive_part(&above.affine(1., options.margin)?)?;
    let class = Data::arange(0u32, rows.classes.count as u32, x.device())?;
    let others = class.unsqueeze(0)?.broadcast_ne(&at)?;
    let hinges = others.where_cond(&hinges, &hinges.zeros_like()?)?;
    let losses = (total(&power.of(&hinges)?, &[1])? * &factor)?;
    rows.record(output, &losses, move |each| {
        let slope = power.slope(&hinges)?;
        let grad = slope.broadcast_mul(&(each * &factor)?)?;
        // The score of the right class is subtracted from all others.
        let own = total(&grad, &[1])?.neg()?;
        Ok(grad.scatter_add(&at, &own, 1)?)
    })
}

/// The power of a hinge.
#[derive(Clone, Copy)]
enum Power {
    One,
    Two,
}

impl Power {
    fn of(self, hinges: &Data) -> Result<Data> {
        match self {
            Power::One => Ok(hinges.clone()),
            Power::Two => Ok(hinges.sqr()?),
        }
    }

    fn slope(self, hinges: &Data) -> Result<Data> {
        match self {
            Power::One => Ok(hinges.gt(0.)?.to_dtype(hinges.dtype())?),
            Power::Two => Ok((hinges * 2.)?),
        }
    }
}

impl MultiMarginLossOptions {
    fn power(&self) -> Result<Power> {
        match self.p {
            1 => Ok(Power::One),
            2 => Ok(Power::Two),
            p => Err(Error::argument(OP, "p", p, "1 or 2")),
        }
    }
}

/// An error unless there is one class for each row.
fn check_target(target: &Tensor, rows: &Rows) -> Result<()> {
    let positions = &rows.classes.positions;
    if target.dims() == positions {
        return Ok(());
    }
    let message = format!(
        "expected a class index for each of {positions:?}, but the target has shape {:?}",
        target.dims()
    );
    let one_hot =
        target.rank() == positions.len() + 1 && target.dims().last() == Some(&rows.classes.count);
    Err(Error::op(OP, message).help(if one_hot {
        "a one-hot target becomes class indices by `argmax(-1)`; one with several classes goes with \
         `multilabel_margin_loss`"
    } else {
        "a dimension of size 1 is added by `unsqueeze` and taken away by `squeeze`"
    }))
}

loss_struct! {
    /// [`multi_margin_loss_with`] and its options (`torch.nn.MultiMarginLoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::MultiMarginLoss;
    /// let output = Tensor::new(&[[1f32, 0.5]], &Device::Cpu)?;
    /// let loss = MultiMarginLoss::new().forward(&output, Tensor::new(&[0u32], &Device::Cpu)?)?;
    /// assert_eq!(loss.item()?, 0.25);
    /// # Ok::<(), taper::Error>(())
    /// ```
    MultiMarginLoss, MultiMarginLossOptions, multi_margin_loss_with
}
