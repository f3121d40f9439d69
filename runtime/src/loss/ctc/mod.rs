//! Connectionist temporal classification.

mod batch;
mod lengths;
pub(super) mod rule;
#[cfg(test)]
mod tests;

use candle_core::{DType, Tensor as Data};

use super::Reduction;
use crate::error::Result;
use crate::kernels::{output, values, Exponential, Paths};
use crate::ops::compute::compute_dtype;
use crate::tensor::autocast::cast;
use crate::tensor::{is_grad_enabled, when, Tensor};

use batch::Batch;
pub use lengths::Lengths;

const OP: &str = "ctc_loss";

/// The optional arguments of [`ctc_loss_with`]; the defaults are PyTorch's.
///
/// ```
/// use taper::loss::{CtcLossOptions, Reduction};
/// let options = CtcLossOptions::default();
/// assert_eq!((options.blank, options.reduction, options.zero_infinity), (0, Reduction::Mean, false));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CtcLossOptions {
    /// The class that stands for no label. Default: 0.
    pub blank: usize,
    /// What becomes of the losses of the single samples. Default: their mean, each divided by its number of labels.
    pub reduction: Reduction,
    /// Whether infinite losses, of targets for which there are too few inputs, count as 0, as do their gradients.
    /// Default: false.
    pub zero_infinity: bool,
}

impl CtcLossOptions {
    /// The class that stands for no label.
    #[must_use]
    pub fn blank(mut self, blank: usize) -> Self {
        self.blank = blank;
        self
    }

    /// What becomes of the losses of the single samples.
    #[must_use]
    pub fn reduction(mut self, reduction: impl Into<Reduction>) -> Self {
        self.reduction = reduction.into();
        self
    }

    /// Whether infinite losses count as 0, as do their gradients.
    #[must_use]
    pub fn zero_infinity(mut self, zero_infinity: bool) -> Self {
        self.zero_infinity = zero_infinity;
        self
    }
}

/// −log p of sequences of labels under log-probabilities per step, whichever steps the labels fall on
/// (`torch.nn.functional.ctc_loss`).
///
/// An alignment says a class for every step; its labels are what is left when repetitions are made one and then blanks,
/// class 0, are taken away. p is the sum over all alignments with the target's labels. If there is none, because there are
/// fewer steps than labels and the blanks that equal neighbours need between them, the loss is ∞.
///
/// - `log_probs`: `[T, N, C]` for N samples of at most T steps, or `[T, C]` for one; what `log_softmax` returns.
/// - `targets`: `[N, S]`, of which each sample's first `target_lengths[n]` count, or all samples' labels in a row,
///   `[Σ target_lengths]`; integers of any type.
/// - `input_lengths`, `target_lengths`: for each sample how many steps and labels count; tensors of integers or lists.
///
/// The result is the mean over samples of loss / max(labels, 1). The gradient is PyTorch's, which holds for log-probabilities
/// that a log-softmax made: `exp(log_probs)` minus the probability of the class at the step, given the labels; it is 0
/// beyond a sample's length. A class whose probability is 0 has gradient 0, where PyTorch's is NaN. A label may be the
/// blank, as in PyTorch, but no alignment reads it so; PyTorch's gradient forgets one at the end of the target.
///
/// # Errors
/// If the shapes or lengths don't fit each other, a label or the blank is no class, the log-probabilities are no floats, the
/// other arguments no integers, or the log-probabilities are empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::ctc_loss;
/// // Two steps, one sample, equal probabilities of a blank and one label.
/// let log_probs = Tensor::new(&[[[0.5f32, 0.5]], [[0.5, 0.5]]], &Device::Cpu)?.log()?;
/// let targets = Tensor::new(&[[1i64]], &Device::Cpu)?;
/// // Three of four alignments read as the label.
/// let loss = ctc_loss(&log_probs, &targets, [2], [1])?;
/// assert!((loss.item()? + 0.75f64.ln()).abs() < 1e-6);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn ctc_loss(
    log_probs: impl AsRef<Tensor>,
    targets: impl AsRef<Tensor>,
    input_lengths: impl Lengths,
    target_lengths: impl Lengths,
) -> Result<Tensor> {
    let options = CtcLossOptions::default();
    ctc_loss_with(log_probs, targets, input_lengths, target_lengths, options)
}

