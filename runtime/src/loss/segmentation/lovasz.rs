//! The Lovász losses, which follow the Jaccard index itself.

use candle_core::Tensor as Data;

use super::groups::checked_weights;
use super::masks::{check_unit, Masks};
use crate::error::{Error, Result};
use crate::kernels::Lovasz;
use crate::loss::reduction::unknown;
use crate::loss::{loss_struct, Reduction};
use crate::ops::compute::dense;
use crate::ops::options::tensor_options;
use crate::tensor::{total, when, Tensor};

const OP: &str = "lovasz_loss";

/// How [`lovasz_loss`] measures the error of an element.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum LovaszForm {
    /// The hinge of scores, max(0, 1 − x (2y − 1)): one mask.
    #[default]
    Hinge,
    /// |y − p| of p = `softmax(x, 1)`: a mask per class.
    Softmax,
    /// |y − p| of outputs that are probabilities: a mask per class, or one where there is no dimension 1.
    Probabilities,
}

tensor_options! {
    /// The optional arguments of [`lovasz_loss_with`].
    ///
    /// ```
    /// use taper::loss::{LovaszForm, LovaszLossOptions};
    /// let options = LovaszLossOptions::default();
    /// assert_eq!((options.form, options.per_sample, options.present_only), (LovaszForm::Hinge, false, true));
    /// ```
    LovaszLossOptions {
        /// How the error of an element is measured. Default: [`LovaszForm::Hinge`].
        form: LovaszForm = LovaszForm::Hinge,
        /// Whether every sample, along dimension 0, has a loss of its own. Default: false, the batch is one mask.
        per_sample: bool = false,
        /// Whether classes that no position has are left out of the mean over classes. Default: true.
        present_only: bool = true,
        /// A factor for the loss of each class, `[C]`, in their mean; not with hinges. Default: none, all 1.
        weight: Option<Tensor> = None,
        /// The target's value where nothing counts. Default: none.
        ignore_index: Option<i64> = None,
        /// What becomes of the losses of samples. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

/// The Lovász extension of the Jaccard loss (Berman et al. 2018) for the hinges of scores x and a mask y, over the whole batch.
///
/// With the errors e = 1 − x (2y − 1) in descending order and J(k) the Jaccard loss if the first k elements are wrong, it is
/// Σ max(0, e_k) (J(k) − J(k − 1)). Output and target are those of [`dice_loss`](fn@crate::loss::dice_loss); the target has no
/// gradient. Scores are taken as they are: for the form that squashes them first, pass `output.sigmoid()`.
///
/// # Errors
/// As for [`dice_loss`](fn@crate::loss::dice_loss).
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::lovasz_loss;
/// let output = Tensor::new(&[2f64, 0.5, -1.], &Device::Cpu)?;
/// let target = Tensor::new(&[1u8, 0, 0], &Device::Cpu)?;
/// // The errors are −1, 1.5 and 0; the second element alone wrong makes the index 1/2.
/// assert_eq!(lovasz_loss(&output, &target)?.item()?, 0.75);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn lovasz_loss(output: impl AsRef<Tensor>, target: impl AsRef<Tensor>) -> Result<Tensor> {
    lovasz_loss_with(output, target, LovaszLossOptions::default())
}

/// [`lovasz_loss`] with options: other forms, per sample.
///
/// The forms of probabilities are the mean over the classes along dimension 1, each with e = |y − p|; it is 0 if there are
/// no classes to take a mean of.
///
/// # Errors
/// As for [`lovasz_loss`], and if the weights don't fit; the sum of nothing is no error.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{lovasz_loss_with, LovaszForm, LovaszLossOptions};
/// let output = Tensor::new(&[[[9f32, -9.], [-9., 9.]]], &Device::Cpu)?;
/// let classes = Tensor::new(&[[0i64, 1]], &Device::Cpu)?;
/// let options = LovaszLossOptions::default().form(LovaszForm::Softmax);
/// assert!(lovasz_loss_with(&output, &classes, options)?.item()? < 1e-6);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn lovasz_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: LovaszLossOptions,
) -> Result<Tensor> {
    let masks = Masks::read(OP, output.as_ref(), target.as_ref(), options.ignore_index)?;
    options.check(&masks)?;
    let rows = Rows::of(&masks, &options);
    let truth = rows.split(&masks.target.detach())?;
    let counts = masks.counts.as_ref().map(|counts| rows.split(counts));
    let errors = rows.split(&options.errors(&masks)?)?;
    let losses = extension(&errors, &truth, counts.transpose()?.as_ref())?;
    let losses = rows.mean(&masks, &options, &losses, &truth)?;
    let loss = match options.reduction {
        Reduction::None if rows.per_sample => losses,
        Reduction::None | Reduction::Sum => losses.sum(())?,
        Reduction::Mean => losses.mean(())?,
        Reduction::Unknown(word) => return Err(unknown(OP, word)),
    };
    masks.finish(&loss)
}

