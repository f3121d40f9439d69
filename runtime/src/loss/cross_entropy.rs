//! Cross-entropy between scores and classes.

#[doc(hidden)]
pub use super::rule::trace_cross_entropy as trace;

use candle_core::Tensor as Data;

use super::checks::{check_output, check_within, within, SWAPPED};
use super::classes::{Classes, Labels};
use super::positions::{weights_of, Positions};
use super::{loss_struct, Reduction};
use crate::error::{Error, Result};
use crate::kernels::{class_gradient, output, values, Exponential, Softmax};
use crate::ops::compute::{by_form, dense, expect_dtype};
use crate::ops::softmax;
use crate::tensor::autocast::cast;
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
    let [output, target] = &cast(OP, [output.as_ref(), target.as_ref()])?;
    let classes = Classes::of(OP, output)?;
    options.validate()?;
    check_roles(output, target, &classes)?;
    options.reduction.check_count(OP, &classes.positions)?;
    let weight = classes.weights(OP, output, options.weight.as_ref())?;
    let log_p = log_softmax(&classes.rows_of(&dense(output.as_candle())?)?)?;
    let common = Common {
        weight,
        log_p,
        positions: Positions::of(output, classes, options.reduction),
        smoothing: options.label_smoothing,
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
        .positions
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
        let value = self.label_smoothing;
        check_within(OP, "label_smoothing", value, within::SMOOTHING)
    }
}

/// An error unless the output has floats, and the target integers or floats of its shape.
fn check_roles(output: &Tensor, target: &Tensor, classes: &Classes) -> Result<()> {
    check_output(OP, output, target)?;
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
    softmax::forward(rows, 1, Softmax::Logarithms)
}

/// `p · factor`, less `direct` at the classes; columns of one number for each row.
fn of_classes(log_p: &Data, factor: &Data, direct: &Data, classes: &Data) -> Result<Data> {
    fn kernel<T: Exponential>(
        log_p: &Data,
        factor: &Data,
        direct: &Data,
        classes: &Data,
    ) -> Result<Data> {
        let [x, factor, direct, classes] = [log_p, factor, direct, classes].map(values);
        let (x, factor, direct, classes) = (x?, factor?, direct?, classes?);
        let at = (direct.slice()?, classes.slice()?);
        let out = class_gradient::<T>(x.slice()?, log_p.dims()[1], factor.slice()?, at);
        output(out, log_p.shape())
    }
    let plain = || -> Result<Data> {
        let spread = log_p.exp()?.broadcast_mul(factor)?;
        Ok(spread.scatter_add(classes, &direct.neg()?, 1)?)
    };
    by_form!(log_p, kernel(log_p, factor, direct, classes), plain())
}

/// What both kinds of target need. Data is in the type that is computed in, one row per position.
struct Common {
    log_p: Data,
    /// `[1, C]`
    weight: Data,
    positions: Positions,
    smoothing: f64,
}

impl Common {
    /// The part of the target that every class has.
    fn share(&self) -> f64 {
        self.smoothing / self.positions.classes.count as f64
    }

    fn of_labels(self, output: &Tensor, labels: &Labels) -> Result<Tensor> {
        let of_label = weights_of(labels, &self.weight)?;
        let denominator: f64 = of_label.iter().sum();
        let (keep, share) = (1. - self.smoothing, self.share());

        let at = self.positions.indices(labels)?;
        let direct = self
            .positions
            .column(of_label.iter().map(|weight| keep * weight))?;
        let mut losses = (self.log_p.gather(&at, 1)? * &direct)?.neg()?;
        let counts = labels.iter().map(|label| f64::from(label.is_some()));
        let counts = self.positions.column(counts)?;
        if self.smoothing > 0. {
            let even = total(&self.log_p.broadcast_mul(&self.weight)?, &[1])?;
            losses = (losses - (even * share)?)?;
        }
        let losses = self.positions.counted(losses, labels)?;
        let loss = self.positions.reduce(&losses, denominator)?;
        let total_weight = total(&self.weight, &[1])?;
        Ok(Tensor::record(OP, loss, [output], move |grad, _| {
            // g ((1 − ε) w[y] (p − onehot) + ε/C (p Σw − w))
            let each = self.positions.spread(grad, denominator)?;
            let direct = (&each * &direct)?;
            let even = ((&each * &counts)? * share)?;
            let factor = (&direct + even.broadcast_mul(&total_weight)?)?;
            let mut grad = of_classes(&self.log_p, &factor, &direct, &at)?;
            if self.smoothing > 0. {
                grad = (grad - even.broadcast_mul(&self.weight)?)?;
            }
            Ok([Some(self.positions.restore(&grad)?)])
        }))
    }

    fn of_probabilities(self, output: &Tensor, target: &Tensor) -> Result<Tensor> {
        let (keep, share) = (1. - self.smoothing, self.share());
        let positions = &self.positions;
        let target_rows = positions.classes.rows_of(&dense(target.as_candle())?)?;
        let q = ((target_rows * keep)? + share)?.broadcast_mul(&self.weight)?;
        let losses = total(&(&q * &self.log_p)?, &[1])?.neg()?;
        let denominator = positions.classes.rows() as f64;
        let loss = positions.reduce(&losses, denominator)?;
        Ok(Tensor::record(
            OP,
            loss,
            [output, target],
            move |grad, [to_output, to_target]| {
                let positions = &self.positions;
                let each = positions.spread(grad, denominator)?;
                Ok([
                    when(to_output, || {
                        let spread = self.log_p.exp()?.broadcast_mul(&total(&q, &[1])?)?;
                        positions.restore(&(spread - &q)?.broadcast_mul(&each)?)
                    })?,
                    when(to_target, || {
                        let slope = (self.log_p.broadcast_mul(&self.weight)? * -keep)?;
                        positions.restore(&slope.broadcast_mul(&each)?)
                    })?,
                ])
            },
        ))
    }
}
