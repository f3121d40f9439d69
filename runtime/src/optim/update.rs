//! One step of one parameter, and what is kept for the next.

use std::collections::BTreeMap;

use candle_core::{DType, Tensor as Data};

use super::rule::{Moment, SparseUpdate, UpdateRule};
use super::slices::{with_slices_mut, Real};
use crate::error::{Error, Result};
use crate::kernels;
use crate::ops::compute::{compute_dtype, Form};
use crate::tensor::{same_storage, Gradient, Param, Tensor};

/// What is kept for a parameter.
#[derive(Debug, Default)]
pub(super) struct ParamState {
    step: u64,
    tensors: BTreeMap<&'static str, Data>,
}

/// One step of one parameter.
pub(super) struct Update<'a, R> {
    pub(super) rule: &'a R,
    pub(super) param: &'a Param,
    pub(super) plain: bool,
}

impl<R: UpdateRule> Update<'_, R> {
    pub(super) fn run(&self, grad: Gradient<'_>, state: &mut ParamState) -> Result<()> {
        let shape = self.param.shape();
        let (dtype, slots) = (compute_dtype(self.param.dtype()), self.rule.slots_of(shape));
        let fresh = slots.iter().any(|slot| !state.tensors.contains_key(slot));
        let mut tensors = Vec::with_capacity(slots.len());
        for slot in slots {
            let zeros = || Data::zeros(R::slot_shape(slot, shape), dtype, self.param.device());
            let tensor = state.tensors.remove(slot).map_or_else(zeros, Ok)?;
            tensors.push(tensor);
        }
        let moment = Moment {
            step: state.step + 1,
            fresh,
        };
        let result = match grad {
            Gradient::Dense(grad) => self.whole(moment, grad, dtype, &mut tensors),
            Gradient::Rows(grad) => match self.rule.sparse_gradient(self.param) {
                Ok(SparseUpdate::Rows) => self.rows(moment, grad, dtype, &mut tensors),
                Ok(SparseUpdate::Dense) => grad
                    .dense()
                    .and_then(|grad| self.whole(moment, &grad, dtype, &mut tensors)),
                Err(error) => Err(error),
            },
        };
        // Also after an error: the tensors were taken out.
        state.tensors.extend(slots.iter().copied().zip(tensors));
        state.step = moment.step;
        result
    }

    fn whole(&self, moment: Moment, grad: &Data, dtype: DType, state: &mut [Data]) -> Result<()> {
        match self.form(dtype) {
            Form::F32 => self.in_place::<f32>(moment, grad, state),
            Form::F64 => self.in_place::<f64>(moment, grad, state),
            Form::Plain => self.in_tensors(moment, grad, dtype, state),
        }
    }

    /// How the update is computed: in one pass over the values where they lie on the CPU in the type that it is computed in.
    pub(super) fn form(&self, dtype: DType) -> Form {
        let in_place = R::ELEMENTWISE && dtype == self.param.dtype() && !self.plain;
        match dtype {
            DType::F32 if in_place && self.param.device().is_cpu() => Form::F32,
            DType::F64 if in_place && self.param.device().is_cpu() => Form::F64,
            _ => Form::Plain,
        }
    }

    fn in_place<T: Real>(&self, moment: Moment, grad: &Data, state: &[Data]) -> Result<()> {
        let mut grad = grad.contiguous()?;
        self.param.update(|values| {
            if same_storage(&grad, values) {
                grad = grad.copy()?; // can't be read while it is written
            }
            let all: Vec<Data> = std::iter::once(values).chain(state).cloned().collect();
            let grad = kernels::values(&grad)?;
            with_slices_mut::<T>(&all, &mut |mut slices| {
                if let Some((param, state)) = slices.split_first_mut() {
                    self.rule.slices(moment, param, grad.slice::<T>()?, state);
                }
                Ok(())
            })
        })
    }

    fn in_tensors(
        &self,
        moment: Moment,
        grad: &Data,
        dtype: DType,
        state: &mut [Data],
    ) -> Result<()> {
        let param = self.param.as_candle().to_dtype(dtype)?;
        let grad = grad.to_dtype(dtype)?;
        let updated = self.rule.tensors(moment, &param, &grad, state)?;
        self.param.set(Tensor::from(updated))
    }
}

/// The name under which the number of steps is saved.
const STEP: &str = "step";

impl ParamState {
    pub(super) fn save<R: UpdateRule>(&self) -> Result<BTreeMap<String, Tensor>> {
        let mut saved = BTreeMap::new();
        if R::COUNTS_STEPS {
            let step = Tensor::new(self.step as f32, &candle_core::Device::Cpu)?;
            saved.insert(STEP.to_owned(), step);
        }
        for (&name, tensor) in &self.tensors {
            saved.insert(name.to_owned(), Tensor::from(tensor.copy()?));
        }
        Ok(saved)
    }

    pub(super) fn load<R: UpdateRule>(
        param: &Param,
        saved: &BTreeMap<String, Tensor>,
    ) -> Result<Self> {
        let mut state = ParamState::default();
        for (name, tensor) in saved {
            if name == STEP {
                state.step = tensor.item()? as u64;
                continue;
            }
            let unfit = |why: String| {
                let message = format!("`{name}` of {}: {why}", param.describe());
                Error::op("load_state_dict", message)
            };
            let slot = R::SLOTS.iter().find(|slot| *slot == name);
            let slot = slot.ok_or_else(|| {
                unfit(format!("the optimizer keeps {}", R::SLOTS.join(", ")))
                    .help("the state may be that of another kind of optimizer")
            })?;
            let expected = R::slot_shape(slot, param.shape());
            if *tensor.shape() != expected {
                let (found, expected) = (tensor.dims(), expected.dims());
                let whose = if expected == param.dims() {
                    "the parameter has"
                } else {
                    "expected"
                };
                return Err(unfit(format!("shape {found:?}, but {whose} {expected:?}")));
            }
            let tensor = tensor
                .as_candle()
                .to_device(param.device())?
                .to_dtype(compute_dtype(param.dtype()))?;
            state.tensors.insert(slot, tensor.copy()?);
        }
        Ok(state)
    }
}
