//! One step of one parameter, and what is kept for the next.

use std::collections::BTreeMap;

use candle_core::{DType, Tensor as Data};

use super::rule::{Moment, UpdateRule};
use super::slices::{with_slices_mut, Real};
use crate::error::{Error, Result};
use crate::kernels;
use crate::ops::compute::compute_dtype;
use crate::tensor::{same_storage, Param, Tensor};

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
    pub(super) fn run(&self, grad: &Data, state: &mut ParamState) -> Result<()> {
        let (dtype, slots) = (compute_dtype(self.param.dtype()), self.rule.slots());
        let fresh = slots.iter().any(|slot| !state.tensors.contains_key(slot));
        let mut tensors = Vec::with_capacity(slots.len());
        for slot in slots {
            let zeros = || Data::zeros(self.param.shape(), dtype, self.param.device());
            let tensor = state.tensors.remove(slot).map_or_else(zeros, Ok)?;
            tensors.push(tensor);
        }
        let moment = Moment {
            step: state.step + 1,
            fresh,
        };
        let result = match (dtype, dtype == self.param.dtype() && !self.plain) {
            (DType::F32, true) if grad.device().is_cpu() => {
                self.in_place::<f32>(moment, grad, &tensors)
            }
            (DType::F64, true) if grad.device().is_cpu() => {
                self.in_place::<f64>(moment, grad, &tensors)
            }
            _ => self.in_tensors(moment, grad, dtype, &mut tensors),
        };
        // Also after an error: the tensors were taken out.
        state.tensors.extend(slots.iter().copied().zip(tensors));
        state.step = moment.step;
        result
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

    pub(super) fn load(
        slots: &'static [&'static str],
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
            let slot = slots.iter().find(|slot| *slot == name);
            let slot = slot.ok_or_else(|| {
                unfit(format!("the optimizer keeps {}", slots.join(", ")))
                    .help("the state may be that of another kind of optimizer")
            })?;
            if tensor.shape() != param.shape() {
                let (found, expected) = (tensor.dims(), param.dims());
                return Err(unfit(format!(
                    "shape {found:?}, but the parameter has {expected:?}"
                )));
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