impl LovaszLossOptions {
    fn check(&self, masks: &Masks) -> Result<()> {
        let dims = masks.output.dims();
        self.reduction.check_count(OP, dims)?;
        if self.per_sample && dims.is_empty() {
            let expected = "false for an output without dimensions";
            return Err(Error::argument(OP, "per_sample", true, expected));
        }
        match (self.form, &self.weight) {
            (LovaszForm::Hinge, Some(weight)) => {
                let expected = "none with hinges, which are of one mask";
                Err(Error::argument(OP, "weight", weight.dims(), expected))
            }
            (LovaszForm::Softmax, _) if dims.len() < 2 => {
                let expected = format!("`Hinge` or `Probabilities` for an output of shape {dims:?}: `Softmax` takes [N, C, …]");
                Err(Error::argument(OP, "form", self.form, expected))
            }
            _ => Ok(()),
        }
    }

    /// The error of every element.
    fn errors(&self, masks: &Masks) -> Result<Tensor> {
        let softmax = self.form == LovaszForm::Softmax;
        let (x, y) = (masks.scores(softmax)?, &masks.target.detach());
        match self.form {
            LovaszForm::Hinge => {
                let signs = y.mul(2.)?.sub(1.)?;
                x.mul(signs)?.neg()?.add(1.)
            }
            LovaszForm::Softmax => x.softmax(1)?.sub(y)?.abs(),
            LovaszForm::Probabilities => {
                check_unit(&x, |value, at| {
                    let message = format!(
                        "the output is {value} at position {at}, but probabilities are from 0 to 1"
                    );
                    Error::op(OP, message)
                        .help("scores are for `LovaszForm::Hinge` and `LovaszForm::Softmax`")
                })?;
                x.sub(y)?.abs()
            }
        }
    }
}

/// How the elements are divided into masks: a row for each.
struct Rows {
    per_sample: bool,
    per_class: bool,
    samples: usize,
    classes: usize,
}

impl Rows {
    fn of(masks: &Masks, options: &LovaszLossOptions) -> Self {
        let dims = masks.output.dims();
        let per_class = options.form != LovaszForm::Hinge && dims.len() > 1;
        let size = |dim: usize, wanted: bool| match dims.get(dim) {
            Some(&size) if wanted => size,
            _ => 1,
        };
        Rows {
            per_sample: options.per_sample,
            per_class,
            samples: size(0, options.per_sample),
            classes: size(1, per_class),
        }
    }

    /// A tensor of the output's shape as `[samples · classes, elements]`.
    fn split(&self, x: &Tensor) -> Result<Tensor> {
        let rows = self.samples * self.classes;
        let width = x.elem_count() / rows.max(1);
        let x = match self.per_class && !self.per_sample {
            true => x.transpose(0, 1)?,
            false => x.clone(),
        };
        x.reshape([rows, width])
    }

    /// The mean over the classes of each sample, `[samples]`.
    fn mean(
        &self,
        masks: &Masks,
        options: &LovaszLossOptions,
        losses: &Tensor,
        truth: &Tensor,
    ) -> Result<Tensor> {
        let shape = [self.samples, self.classes];
        let losses = losses.reshape(shape)?;
        if !self.per_class && options.form == LovaszForm::Hinge {
            return losses.squeeze(1);
        }
        let mut weight = match options.present_only {
            true => truth.sum(1)?.gt(0.)?.reshape(shape)?,
            false => losses.ones_like()?,
        }
        .to_dtype(losses.dtype())?;
        if let Some(factor) = &options.weight {
            weight = weight.mul(checked_weights(masks, factor)?)?;
        }
        let total = weight.sum(1)?;
        // Without any class the loss is 0.
        let total = total.add(total.eq(0.)?.to_dtype(total.dtype())?)?;
        losses.mul(weight)?.sum(1)?.div(total)
    }
}

/// The Lovász extension of each row.
fn extension(errors: &Tensor, truth: &Tensor, counts: Option<&Tensor>) -> Result<Tensor> {
    let width = errors.dims()[1];
    let kernel = Lovasz {
        width: width.max(1),
    };
    let counts = counts.map(|counts| counts.to_vec::<u8>()).transpose()?;
    let (values, truth) = (errors.to_vec::<f64>()?, truth.to_vec::<f64>()?);
    let slopes = kernel.slopes(&values, &truth, counts.as_deref());
    let slopes = Data::from_vec(slopes, errors.shape(), errors.device())?;
    let slopes = slopes.to_dtype(errors.dtype())?;
    // What doesn't count may be anything.
    let zeros = slopes.zeros_like()?;
    let counted = slopes
        .ne(0.)?
        .where_cond(&dense(errors.as_candle())?, &zeros)?;
    let losses = total(&(&slopes * counted)?, &[1])?.squeeze(1)?;
    Ok(Tensor::record(
        OP,
        losses,
        [errors],
        move |grad, [needed]| {
            Ok([when(needed, || {
                Ok(slopes.broadcast_mul(&grad.unsqueeze(1)?)?)
            })?])
        },
    ))
}

loss_struct! {
    /// [`lovasz_loss_with`] and its options.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::LovaszLoss;
    /// let output = Tensor::new(&[9f32, -9.], &Device::Cpu)?;
    /// let loss = LovaszLoss::new().forward(&output, Tensor::new(&[1u8, 0], &Device::Cpu)?)?;
    /// assert_eq!(loss.item()?, 0.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    LovaszLoss, LovaszLossOptions, lovasz_loss_with
}
