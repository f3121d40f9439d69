//! What losses of class indices have in common: a loss for each position, from one row of classes per position.

use candle_core::{DType, Device, Tensor as Data};

use super::classes::{Classes, Labels};
use super::Reduction;
use crate::error::Result;
use crate::ops::compute::compute_dtype;
use crate::tensor::Tensor;

/// The positions of an output, and what becomes of their losses.
pub(super) struct Positions {
    pub(super) classes: Classes,
    pub(super) reduction: Reduction,
    /// The output's type.
    pub(super) dtype: DType,
    device: Device,
}

impl Positions {
    pub(super) fn of(output: &Tensor, classes: Classes, reduction: Reduction) -> Self {
        Positions {
            classes,
            reduction,
            dtype: output.dtype(),
            device: output.device().clone(),
        }
    }

    /// A column in the type that is computed in, one number per position.
    pub(super) fn column(&self, values: impl Iterator<Item = f64>) -> Result<Data> {
        let values: Vec<f64> = values.collect();
        let column = Data::from_vec(values, (self.classes.rows(), 1), &self.device)?;
        Ok(column.to_dtype(compute_dtype(self.dtype))?)
    }

    /// The class of each position as a column of indices; where there is none, 0.
    pub(super) fn indices(&self, labels: &Labels) -> Result<Data> {
        let label = |label: &Option<usize>| label.unwrap_or(0) as u32;
        let indices: Vec<u32> = labels.iter().map(label).collect();
        Ok(Data::from_vec(
            indices,
            (self.classes.rows(), 1),
            &self.device,
        )?)
    }

    /// The losses, but 0 where a position has no class.
    pub(super) fn counted(&self, losses: Data, labels: &Labels) -> Result<Data> {
        if !labels.contains(&None) {
            return Ok(losses);
        }
        // Not a product: an ignored position's loss may be infinite.
        let counts = self.column(labels.iter().map(|label| f64::from(label.is_some())))?;
        Ok(counts.ne(0.)?.where_cond(&losses, &losses.zeros_like()?)?)
    }

    /// The result from a column of losses.
    pub(super) fn reduce(&self, losses: &Data, denominator: f64) -> Result<Data> {
        let losses = losses.reshape(self.classes.positions.as_slice())?;
        let loss = self.reduction.apply(losses, denominator)?;
        Ok(loss.to_dtype(self.dtype)?)
    }

    /// A column of the gradients of the losses.
    pub(super) fn spread(&self, grad: &Data, denominator: f64) -> Result<Data> {
        let grad = grad.to_dtype(compute_dtype(self.dtype))?;
        let each = self.reduction.spread(&grad, denominator)?;
        match self.reduction {
            Reduction::None => Ok(each.reshape((self.classes.rows(), 1))?),
            _ => Ok(each.reshape((1, 1))?.expand((self.classes.rows(), 1))?),
        }
    }

    /// Rows of gradients in the output's shape and type.
    pub(super) fn restore(&self, rows: &Data) -> Result<Data> {
        self.classes.restore(&rows.to_dtype(self.dtype)?)
    }
}

/// The weight of each position's class; 0 where a position has none.
pub(super) fn weights_of(labels: &Labels, weights: &Data) -> Result<Vec<f64>> {
    let weights = weights.flatten_all()?.to_dtype(DType::F64)?;
    let weights = weights.to_vec1::<f64>()?;
    let of_label = |label: &Option<usize>| label.map_or(0., |class| weights[class]);
    Ok(labels.iter().map(of_label).collect())
}
