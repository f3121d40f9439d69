//! Cross-entropy between scores and classes.

#[doc(hidden)]
pub use super::rule::trace_cross_entropy as trace;

use candle_core::{DType, Tensor as Data};

use super::classes::{Classes, Labels};
use super::{loss_struct, Reduction};
use crate::error::{Error, Result};
use crate::ops::compute::{compute_dtype, dense, expect_dtype};
use crate::tensor::total;
use crate::tensor::{when, Tensor};

/// The optional arguments of [`cross_entropy_with`]; the defaults are PyTorch's.
///
/// ```
/// use taper::loss::CrossEntropyOptions;
/// assert_eq!(CrossEntropyOptions::default().ignore_index, -100);
/// ```
#[derive(Clone, Debug)]
pub struct CrossEntropyOptions {
    /// A factor for each class, of shape `[C]`; the mean is then weighted. Default: none, all 1.
    pub weight: Option<Tensor>,
    /// The label of positions that don't count; only for class indices. Default: −100.
    pub ignore_index: i64,
    /// What becomes of the losses of the single positions. Default: their mean.
    pub reduction: Reduction,
    /// How much of the target is spread evenly over all classes, from 0 to 1. Default: 0.
    pub label_smoothing: f64,
}

impl Default for CrossEntropyOptions {
    fn default() -> Self {
        CrossEntropyOptions {
            weight: None,
            ignore_index: -100,
            reduction: Reduction::Mean,
            label_smoothing: 0.,
        }
    }
}

impl CrossEntropyOptions {
    /// A factor for each class, of shape `[C]`; the mean is then weighted.
    #[must_use]
    pub fn weight(mut self, weight: impl Into<Option<Tensor>>) -> Self {
        self.weight = weight.into();
        self
    }

    /// The label of positions that don't count.
    #[must_use]
    pub fn ignore_index(mut self, ignore_index: impl Into<i64>) -> Self {
        self.ignore_index = ignore_index.into();
        self
    }

    /// What becomes of the losses of the single positions.
    #[must_use]
    pub fn reduction(mut self, reduction: impl Into<Reduction>) -> Self {
        self.reduction = reduction.into();
        self
    }

    /// How much of the target is spread evenly over all classes.
    #[must_use]
    pub fn label_smoothing(mut self, label_smoothing: impl Into<f64>) -> Self {
        self.label_smoothing = label_smoothing.into();
        self
    }
}

const OP: &str = "cross_entropy";

/// The mean cross-entropy of scores (logits) x against classes y: −log softmax(x)\[y\] (`torch.nn.functional.cross_entropy`).
///
/// The output has shape `[C]`, `[N, C]` or `[N, C, d1, …]`. The target has class indices, integers of any type and of the
/// output's shape without C, or probabilities, floats of the output's type and shape. The logarithm is that of sums of
/// exponentials without overflow; a NaN in the output goes on to the loss. If all positions are ignored, the mean is NaN, as in PyTorch.
///
/// # Errors
/// If a label is out of range, the shapes don't fit, the two look swapped, or the batch is empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::cross_entropy;
/// let output = Tensor::new(&[[0.2f32, 0.3, 0.1]], &Device::Cpu)?;
/// let loss = cross_entropy(&output, Tensor::new(&[0u8], &Device::Cpu)?)?;
/// assert!((loss.item()? - 1.1019).abs() < 5e-5);
/// let probabilities = Tensor::new(&[[1f32, 0., 0.]], &Device::Cpu)?;
/// assert!((cross_entropy(&output, probabilities)?.item()? - 1.1019).abs() < 5e-5);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn cross_entropy(output: impl AsRef<Tensor>, target: impl AsRef<Tensor>) -> Result<Tensor> {
    cross_entropy_with(output, target, CrossEntropyOptions::default())
}

