//! How good outputs are, as plain numbers.

use crate::error::{Error, Result};
use crate::loss::Classes;
use crate::ops::compute::expect_float;
use crate::tensor::Tensor;

/// The fraction of positions whose greatest score is that of their label.
///
/// `logits` has shape `[C]`, `[N, C]` or `[N, C, d1, …]` (probabilities do as well), `labels` class indices of any integer type
/// and of that shape without C. Of equal scores the first counts, as for `argmax`.
///
/// # Errors
/// If the shapes don't fit, a label is out of range, or the batch is empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// use taper::train::metrics::accuracy;
/// let logits = Tensor::new(&[[0.1f32, 0.9], [0.8, 0.2], [0.3, 0.7]], &Device::Cpu)?;
/// let labels = Tensor::new(&[1u8, 0, 0], &Device::Cpu)?;
/// assert_eq!(accuracy(&logits, &labels)?, 2. / 3.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn accuracy(logits: impl AsRef<Tensor>, labels: impl AsRef<Tensor>) -> Result<f64> {
    fraction("accuracy", logits.as_ref(), labels.as_ref(), 1)
}

/// The fraction of positions whose label is among the `k` greatest scores; see [`accuracy`].
///
/// # Errors
/// As for [`accuracy`], and if `k` is 0 or greater than the number of classes.
///
/// ```
/// # use taper::{Device, Tensor};
/// use taper::train::metrics::top_k_accuracy;
/// let logits = Tensor::new(&[[0.1f32, 0.2, 0.7], [0.5, 0.4, 0.1]], &Device::Cpu)?;
/// let labels = Tensor::new(&[1i64, 2], &Device::Cpu)?;
/// assert_eq!(top_k_accuracy(&logits, &labels, 2)?, 0.5);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn top_k_accuracy(
    logits: impl AsRef<Tensor>,
    labels: impl AsRef<Tensor>,
    k: usize,
) -> Result<f64> {
    fraction("top_k_accuracy", logits.as_ref(), labels.as_ref(), k)
}

fn fraction(op: &'static str, logits: &Tensor, labels: &Tensor, k: usize) -> Result<f64> {
    if !logits.dtype().is_float() && labels.dtype().is_float() {
        let message = format!(
            "expected scores of floats, but they have type {:?}",
            logits.dtype()
        );
        return Err(
            Error::op(op, message).help("scores and labels look swapped: the scores come first")
        );
    }
    expect_float(op, "scores", logits)?;
    let classes = Classes::of(op, logits)?;
    if !(1..=classes.count).contains(&k) {
        let expected = format!("1 to {}, the number of classes", classes.count);
        return Err(Error::argument(op, "k", k, expected));
    }
    let labels = classes.labels(op, labels, None)?;
    if labels.is_empty() {
        return Err(Error::op(op, "the batch is empty"));
    }
    let scores = Tensor::from(classes.rows_of(logits.as_candle())?).to_vec::<f64>()?;
    let rows = scores.chunks_exact(classes.count).zip(&labels);
    let hits = rows.filter(|(row, label)| label.is_some_and(|label| rank(row, label) < k));
    Ok(hits.count() as f64 / labels.len() as f64)
}

/// How many classes come before this one. A NaN is greater than any number.
fn rank(row: &[f64], label: usize) -> usize {
    let before = |(class, score): (usize, &f64)| match score.partial_cmp(&row[label]) {
        Some(order) => order.is_gt() || (order.is_eq() && class < label),
        None => score.is_nan() && (!row[label].is_nan() || class < label),
    };
    row.iter().enumerate().filter(|&pair| before(pair)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Device;

    #[test]
    fn ties_go_to_the_first_and_nan_is_greatest() -> Result<()> {
        let logits = [[1f32, 1., 0.], [f32::NAN, 2., 1.], [f32::NAN, 2., 1.]];
        let logits = Tensor::new(&logits, &Device::Cpu)?;
        let labels = Tensor::new(&[1u32, 0, 1], &Device::Cpu)?;
        assert_eq!(accuracy(&logits, &labels)?, 1. / 3.);
        assert_eq!(top_k_accuracy(&logits, &labels, 2)?, 1.);
        Ok(())
    }

    #[test]
    fn positions_beyond_the_batch_count_each() -> Result<()> {
        // [N = 1, C = 2, d1 = 3]
        let logits = Tensor::new(&[[[1f32, 0., 0.], [0., 1., 1.]]], &Device::Cpu)?;
        let labels = Tensor::new(&[[0u8, 1, 0]], &Device::Cpu)?;
        assert_eq!(accuracy(&logits, &labels)?, 2. / 3.);
        let error = accuracy(&logits, Tensor::new(&[[0u8, 1, 2]], &Device::Cpu)?);
        let expected =
            "accuracy: label 2 at position 2 is out of range for 2 classes (expected 0..=1)";
        assert!(error.unwrap_err().to_string().starts_with(expected));
        let none = Tensor::zeros([0, 2], crate::DType::F32, &Device::Cpu)?;
        assert!(accuracy(&none, Tensor::new(&[0u8; 0], &Device::Cpu)?).is_err());
        Ok(())
    }
}
