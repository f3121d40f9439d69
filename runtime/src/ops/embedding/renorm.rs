//! `max_norm`: rows that are read are kept within a norm.

use candle_core::{DType, Tensor as Data};

use super::OP;
use crate::error::{Error, Result};
use crate::tensor::Tensor;

/// Scales each row that is read and has a greater norm to `max_norm`, in place.
pub(super) fn renormalise(weight: &Tensor, ids: &Data, max_norm: f64, p: f64) -> Result<()> {
    let mut rows = ids.to_vec1::<i64>()?;
    rows.sort_unstable();
    rows.dedup();
    if rows.is_empty() {
        return Ok(());
    }
    let count = rows.len();
    let rows = Data::from_vec(rows, count, ids.device())?;
    let data = weight.as_candle().contiguous()?;
    let read = data.index_select(&rows, 0)?;
    let norms = norms(&read, p)?;
    let scales: Vec<f64> = norms
        .iter()
        .map(|norm| {
            if *norm > max_norm {
                max_norm / (norm + 1e-7)
            } else {
                1.
            }
        })
        .collect();
    if scales.iter().all(|scale| *scale == 1.) {
        return Ok(());
    }
    weight.change_in_place(OP, |values| {
        for (i, row) in rows.to_vec1::<i64>()?.into_iter().enumerate() {
            if scales[i] != 1. {
                let scaled = (read.narrow(0, i, 1)? * scales[i])?.contiguous()?;
                values.slice_set(&scaled, 0, row as usize)?;
            }
        }
        Ok(())
    })
}

/// The p-norm of each row.
fn norms(rows: &Data, p: f64) -> Result<Vec<f64>> {
    let rows = rows.to_dtype(DType::F64)?.to_vec2::<f64>()?;
    let norm = |row: Vec<f64>| {
        let mut magnitudes = row.into_iter().map(f64::abs);
        if p == f64::INFINITY {
            magnitudes.fold(0., f64::max)
        } else if p == 0. {
            magnitudes.filter(|x| *x != 0.).count() as f64
        } else if p == 2. {
            magnitudes.map(|x| x * x).sum::<f64>().sqrt()
        } else if p == 1. {
            magnitudes.sum()
        } else {
            magnitudes
                .by_ref()
                .map(|x| x.powf(p))
                .sum::<f64>()
                .powf(1. / p)
        }
    };
    Ok(rows.into_iter().map(norm).collect())
}

impl Tensor {
    /// Changes the values of a parameter or buffer through any handle to all of it, and counts a new version.
    fn change_in_place(
        &self,
        op: &'static str,
        change: impl FnOnce(&Data) -> Result<()>,
    ) -> Result<()> {
        let whole = self.is_contiguous() && self.as_candle().layout().start_offset() == 0;
        match self.owner.as_ref().filter(|_| whole) {
            Some(owner) => owner.change(|| change(self.as_candle())),
            None => {
                let message =
                    "`max_norm` changes the weight, but it is neither a parameter nor a buffer";
                Err(Error::op(op, message).help("pass the parameter itself"))
            }
        }
    }
}