/// [`cross_entropy`] with options.
///
/// With class weights w, smoothing ε and label y, the loss of a position is
/// `−(1 − ε) w[y] log p[y] − ε/C Σ w[c] log p[c]`, and the mean divides the sum by that of the `w[y]` that count. With
/// probabilities q it is `−Σ w[c] ((1 − ε) q[c] + ε/C) log p[c]`, and the mean divides by the number of positions.
///
/// # Errors
/// As for [`cross_entropy`], and if an option is out of its range.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{cross_entropy_with, CrossEntropyOptions, Reduction};
/// let output = Tensor::new(&[[0f32, 0.], [5., 0.]], &Device::Cpu)?;
/// let target = Tensor::new(&[1i64, -1], &Device::Cpu)?;
/// let options = CrossEntropyOptions::default().ignore_index(-1).reduction(Reduction::None);
/// let losses = cross_entropy_with(&output, &target, options)?.to_vec::<f32>()?;
/// assert!((losses[0] - 2f32.ln()).abs() < 1e-6 && losses[1] == 0.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn cross_entropy_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: CrossEntropyOptions,
) -> Result<Tensor> {
    let (output, target) = (output.as_ref(), target.as_ref());
    let classes = Classes::of(OP, output)?;
    options.validate()?;
    check_roles(output, target, &classes)?;
    options.reduction.check_count(OP, &classes.positions)?;
    let weight = options.class_weights(output, &classes)?;
    let log_p = log_softmax(&classes.rows_of(&dense(output.as_candle())?)?)?;
    let common = Common {
        weight,
        log_p,
        classes,
        reduction: options.reduction,
        smoothing: options.label_smoothing,
        dtype: output.dtype(),
    };
    if target.dtype().is_float() {
        if options.ignore_index >= 0 {
            let expected = "a negative number for a target of probabilities, which ignores nothing";
            let value = options.ignore_index;
            return Err(Error::argument(OP, "ignore_index", value, expected));
        }
        return common.of_probabilities(output, target);
    }
    let labels = common
        .classes
        .labels(OP, target, Some(options.ignore_index))?;
    common.of_labels(output, &labels)
}

loss_struct! {
    /// [`cross_entropy_with`] and its options (`torch.nn.CrossEntropyLoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::CrossEntropyLoss;
    /// let output = Tensor::new(&[[0f32, 0.]], &Device::Cpu)?;
    /// let loss = CrossEntropyLoss::new().forward(&output, Tensor::new(&[1u32], &Device::Cpu)?)?;
    /// assert!((loss.item()? - 2f64.ln()).abs() < 1e-6);
    /// # Ok::<(), taper::Error>(())
    /// ```
    CrossEntropyLoss, CrossEntropyOptions, cross_entropy_with
}

impl CrossEntropyOptions {
    fn validate(&self) -> Result<()> {
        if (0. ..=1.).contains(&self.label_smoothing) {
            return Ok(());
        }
        let value = self.label_smoothing;
        Err(Error::argument(
            OP,
            "label_smoothing",
            value,
            "a number from 0 to 1",
        ))
    }

    /// The weights as a row, in the type that is computed in; ones by default.
    fn class_weights(&self, output: &Tensor, classes: &Classes) -> Result<Data> {
        let Some(weight) = &self.weight else {
            let dtype = compute_dtype(output.dtype());
            return Ok(Data::ones((1, classes.count), dtype, output.device())?);
        };
        if weight.dims() != [classes.count] {
            let message = format!(
                "expected a weight for each of {} classes, but `weight` has shape {:?}",
                classes.count,
                weight.dims()
            );
            return Err(Error::op(OP, message));
        }
        expect_dtype(OP, output.dtype(), "weight", weight)?;
        // Copied: a buffer may be set before the backward pass.
        Ok(dense(weight.as_candle())?
            .reshape((1, classes.count))?
            .copy()?)
    }
}

/// An error unless the output has floats, and the target integers or floats of its shape.
fn check_roles(output: &Tensor, target: &Tensor, classes: &Classes) -> Result<()> {
    const SWAPPED: &str = "output and target look swapped: the output comes first";
    if !output.dtype().is_float() {
        let message = format!(
            "expected an output of floats, but it has type {:?}",
            output.dtype()
        );
        return Err(Error::op(OP, message).help(if target.dtype().is_float() {
            SWAPPED
        } else {
            "convert it with `to_dtype`"
        }));
    }
    if !target.dtype().is_float() {
        return Ok(());
    }
    if target.shape() != output.shape() {
        let message = format!(
            "the target has floats, as probabilities do, but shape {:?} instead of the output's {:?}",
            target.dims(),
            output.dims()
        );
        let seen_as_output = Classes::of(OP, target).map(|classes| classes.positions);
        return Err(Error::op(OP, message).help(
            if target.dims() != classes.positions
                && seen_as_output.is_ok_and(|positions| positions == output.dims())
            {
                SWAPPED
            } else {
                "class indices are integers: convert the target with `to_dtype(DType::I64)`"
            },
        ));
    }
    expect_dtype(OP, output.dtype(), "target", target)
}

/// `x − log Σ exp x` per row, without overflow.
fn log_softmax(rows: &Data) -> Result<Data> {
    if rows.elem_count() == 0 {
        return Ok(rows.clone()); // Candle reduces nothing only over dimensions that are not empty
    }
    let shifted = rows.broadcast_sub(&rows.max_keepdim(1)?)?;
    let log_sum = total(&shifted.exp()?, &[1])?.log()?;
    Ok(shifted.broadcast_sub(&log_sum)?)
}

/// What both kinds of target need. Data is in the type that is computed in, one row per position.
struct Common {
    log_p: Data,
    /// `[1, C]`
    weight: Data,
    classes: Classes,
    reduction: Reduction,
    smoothing: f64,
    /// The output's type.
    dtype: DType,
}

