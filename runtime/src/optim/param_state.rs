//! What is kept for a parameter from step to step.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Shape, Tensor as Data};

use super::rule::UpdateRule;
use crate::error::{Error, Result};
use crate::ops::compute::compute_dtype;
use crate::tensor::{Param, Tensor};

/// What is kept for a parameter.
#[derive(Debug, Default)]
pub(super) struct ParamState {
    /// The steps done.
    pub(super) step: u64,
    /// The rule's numbers; empty before the first step.
    pub(super) scalars: Vec<f64>,
    /// The rule's tensors by name, and the master.
    tensors: BTreeMap<&'static str, Data>,
}

/// The name under which the number of steps is saved.
const STEP: &str = "step";

/// The name of the f32 values of a half-precision parameter.
const MASTER: &str = "master_param";

impl ParamState {
    /// Makes the rule's numbers, unless they are there.
    pub(super) fn prepare<R: UpdateRule>(&mut self, rule: &R) {
        if self.scalars.len() != R::SCALARS.len() {
            self.scalars = R::SCALARS.iter().map(|name| rule.initial(name)).collect();
        }
    }

    /// Takes out the tensors that the rule uses now; those that don't exist get their initial values, and if there are any
    /// the state is fresh.
    pub(super) fn take<R: UpdateRule>(
        &mut self,
        rule: &R,
        param: &Param,
    ) -> Result<(Vec<Data>, bool)> {
        let dtype = compute_dtype(param.dtype());
        let (mut taken, mut fresh) = (Vec::new(), false);
        for slot in rule.slots_of(param.shape()) {
            taken.push(match self.tensors.remove(slot) {
                Some(tensor) => tensor,
                None => {
                    fresh = true;
                    let shape = R::slot_shape(slot, param.shape());
                    let zeros = Data::zeros(shape, dtype, param.device())?;
                    match rule.initial(slot) {
                        0. => zeros,
                        value => (zeros + value)?,
                    }
                }
            });
        }
        Ok((taken, fresh))
    }

    /// Puts back what [`take`](Self::take) took out.
    pub(super) fn put<R: UpdateRule>(&mut self, rule: &R, param: &Param, tensors: Vec<Data>) {
        let slots = rule.slots_of(param.shape()).iter().copied();
        self.tensors.extend(slots.zip(tensors));
    }

    pub(super) fn take_master(&mut self) -> Option<Data> {
        self.tensors.remove(MASTER)
    }

    pub(super) fn put_master(&mut self, master: Data) {
        self.tensors.insert(MASTER, master);
    }

    pub(super) fn save<R: UpdateRule>(&self) -> Result<BTreeMap<String, Tensor>> {
        let mut saved = BTreeMap::new();
        if R::COUNTS_STEPS {
            let step = Tensor::new(self.step as f32, &Device::Cpu)?;
            saved.insert(STEP.to_owned(), step);
        }
        for (&name, &value) in R::SCALARS.iter().zip(&self.scalars) {
            saved.insert(name.to_owned(), Tensor::new(value, &Device::Cpu)?);
        }
        for (&name, tensor) in &self.tensors {
            saved.insert(name.to_owned(), Tensor::from(tensor.copy()?));
        }
        Ok(saved)
    }

    pub(super) fn load<R: UpdateRule>(
        rule: &R,
        param: &Param,
        saved: &BTreeMap<String, Tensor>,
    ) -> Result<Self> {
        let mut state = ParamState::default();
        if R::SCALARS.iter().any(|&name| saved.contains_key(name)) {
            state.prepare(rule);
        }
        for (name, tensor) in saved {
            if name == STEP {
                state.step = tensor.item()? as u64;
            } else if let Some(i) = R::SCALARS.iter().position(|scalar| scalar == name) {
                state.scalars[i] = tensor.item()?;
            } else {
                let slot = slot::<R>(name).ok_or_else(|| unknown::<R>(name, param))?;
                if slot != MASTER || is_half(param) {
                    let shape = match slot {
                        MASTER => param.shape().clone(),
                        slot => R::slot_shape(slot, param.shape()),
                    };
                    state
                        .tensors
                        .insert(slot, fitted(name, tensor, param, &shape)?);
                }
            }
        }
        Ok(state)
    }
}

/// Whether the parameter is computed with in another type than its own.
pub(super) fn is_half(param: &Param) -> bool {
    matches!(param.dtype(), DType::F16 | DType::BF16)
}

/// The name as it is kept.
fn slot<R: UpdateRule>(name: &str) -> Option<&'static str> {
    let mut slots = R::SLOTS.iter().copied().chain([MASTER]);
    slots.find(|slot| *slot == name)
}

/// A copy of a saved tensor, on the parameter's device and in the type that is computed in.
fn fitted(name: &str, tensor: &Tensor, param: &Param, shape: &Shape) -> Result<Data> {
    if tensor.shape() != shape {
        let (found, expected) = (tensor.dims(), shape.dims());
        let whose = match shape == param.shape() {
            true => "the parameter has",
            false => "expected",
        };
        let message = format!("shape {found:?}, but {whose} {expected:?}");
        return Err(unfit(name, param, &message));
    }
    let tensor = tensor
        .as_candle()
        .to_device(param.device())?
        .to_dtype(compute_dtype(param.dtype()))?;
    Ok(tensor.copy()?)
}

fn unknown<R: UpdateRule>(name: &str, param: &Param) -> Error {
    let kept = [R::SLOTS, R::SCALARS].concat();
    let message = match kept.is_empty() {
        true => "the optimizer keeps nothing".to_owned(),
        false => format!("the optimizer keeps {}", kept.join(", ")),
    };
    unfit(name, param, &message).help("the state may be that of another kind of optimizer")
}

fn unfit(name: &str, param: &Param, why: &str) -> Error {
    let message = format!("`{name}` of {}: {why}", param.describe());
    Error::op("load_state_dict", message)
}
