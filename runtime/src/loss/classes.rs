//! Scores per class, and the labels that go with them.

use candle_core::Tensor as Data;

use crate::error::{Error, Result};
use crate::ops::compute::{compute_dtype, dense, expect_dtype};
use crate::tensor::{is_grad_enabled, Tensor};

/// Where the classes are in scores of shape `[C]`, `[N, C]` or `[N, C, d1, …]`.
#[derive(Clone, Debug)]
pub(crate) struct Classes {
    dim: usize,
    /// The number of classes.
    pub(crate) count: usize,
    /// The shape without the classes.
    pub(crate) positions: Vec<usize>,
}

impl Classes {
    /// The classes of an output.
    pub(crate) fn of(op: &'static str, output: &Tensor) -> Result<Self> {
        let mut positions = output.dims().to_vec();
        let dim = usize::from(positions.len() > 1);
        if positions.is_empty() {
            let message = "expected scores of shape [C] or [N, C, …], but they have no dimensions";
            return Err(Error::op(op, message));
        }
        let count = positions.remove(dim);
        if count == 0 {
            let message = format!("no classes in an output of shape {:?}", output.dims());
            return Err(Error::op(op, message));
        }
        Ok(Classes {
            dim,
            count,
            positions,
        })
    }

    /// The number of positions that have a label.
    pub(crate) fn rows(&self) -> usize {
        self.positions.iter().product()
    }

    /// A row of classes per position.
    pub(crate) fn rows_of(&self, x: &Data) -> Result<Data> {
        let mut order: Vec<usize> = (0..=self.positions.len()).collect();
        let classes = order.remove(self.dim);
        order.push(classes);
        let rows = x.permute(order)?.contiguous()?;
        Ok(rows.reshape((self.rows(), self.count))?)
    }

    /// The shape of the output again.
    pub(crate) fn restore(&self, rows: &Data) -> Result<Data> {
        let mut shape = self.positions.clone();
        shape.push(self.count);
        let mut order: Vec<usize> = (0..self.positions.len()).collect();
        order.insert(self.dim, self.positions.len());
        Ok(rows.reshape(shape)?.permute(order)?)
    }

    /// The weights as a row, in the type that is computed in; ones by default.
    pub(super) fn weights(
        &self,
        op: &'static str,
        output: &Tensor,
        weight: Option<&Tensor>,
    ) -> Result<Data> {
        let Some(weight) = weight else {
            let dtype = compute_dtype(output.dtype());
            return Ok(Data::ones((1, self.count), dtype, output.device())?);
        };
        if weight.dims() != [self.count] {
            let message = format!(
                "expected a weight for each of {} classes, but `weight` has shape {:?}",
                self.count,
                weight.dims()
            );
            return Err(Error::op(op, message));
        }
        expect_dtype(op, output.dtype(), "weight", weight)?;
        if weight.requires_grad() && is_grad_enabled() {
            let message = "`weight` needs a gradient, but weights of classes have none";
            return Err(Error::op(op, message).help("pass `weight.detach()`"));
        }
        // Copied: a buffer may be set before the backward pass.
        Ok(dense(weight.as_candle())?
            .reshape((1, self.count))?
            .copy()?)
    }
}

/// The class of every position, none where it is ignored.
pub(crate) type Labels = Vec<Option<usize>>;

impl Classes {
    /// Reads class indices of any integer type.
    pub(crate) fn labels(
        &self,
        op: &'static str,
        target: &Tensor,
        ignore_index: Option<i64>,
    ) -> Result<Labels> {
        if target.dims() != self.positions {
            let message = format!(
                "expected a class index for each of {:?}, but the target has shape {:?}",
                self.positions,
                target.dims()
            );
            let one_hot = target.dims().get(self.dim) == Some(&self.count)
                && target.rank() == self.positions.len() + 1;
            return Err(if one_hot {
                Error::op(op, message).help(
                    "a one-hot target is one of probabilities: convert it to the output's type",
                )
            } else if target.rank() == self.positions.len() + 1 {
                Error::op(op, message).help("`squeeze` the target's dimension of size 1")
            } else {
                Error::op(op, message)
            });
        }
        let labels = target.to_vec::<i64>()?;
        let read = |(i, &label): (usize, &i64)| match usize::try_from(label) {
            _ if Some(label) == ignore_index => Ok(None),
            Ok(class) if class < self.count => Ok(Some(class)),
            _ => Err(self.out_of_range(op, i, label, ignore_index)),
        };
        labels.iter().enumerate().map(read).collect()
    }

    fn out_of_range(
        &self,
        op: &'static str,
        index: usize,
        label: i64,
        ignore_index: Option<i64>,
    ) -> Error {
        let message = format!(
            "label {label} at position {index} is out of range for {0} classes (expected 0..={1})",
            self.count,
            self.count - 1
        );
        let error = Error::op(op, message);
        match ignore_index {
            _ if label == self.count as i64 => error.help("classes count from 0"),
            Some(ignored) if label < 0 => error.help(format!(
                "positions that don't count have the label `ignore_index`, which is {ignored}"
            )),
            _ => error,
        }
    }
}
