//! What a batch says: its shape, and which labels each sample has.

use candle_core::{Device, Tensor as Data};

use super::OP;
use crate::error::{Error, Result};
use crate::kernels::{Alignment, Ctc};
use crate::ops::compute::dense;
use crate::tensor::Tensor;

/// A batch whose arguments fit each other.
pub(super) struct Batch {
    /// Whether there is a dimension of samples.
    batched: bool,
    pub(super) count: usize,
    pub(super) kernel: Ctc,
    pub(super) samples: Vec<Alignment>,
    /// What the mean divides each sample's loss by: its number of labels, at least 1.
    pub(super) divisors: Vec<f64>,
}

impl Batch {
    pub(super) fn read(
        log_probs: &Tensor,
        targets: &Tensor,
        [input_lengths, target_lengths]: [&[i64]; 2],
        blank: usize,
    ) -> Result<Self> {
        check_types(log_probs, targets)?;
        if log_probs.elem_count() == 0 {
            let shape = log_probs.dims();
            let message = format!("the log-probabilities are empty (shape {shape:?})");
            return Err(Error::op(OP, message));
        }
        let (batched, steps, count, classes) = match *log_probs.dims() {
            [steps, count, classes] => (true, steps, count, classes),
            [steps, classes] => (false, steps, 1, classes),
            ref dims => {
                let message = format!(
                    "expected log-probabilities [T, N, C] or [T, C], but they have shape {dims:?}"
                );
                return Err(Error::op(OP, message));
            }
        };
        if blank >= classes {
            let expected = format!("one of the {classes} classes, which count from 0");
            return Err(Error::argument(OP, "blank", blank, expected));
        }
        let input_lengths = checked_lengths("input_lengths", input_lengths, count, Some(steps))?;
        let target_lengths = checked_lengths("target_lengths", target_lengths, count, None)?;
        let starts = starts(targets, &target_lengths)?;
        let targets = targets.to_vec::<i64>()?;
        let mut samples = Vec::with_capacity(count);
        for (i, (&start, &length)) in starts.iter().zip(&target_lengths).enumerate() {
            let labels = labels(&targets[start..start + length], i, classes)?;
            samples.push(Alignment::new(input_lengths[i], &labels, blank));
        }
        Ok(Batch {
            batched,
            count,
            kernel: Ctc { steps, classes },
            samples,
            divisors: target_lengths.iter().map(|&n| n.max(1) as f64).collect(),
        })
    }

    /// The log-probabilities `[N, T, C]` on the CPU, in the type that is computed in.
    pub(super) fn samples_first(&self, log_probs: &Data) -> Result<Data> {
        let Ctc { steps, classes } = self.kernel;
        let x = log_probs.reshape((steps, self.count, classes))?;
        dense(&x.transpose(0, 1)?.to_device(&Device::Cpu)?)
    }

    /// `[N, T, C]` in the shape of the log-probabilities again.
    pub(super) fn steps_first(&self, x: &Data) -> Result<Data> {
        let x = x.transpose(0, 1)?;
        match self.batched {
            true => Ok(x),
            false => Ok(x.squeeze(1)?),
        }
    }

    /// The shape of the losses of the single samples.
    pub(super) fn loss_shape(&self) -> Vec<usize> {
        match self.batched {
            true => vec![self.count],
            false => Vec::new(),
        }
    }
}

fn check_types(log_probs: &Tensor, targets: &Tensor) -> Result<()> {
    let (floats, integers) = (log_probs.dtype(), targets.dtype());
    if !floats.is_float() {
        let message =
            format!("expected log-probabilities of floats, but they have type {floats:?}");
        return Err(Error::op(OP, message).help(if integers.is_float() {
            "log-probabilities and targets look swapped: the log-probabilities come first"
        } else {
            "they are what `log_softmax` returns"
        }));
    }
    if integers.is_float() {
        let message = format!("expected targets of integers, but they have type {integers:?}");
        return Err(Error::op(OP, message).help("convert them with `to_dtype(DType::I64)`"));
    }
    Ok(())
}

fn checked_lengths(
    name: &'static str,
    lengths: &[i64],
    count: usize,
    most: Option<usize>,
) -> Result<Vec<usize>> {
    if lengths.len() != count {
        let expected = format!("a length for each of {count} samples");
        return Err(Error::argument(OP, name, lengths, expected));
    }
    let read = |(i, &length): (usize, &i64)| match (usize::try_from(length), most) {
        (Ok(length), None) => Ok(length),
        (Ok(length), Some(most)) if length <= most => Ok(length),
        (_, Some(most)) => {
            let expected =
                format!("0 to {most}, the steps of the log-probabilities, for sample {i}");
            Err(Error::argument(OP, name, length, expected))
        }
        (Err(_), None) => {
            let expected = format!("0 or more for sample {i}");
            Err(Error::argument(OP, name, length, expected))
        }
    };
    lengths.iter().enumerate().map(read).collect()
}

/// Where each sample's labels start in the targets, read row by row.
fn starts(targets: &Tensor, lengths: &[usize]) -> Result<Vec<usize>> {
    let total = lengths
        .iter()
        .try_fold(0usize, |sum, &n| sum.checked_add(n));
    let longest = lengths.iter().copied().max().unwrap_or(0);
    match *targets.dims() {
        [count] if Some(count) == total => {
            let next = |start: &mut usize, length: &usize| {
                let here = *start;
                *start += length;
                Some(here)
            };
            Ok(lengths.iter().scan(0, next).collect())
        }
        [rows, width] if rows == lengths.len() && width >= longest => {
            Ok((0..rows).map(|row| row * width).collect())
        }
        ref dims => {
            let message =
                format!("targets of shape {dims:?} don't fit the target lengths {lengths:?}");
            let (samples, total) = (lengths.len(), total.unwrap_or(usize::MAX));
            Err(Error::op(OP, message).help(format!(
                "expected [{samples}, S] with S at least {longest}, or all labels in a row, [{total}]"
            )))
        }
    }
}

fn labels(targets: &[i64], sample: usize, classes: usize) -> Result<Vec<usize>> {
    let read = |(i, &label): (usize, &i64)| match usize::try_from(label) {
        Ok(class) if class < classes => Ok(class),
        _ => {
            let message = format!(
                "label {label} at position {i} of sample {sample} is out of range for {classes} classes (expected 0..={})",
                classes - 1
            );
            Err(Error::op(OP, message))
        }
    };
    targets.iter().enumerate().map(read).collect()
}
