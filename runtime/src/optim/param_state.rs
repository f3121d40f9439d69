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
    /// The rule's tensors; those that it uses now come first.
    pub(super) tensors: Vec<Data>,
    /// Their names.
    names: Vec<&'static str>,
    /// The f32 values of a half-precision parameter.
    pub(super) master: Option<Data>,
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

    /// Puts the tensors that the rule uses now first, in its order; those that don't exist get their initial values, and if
    /// there are any the state is fresh.
    pub(super) fn arrange<R: UpdateRule>(&mut self, rule: &R, param: &Param) -> Result<bool> {
        let mut fresh = false;
        for (i, slot) in rule.slots_of(param.shape()).iter().enumerate() {
            let at = match self.names.iter().position(|name| name == slot) {
                Some(at) => at,
                None => {
                    fresh = true;
                    self.insert(slot, initial(rule, slot, param)?);
                    self.names.len() - 1
                }
            };
            self.names.swap(i, at);
            self.tensors.swap(i, at);
        }
        Ok(fresh)
    }

    fn insert(&mut self, slot: &'static str, tensor: Data) {
        self.names.push(slot);
        self.tensors.push(tensor);
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
        let master = self.master.iter().map(|master| (&MASTER, master));
        for (&name, tensor) in self.names.iter().zip(&self.tensors).chain(master) {
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
            } else if name == MASTER {
                if is_half(param) {
                    state.master = Some(fitted(name, tensor, param, param.shape())?);
                }
            } else {
                let mut slots = R::SLOTS.iter().copied();
                let slot = slots
                    .find(|slot| slot == name)
                    .ok_or_else(|| unknown::<R>(name, param))?;
                let shape = R::slot_shape(slot, param.shape());
                state.insert(slot, fitted(name, tensor, param, &shape)?);
            }
        }
        Ok(state)
    }
}

/// Whether the parameter is computed with in another type than its own.
pub(super) fn is_half(param: &Param) -> bool {
    matches!(param.dtype(), DType::F16 | DType::BF16)
}

/// A tensor as it is before the first step.
fn initial<R: UpdateRule>(rule: &R, slot: &'static str, param: &Param) -> Result<Data> {
    let shape = R::slot_shape(slot, param.shape());
    let zeros = Data::zeros(shape, compute_dtype(param.dtype()), param.device())?;
    Ok(match rule.initial(slot) {
        0. => zeros,
        value => (zeros + value)?,
    })
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
