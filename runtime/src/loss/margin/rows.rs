//! Losses of rows of scores, with a gradient of their own.

use candle_core::{DType, Tensor as Data};

use crate::error::{Error, Result};
use crate::loss::{Classes, Reduction};
use crate::ops::compute::{compute_dtype, dense};
use crate::tensor::Tensor;

/// Scores of shape `[C]` or `[N, C]`, computed as one row per sample.
pub(super) struct Rows {
    op: &'static str,
    pub(super) classes: Classes,
    reduction: Reduction,
    /// The output's type.
    dtype: DType,
}

impl Rows {
    pub(super) fn new(op: &'static str, output: &Tensor, reduction: Reduction) -> Result<Self> {
        if output.rank() > 2 {
            let message = format!(
                "expected scores of shape [C] or [N, C], but they have shape {:?}",
                output.dims()
            );
            return Err(Error::op(op, message));
        }
        let classes = Classes::of(op, output)?;
        reduction.check_count(op, &classes.positions)?;
        Ok(Rows {
            op,
            classes,
            reduction,
            dtype: output.dtype(),
        })
    }

    /// The scores `[N, C]` in the type that is computed in.
    pub(super) fn scores(&self, output: &Tensor) -> Result<Data> {
        self.classes.rows_of(&dense(output.as_candle())?)
    }

    /// A class for each row, `[N, 1]`.
    pub(super) fn column(&self, classes: impl Iterator<Item = usize>, like: &Data) -> Result<Data> {
        let classes: Vec<u32> = classes.map(|class| class as u32).collect();
        let shape = (self.classes.rows(), 1);
        Ok(Data::from_vec(classes, shape, like.device())?)
    }

    /// The result from the losses of the rows, `[N, 1]`. `gradient` makes gradients of the scores of such of the losses.
    pub(super) fn record(
        self,
        output: &Tensor,
        losses: &Data,
        gradient: impl Fn(&Data) -> Result<Data> + Send + Sync + 'static,
    ) -> Result<Tensor> {
        let rows = self.classes.rows();
        let losses = losses.reshape(self.classes.positions.as_slice())?;
        let loss = self.reduction.apply(losses, rows as f64)?;
        let data = loss.to_dtype(self.dtype)?;
        Ok(Tensor::record(self.op, data, [output], move |grad, _| {
            let grad = grad.to_dtype(compute_dtype(self.dtype))?;
            let each = self.reduction.spread(&grad, rows as f64)?;
            let each = match self.reduction {
                Reduction::Mean | Reduction::Sum => each.reshape((1, 1))?.expand((rows, 1))?,
                Reduction::None | Reduction::Unknown(_) => each.reshape((rows, 1))?,
            };
            let scores = gradient(&each.contiguous()?)?.to_dtype(self.dtype)?;
            Ok([Some(self.classes.restore(&scores)?)])
        }))
    }
}

/// max(x, 0); a NaN goes on.
pub(super) fn positive_part(x: &Data) -> Result<Data> {
    Ok(x.le(0.)?.where_cond(&x.zeros_like()?, x)?)
}
