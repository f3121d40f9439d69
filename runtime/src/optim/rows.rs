//! One step of the rows of a parameter that a sparse gradient holds; the others, and their state, are not looked at.

use candle_core::{DType, Tensor as Data};

use super::pieces::Pass;
use super::rule::{Moment, UpdateRule};
use super::slices::{with_slices_mut, Real};
use super::update::{one_pass, Update};
use crate::error::Result;
use crate::kernels;
use crate::ops::compute::compute_dtype;
use crate::tensor::SparseGrad;

impl<R: UpdateRule> Update<'_, R> {
    pub(super) fn rows(&self, moment: Moment<'_>, grad: &SparseGrad, state: &[Data]) -> Result<()> {
        if grad.data().elem_count() == 0 {
            return Ok(());
        }
        match (one_pass::<R>(grad.data()), grad.data().dtype()) {
            (true, DType::F32) => self.rows_in_place::<f32>(moment, grad, state),
            (true, DType::F64) => self.rows_in_place::<f64>(moment, grad, state),
            _ => self.rows_in_tensors(moment, grad, state),
        }
    }

    fn rows_in_place<T: Real>(
        &self,
        moment: Moment<'_>,
        grad: &SparseGrad,
        state: &[Data],
    ) -> Result<()> {
        let size = grad.data().elem_count() / grad.indices().len();
        let values = kernels::values(grad.data())?;
        let each = values.slice::<T>()?.chunks_exact(size);
        let pass = Pass {
            rule: self.rule,
            moment,
        };
        self.param.update(|param| {
            with_slices_mut::<T>(param, state, &mut |mut slices| {
                for (&row, grad) in grad.indices().iter().zip(each.clone()) {
                    let at = row * size..(row + 1) * size;
                    let mut parts: Vec<_> = slices.iter_mut().map(|s| &mut s[at.clone()]).collect();
                    if let Some((param, state)) = parts.split_first_mut() {
                        pass.in_pieces(param, grad, state);
                    }
                }
                Ok(())
            })
        })
    }

    fn rows_in_tensors(&self, moment: Moment<'_>, grad: &SparseGrad, state: &[Data]) -> Result<()> {
        let dtype = compute_dtype(self.param.dtype());
        let index = grad.index()?;
        let read = |whole: &Data| Ok(whole.index_select(&index, 0)?);
        let param = read(self.param.as_candle())?.to_dtype(dtype)?;
        let mut parts = state.iter().map(read).collect::<Result<Vec<_>>>()?;
        let values = grad.data().to_dtype(dtype)?;
        let updated = self.rule.tensors(moment, &param, &values, &mut parts)?;
        let updated = updated.to_dtype(self.param.dtype())?;
        self.param
            .update(|param| write(param, &updated, grad.indices()))?;
        let mut parts = state.iter().zip(&parts);
        parts.try_for_each(|(whole, part)| write(whole, part, grad.indices()))
    }
}

/// Sets the rows of `whole` in place.
fn write(whole: &Data, rows: &Data, indices: &[usize]) -> Result<()> {
    let rows = rows.contiguous()?;
    for (at, &row) in indices.iter().enumerate() {
        whole.slice_set(&rows.narrow(0, at, 1)?, 0, row)?;
    }
    Ok(())
}