/// [`ctc_loss`] with options.
///
/// # Errors
/// As for [`ctc_loss`].
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{ctc_loss_with, CtcLossOptions, Reduction};
/// let log_probs = Tensor::new(&[[0.5f32, 0.5]], &Device::Cpu)?.log()?;
/// // One step is too short for two labels.
/// let targets = Tensor::new(&[0i64, 0], &Device::Cpu)?;
/// let options = CtcLossOptions::default().blank(1).reduction(Reduction::Sum);
/// assert_eq!(ctc_loss_with(&log_probs, &targets, 1, 2, options)?.item()?, f64::INFINITY);
/// assert_eq!(ctc_loss_with(&log_probs, &targets, 1, 2, options.zero_infinity(true))?.item()?, 0.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn ctc_loss_with(
    log_probs: impl AsRef<Tensor>,
    targets: impl AsRef<Tensor>,
    input_lengths: impl Lengths,
    target_lengths: impl Lengths,
    options: CtcLossOptions,
) -> Result<Tensor> {
    let [log_probs] = &cast(OP, [log_probs.as_ref()])?;
    let targets = targets.as_ref();
    let input_lengths = input_lengths.lengths("input_lengths")?;
    let target_lengths = target_lengths.lengths("target_lengths")?;
    let lengths = [&input_lengths[..], &target_lengths[..]];
    let batch = Batch::read(log_probs, targets, lengths, options.blank)?;
    match log_probs.dtype() {
        DType::F64 => run::<f64>(log_probs, batch, options),
        _ => run::<f32>(log_probs, batch, options),
    }
}

fn run<T: Exponential>(
    log_probs: &Tensor,
    batch: Batch,
    options: CtcLossOptions,
) -> Result<Tensor> {
    let CtcLossOptions {
        reduction,
        zero_infinity,
        ..
    } = options;
    let (dtype, device) = (log_probs.dtype(), log_probs.device().clone());
    let keep = is_grad_enabled() && log_probs.requires_grad();
    let rows = batch.samples_first(log_probs.as_candle())?;
    let paths = {
        let rows = values(&rows)?;
        batch
            .kernel
            .forward(rows.slice::<T>()?, &batch.samples, keep)
    };
    let losses = output(losses(&paths, zero_infinity), batch.count)?;
    let losses = per_label(losses, &batch, reduction)?.reshape(batch.loss_shape())?;
    let count = batch.count as f64;
    let loss = reduction.apply(losses, count)?;
    let loss = loss.to_dtype(dtype)?.to_device(&device)?;
    let saved = log_probs.save();
    let backward = move |grad: &Data| {
        let rows = batch.samples_first(saved.get()?)?;
        let grad = grad.to_dtype(compute_dtype(dtype))?;
        let grad = reduction.spread(&grad, count)?.flatten_all()?;
        let each = per_label(grad.broadcast_as(batch.count)?, &batch, reduction)?;
        let each = each.to_vec1::<T>()?;
        let (kernel, samples) = (batch.kernel, &batch.samples);
        let grad = {
            let rows = values(&rows)?;
            kernel.backward(rows.slice::<T>()?, samples, &paths, &each, zero_infinity)
        };
        let grad = batch.steps_first(&output(grad, rows.shape())?)?;
        Ok(grad.to_dtype(dtype)?.to_device(&device)?)
    };
    Ok(Tensor::record(
        OP,
        loss,
        [log_probs],
        move |grad, [needed]| Ok([when(needed, || backward(grad))?]),
    ))
}

fn losses<T: Exponential>(paths: &[Paths<T>], zero_infinity: bool) -> Vec<T> {
    let loss = |paths: &Paths<T>| match paths.loss.to_f64() == f64::INFINITY {
        true if zero_infinity => T::zero(),
        _ => paths.loss,
    };
    paths.iter().map(loss).collect()
}

/// Divided by the samples' numbers of labels, if the mean is asked for.
fn per_label(x: Data, batch: &Batch, reduction: Reduction) -> Result<Data> {
    if reduction != Reduction::Mean {
        return Ok(x);
    }
    let divisors = Data::from_slice(&batch.divisors, batch.count, x.device())?;
    Ok((&x / divisors.to_dtype(x.dtype())?)?)
}

/// [`ctc_loss_with`] and its options (`torch.nn.CTCLoss`).
///
/// ```
/// # use taper::{Device, Tensor};
/// use taper::loss::CtcLoss;
/// let log_probs = Tensor::new(&[[[0.5f32, 0.5]]], &Device::Cpu)?.log()?;
/// let targets = Tensor::new(&[1u8], &Device::Cpu)?;
/// let loss = CtcLoss::new().forward(&log_probs, &targets, [1], [1])?;
/// assert!((loss.item()? - 2f64.ln()).abs() < 1e-6);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct CtcLoss {
    /// The options.
    pub options: CtcLossOptions,
}

impl CtcLoss {
    /// The loss with PyTorch's defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The loss with these options.
    pub fn new_with(options: CtcLossOptions) -> Self {
        CtcLoss { options }
    }

    /// The loss of a batch.
    ///
    /// # Errors
    /// Those of the function.
    pub fn forward(
        &self,
        log_probs: impl AsRef<Tensor>,
        targets: impl AsRef<Tensor>,
        input_lengths: impl Lengths,
        target_lengths: impl Lengths,
    ) -> Result<Tensor> {
        ctc_loss_with(
            log_probs,
            targets,
            input_lengths,
            target_lengths,
            self.options,
        )
    }
}
