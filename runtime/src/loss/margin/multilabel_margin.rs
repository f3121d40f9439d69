//! The multi-label margin loss.

use candle_core::Tensor as Data;

use super::check::check_indices;
use super::rows::{positive_part, Rows};
use crate::error::{Error, Result};
use crate::loss::checks::check_output;
use crate::loss::{loss_struct, Reduction};
use crate::ops::options::options;
use crate::tensor::autocast::cast;
use crate::tensor::{total, Tensor};

const OP: &str = "multilabel_margin_loss";

options! {
    /// The optional arguments of [`multilabel_margin_loss_with`].
    ///
    /// ```
    /// use taper::loss::{MultilabelMarginLossOptions, Reduction};
    /// assert_eq!(MultilabelMarginLossOptions::default().reduction, Reduction::Mean);
    /// ```
    MultilabelMarginLossOptions {
        /// What becomes of the losses of the single samples. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

/// The mean over samples of Σ max(0, 1 − x\[y\] + x\[j\]) / C over the classes y of the sample and all others j
/// (`torch.nn.functional.multilabel_margin_loss`).
///
/// The output has shape `[C]` or `[N, C]`, and so has the target, with integers of any signed type: each row lists the
/// classes of its sample and ends at the first −1, whatever follows. A class that is listed twice counts twice. At the
/// kinks the gradient is 0. A NaN in the output goes on to the loss; PyTorch passes over it.
///
/// # Errors
/// If a label is out of range (behind a −1 too), the shapes differ, the two look swapped, or the batch is empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::multilabel_margin_loss;
/// let output = Tensor::new(&[[0.1f64, 0.2, 0.4, 0.8]], &Device::Cpu)?;
/// let loss = multilabel_margin_loss(&output, Tensor::new(&[[3i64, 0, -1, 1]], &Device::Cpu)?)?;
/// assert!((loss.item()? - (0.4 + 0.6 + 1.1 + 1.3) / 4.).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn multilabel_margin_loss(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
) -> Result<Tensor> {
    multilabel_margin_loss_with(output, target, MultilabelMarginLossOptions::default())
}

/// [`multilabel_margin_loss`] with options.
///
/// # Errors
/// As for [`multilabel_margin_loss`]; the sum and the list of nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{multilabel_margin_loss_with, MultilabelMarginLossOptions};
/// let output = Tensor::new(&[[1f64, 0.], [0., 2.]], &Device::Cpu)?;
/// let target = Tensor::new(&[[1i64, -1], [0, 1]], &Device::Cpu)?;
/// let options = MultilabelMarginLossOptions::default().reduction("none");
/// assert_eq!(multilabel_margin_loss_with(&output, &target, options)?.to_vec::<f64>()?, [1., 0.]);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn multilabel_margin_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: MultilabelMarginLossOptions,
) -> Result<Tensor> {
    let [output, target] = &cast(OP, [output.as_ref(), target.as_ref()])?;
    check_output(OP, output, target)?;
    check_indices(OP, target)?;
    let rows = Rows::new(OP, output, options.reduction)?;
    let lists = lists(target, output, rows.classes.count)?;
    let x = rows.scores(output)?;
    let others = others(&lists, &x)?;

    // Linear in pieces: the slope does not depend on the incoming gradient.
    let (mut losses, mut slope) = (total(&x.zeros_like()?, &[1])?, x.zeros_like()?);
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    for k in 0..longest {
        let class = |list: &Vec<usize>| list.get(k).copied();
        let at = rows.column(lists.iter().map(|list| class(list).unwrap_or(0)), &x)?;
        let listed = rows.column(lists.iter().map(|list| class(list).is_some().into()), &x)?;
        let hinges = positive_part(&x.broadcast_sub(&x.gather(&at, 1)?)?.affine(1., 1.)?)?;
        let hinges = others
            .broadcast_mul(&listed)?
            .where_cond(&hinges, &hinges.zeros_like()?)?;
        losses = (losses + total(&hinges, &[1])?)?;
        if output.requires_grad() {
            let active = hinges.gt(0.)?.to_dtype(x.dtype())?;
            let own = total(&active, &[1])?.neg()?;
            slope = (slope + active)?.scatter_add(&at, &own, 1)?;
        }
    }
    let count = rows.classes.count as f64;
    rows.record(output, &(losses / count)?, move |each| {
        Ok(slope.broadcast_mul(&(each / count)?)?)
    })
}

/// The classes of every row.
fn lists(target: &Tensor, output: &Tensor, count: usize) -> Result<Vec<Vec<usize>>> {
    if target.dims() != output.dims() {
        let message = format!(
            "expected a list of classes for each row, of the output's shape {:?}, but the target has shape {:?}",
            output.dims(),
            target.dims()
        );
        return Err(Error::op(OP, message).help("fill the lists up with -1"));
    }
    let read = |(i, label): (usize, i64)| match usize::try_from(label) {
        Ok(class) if class < count => Ok(Some(class)),
        _ if label == -1 => Ok(None),
        _ => {
            let message = format!(
                "label {label} at position {i} is out of range for {count} classes (expected 0..={}, or -1 where a list ends)",
                count - 1
            );
            Err(Error::op(OP, message))
        }
    };
    let labels = target.to_vec::<i64>()?.into_iter().enumerate().map(read);
    let labels = labels.collect::<Result<Vec<_>>>()?;
    let list = |row: &[Option<usize>]| row.iter().map_while(|class| *class).collect();
    Ok(labels.chunks(count).map(list).collect())
}

/// 1 for the classes that a row does not list, else 0.
fn others(lists: &[Vec<usize>], x: &Data) -> Result<Data> {
    let (rows, count) = x.dims2()?;
    let mut others = vec![1u32; rows * count];
    for (row, list) in others.chunks_mut(count).zip(lists) {
        list.iter().for_each(|&class| row[class] = 0);
    }
    Ok(Data::from_vec(others, (rows, count), x.device())?)
}

loss_struct! {
    /// [`multilabel_margin_loss_with`] and its options (`torch.nn.MultiLabelMarginLoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::MultiLabelMarginLoss;
    /// let output = Tensor::new(&[1f32, 0.5], &Device::Cpu)?;
    /// let loss = MultiLabelMarginLoss::new().forward(&output, Tensor::new(&[0i64, -1], &Device::Cpu)?)?;
    /// assert_eq!(loss.item()?, 0.25);
    /// # Ok::<(), taper::Error>(())
    /// ```
    MultiLabelMarginLoss, MultilabelMarginLossOptions, multilabel_margin_loss_with
}
