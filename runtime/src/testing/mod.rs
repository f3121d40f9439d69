//! Checks that every operation calls: gradients against finite differences, results against PyTorch.

mod gradcheck;
mod parity;
#[cfg(test)]
mod properties;
mod report;
#[cfg(test)]
mod tests;
mod toy;

pub use gradcheck::{gradcheck, randn, GradCheck};
pub use parity::{Case, Parity};
pub use toy::Toy;

use candle_core::DType;

use crate::error::{Error, Result};
use crate::tensor::Tensor;

/// An error unless `max|a − b| ≤ tolerance · max|b|`, with equal shapes; NaN and infinities must be in the same places.
pub fn assert_close(
    what: &str,
    a: &candle_core::Tensor,
    b: &candle_core::Tensor,
    tolerance: f64,
) -> Result<()> {
    if a.shape() != b.shape() {
        return Err(Error::op(
            "assert_close",
            format!("{what}: shape {:?}, expected {:?}", a.dims(), b.dims()),
        ));
    }
    let (a, b) = (
        Tensor::from(a).to_vec::<f64>()?,
        Tensor::from(b).to_vec::<f64>()?,
    );
    let scale = b
        .iter()
        .filter(|b| b.is_finite())
        .fold(0f64, |max, b| max.max(b.abs()));
    let same = |a: f64, b: f64| {
        a == b
            || (a.is_nan() && b.is_nan())
            || (a.is_finite() && b.is_finite() && (a - b).abs() <= tolerance * scale)
    };
    match (0..a.len()).find(|&i| !same(a[i], b[i])) {
        None => Ok(()),
        Some(i) => {
            let message = format!(
                "{what}: element {i} is {}, expected {} (tolerance {tolerance} · {scale})",
                a[i], b[i]
            );
            Err(Error::op("assert_close", message))
        }
    }
}

/// `max|a − b| / max|b|` over what is finite in both; the tensors have one shape.
///
/// # Errors
/// If they can't be read.
pub fn difference(a: &candle_core::Tensor, b: &candle_core::Tensor) -> Result<f64> {
    let (a, b) = (
        Tensor::from(a).to_vec::<f64>()?,
        Tensor::from(b).to_vec::<f64>()?,
    );
    let finite = || {
        a.iter()
            .zip(&b)
            .filter(|(a, b)| a.is_finite() && b.is_finite())
    };
    let greatest = finite().fold(0f64, |max, (a, b)| max.max((a - b).abs()));
    let scale = finite().fold(0f64, |max, (_, b)| max.max(b.abs()));
    Ok(if scale > 0. {
        greatest / scale
    } else {
        greatest
    })
}

/// The relative tolerance that results of a type are compared with.
pub fn tolerance(dtype: DType) -> f64 {
    match dtype {
        DType::F64 => 1e-10,
        DType::F32 => 1e-5,
        DType::F16 => 2e-3,
        DType::BF16 => 1.6e-2,
        _ => 0.,
    }
}
