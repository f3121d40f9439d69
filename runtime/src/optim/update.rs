//! One step of one parameter.

use candle_core::{DType, Tensor as Data};

use super::masters;
use super::param_state::{is_half, ParamState};
use super::pieces::Pass;
use super::rule::{Moment, SparseUpdate, UpdateRule};
use super::slices::{with_slices_mut, Real};
use crate::error::Result;
use crate::kernels;
use crate::ops::compute::Form;
use crate::tensor::{same_storage, Gradient, Param, Tensor};

/// One step of one parameter.
pub(super) struct Update<'a, R> {
    pub(super) rule: &'a R,
    pub(super) param: &'a Param,
    /// Whether a half-precision parameter has f32 values beside it.
    pub(super) masters: bool,
    /// Whether other threads may help.
    pub(super) shared: bool,
}

impl<R: UpdateRule> Update<'_, R> {
    pub(super) fn run(&self, grad: Gradient<'_>, state: &mut ParamState) -> Result<()> {
        state.prepare(self.rule);
        let fresh = state.arrange(self.rule, self.param)?;
        let step = state.step + 1;
        let moment = Moment {
            step,
            fresh,
            scalars: &state.scalars,
        };
        let used = self.rule.slots_of(self.param.shape()).len();
        let (kept, master) = (&mut state.tensors[..used], &mut state.master);
        match grad {
            Gradient::Dense(grad) => self.whole(moment, grad, kept, master)?,
            Gradient::Rows(grad) => match self.rule.sparse_gradient(self.param)? {
                // What the rows of a master miss, the next dense step takes from the parameter.
                SparseUpdate::Rows => self.rows(moment, grad, kept)?,
                SparseUpdate::Dense => self.whole(moment, &grad.dense()?, kept, master)?,
            },
        }
        if !self.masters {
            state.master = None;
        }
        self.rule.advance(step, &mut state.scalars);
        state.step = step;
        Ok(())
    }

    /// The step of all elements; `master` holds the f32 values of a half-precision parameter.
    fn whole(
        &self,
        moment: Moment<'_>,
        grad: &Data,
        kept: &mut [Data],
        master: &mut Option<Data>,
    ) -> Result<()> {
        if is_half(self.param) {
            let values = self.widened(moment, grad, kept, master.as_ref())?;
            *master = Some(values);
            return Ok(());
        }
        if one_pass::<R>(grad) {
            let update = |values: &Data| self.in_place(moment, values, grad, kept);
            return self.param.update(update);
        }
        let values = self.param.as_candle();
        let updated = self.rule.tensors(moment, values, grad, kept)?;
        self.param.set(Tensor::from(updated))
    }

    /// The step of a half-precision parameter in f32, whose values are rounded afterwards; returns them as they were before.
    fn widened(
        &self,
        moment: Moment<'_>,
        grad: &Data,
        kept: &mut [Data],
        master: Option<&Data>,
    ) -> Result<Data> {
        let grad = grad.to_dtype(DType::F32)?;
        let in_place = one_pass::<R>(&grad);
        let values = match master.filter(|_| self.masters) {
            Some(master) if in_place => {
                masters::refresh(self.param, master, self.shared)?;
                master.clone()
            }
            Some(master) => self.refreshed(master)?,
            None => self.param.as_candle().to_dtype(DType::F32)?,
        };
        if in_place {
            self.in_place(moment, &values, &grad, kept)?;
            masters::round(&values, self.param, self.shared)?;
            return Ok(values);
        }
        let values = self.rule.tensors(moment, &values, &grad, kept)?;
        self.param.set(Tensor::from(&values))?;
        Ok(values)
    }

    /// The master, with the parameter's own values where these are no longer the rounded ones: where they were set.
    fn refreshed(&self, master: &Data) -> Result<Data> {
        let now = self.param.as_candle().to_dtype(DType::F32)?;
        let rounded = master.to_dtype(self.param.dtype())?.to_dtype(DType::F32)?;
        Ok(rounded.eq(&now)?.where_cond(master, &now)?)
    }

    /// The update in one pass over `values`.
    fn in_place(
        &self,
        moment: Moment<'_>,
        values: &Data,
        grad: &Data,
        kept: &[Data],
    ) -> Result<()> {
        match values.dtype() {
            DType::F64 => self.lend::<f64>(moment, values, grad, kept),
            _ => self.lend::<f32>(moment, values, grad, kept),
        }
    }

    fn lend<T: Real>(
        &self,
        moment: Moment<'_>,
        values: &Data,
        grad: &Data,
        kept: &[Data],
    ) -> Result<()> {
        let mut grad = grad.contiguous()?;
        if same_storage(&grad, values) {
            grad = grad.copy()?; // can't be read while it is written
        }
        let grad = kernels::values(&grad)?;
        let pass = Pass {
            rule: self.rule,
            moment,
        };
        with_slices_mut::<T>(values, kept, &mut |mut slices| {
            let grad = grad.slice::<T>()?;
            match slices.split_first_mut() {
                Some((param, state)) if self.shared => pass.in_pieces(param, grad, state),
                Some((param, state)) => pass.whole(param, grad, state),
                None => (),
            }
            Ok(())
        })
    }
}

/// Whether the rule's one-pass form is to be used for values of the gradient's type.
pub(super) fn one_pass<R: UpdateRule>(grad: &Data) -> bool {
    R::ONE_PASS && Form::of(grad) != Form::Plain
}