impl Common {
    /// The part of the target that every class has.
    fn share(&self) -> f64 {
        self.smoothing / self.classes.count as f64
    }

    /// A column, one number per position.
    fn column(&self, values: impl Iterator<Item = f64>) -> Result<Data> {
        let values: Vec<f64> = values.collect();
        let column = Data::from_vec(values, (self.classes.rows(), 1), self.log_p.device())?;
        Ok(column.to_dtype(self.log_p.dtype())?)
    }

    /// The result from a column of losses.
    fn reduce(&self, losses: &Data, denominator: f64) -> Result<Data> {
        let losses = losses.reshape(self.classes.positions.as_slice())?;
        let loss = self.reduction.apply(losses, denominator)?;
        Ok(loss.to_dtype(self.dtype)?)
    }

    /// A column of the gradients of the losses.
    fn spread(&self, grad: &Data, denominator: f64) -> Result<Data> {
        let grad = grad.to_dtype(self.log_p.dtype())?;
        let each = self.reduction.spread(&grad, denominator)?;
        match self.reduction {
            Reduction::None => Ok(each.reshape((self.classes.rows(), 1))?),
            _ => Ok(each.reshape((1, 1))?.expand((self.classes.rows(), 1))?),
        }
    }

    fn of_labels(self, output: &Tensor, labels: &Labels) -> Result<Tensor> {
        let weights = self
            .weight
            .flatten_all()?
            .to_dtype(DType::F64)?
            .to_vec1::<f64>()?;
        let of_label = |label: &Option<usize>| label.map_or(0., |class| weights[class]);
        let denominator: f64 = labels.iter().map(of_label).sum();
        let (keep, share) = (1. - self.smoothing, self.share());

        let at: Vec<u32> = labels
            .iter()
            .map(|label| label.unwrap_or(0) as u32)
            .collect();
        let at = Data::from_vec(at, (self.classes.rows(), 1), self.log_p.device())?;
        let direct = self.column(labels.iter().map(|label| keep * of_label(label)))?;
        let mut losses = (self.log_p.gather(&at, 1)? * &direct)?.neg()?;
        let counts = self.column(labels.iter().map(|label| f64::from(label.is_some())))?;
        if self.smoothing > 0. {
            let even = total(&self.log_p.broadcast_mul(&self.weight)?, &[1])?;
            losses = (losses - (even * share)?)?;
        }
        if labels.contains(&None) {
            // Not a product: an ignored position's loss may be infinite.
            losses = counts.ne(0.)?.where_cond(&losses, &losses.zeros_like()?)?;
        }
        let loss = self.reduce(&losses, denominator)?;
        let total: f64 = weights.iter().sum();
        Ok(Tensor::record(OP, loss, [output], move |grad, _| {
            // g ((1 − ε) w[y] (p − onehot) + ε/C (p Σw − w))
            let each = self.spread(grad, denominator)?;
            let direct = (&each * &direct)?;
            let even = ((&each * &counts)? * share)?;
            let factor = (&direct + (&even * total)?)?;
            let mut grad = self.log_p.exp()?.broadcast_mul(&factor)?;
            grad = grad.scatter_add(&at, &direct.neg()?, 1)?;
            if self.smoothing > 0. {
                grad = (grad - even.broadcast_mul(&self.weight)?)?;
            }
            Ok([Some(self.classes.restore(&grad.to_dtype(self.dtype)?)?)])
        }))
    }

    fn of_probabilities(self, output: &Tensor, target: &Tensor) -> Result<Tensor> {
        let (keep, share) = (1. - self.smoothing, self.share());
        let target_rows = self.classes.rows_of(&dense(target.as_candle())?)?;
        let q = ((target_rows * keep)? + share)?.broadcast_mul(&self.weight)?;
        let losses = total(&(&q * &self.log_p)?, &[1])?.neg()?;
        let denominator = self.classes.rows() as f64;
        let loss = self.reduce(&losses, denominator)?;
        Ok(Tensor::record(
            OP,
            loss,
            [output, target],
            move |grad, [to_output, to_target]| {
                let each = self.spread(grad, denominator)?;
                let back = |rows: Data| self.classes.restore(&rows.to_dtype(self.dtype)?);
                Ok([
                    when(to_output, || {
                        let spread = self.log_p.exp()?.broadcast_mul(&total(&q, &[1])?)?;
                        back((spread - &q)?.broadcast_mul(&each)?)
                    })?,
                    when(to_target, || {
                        let slope = (self.log_p.broadcast_mul(&self.weight)? * -keep)?;
                        back(slope.broadcast_mul(&each)?)
                    })?,
                ])
            },
        ))
    }
}
