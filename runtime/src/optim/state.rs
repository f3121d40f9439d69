//! What an optimizer saves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::setting::Settings;
use crate::error::{Error, Result};
use crate::tensor::Tensor;

/// An optimizer's state as `torch.optim.Optimizer.state_dict` lays it out.
///
/// Parameters are numbered through all groups in order. The groups serialise with serde, the tensors are a flat table
/// ([`tensors`](Self::tensors)) for a safetensors file.
///
/// # Example
/// ```
/// use taper::optim::{Optimizer, OptimizerState, Sgd, SgdOptions};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], SgdOptions::default().lr(0.1).momentum(0.9))?;
/// w.add(0.0)?.backward()?;
/// opt.step()?;
/// let state = opt.state_dict()?;
/// assert_eq!(state.state[&0]["momentum_buffer"].to_vec::<f32>()?, [1.]);
/// let groups = serde_json::to_string(&state.param_groups).unwrap();
///
/// let again = OptimizerState::from_parts(serde_json::from_str(&groups).unwrap(), state.tensors())?;
/// let mut resumed = Sgd::new([&w], 0.0)?;
/// resumed.load_state_dict(&again)?;
/// assert_eq!(resumed.param_groups()[0].lr, 0.1);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct OptimizerState {
    /// Per parameter, by its number, its tensors by PyTorch's names.
    pub state: BTreeMap<usize, BTreeMap<String, Tensor>>,
    /// The groups.
    pub param_groups: Vec<GroupState>,
}

/// A parameter group in an [`OptimizerState`].
///
/// ```
/// use taper::optim::{Optimizer, Sgd};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let state = Sgd::new([&w], 0.1)?.state_dict()?;
/// assert_eq!(state.param_groups[0].options["lr"], 0.1.into());
/// assert_eq!(state.param_groups[0].params, [0]);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupState {
    /// The hyperparameters by PyTorch's names.
    #[serde(flatten)]
    pub options: Settings,
    /// The numbers of the group's parameters.
    pub params: Vec<usize>,
}

impl OptimizerState {
    /// All tensors in one table, under `state.0.exp_avg` and so on.
    pub fn tensors(&self) -> BTreeMap<String, Tensor> {
        let flat = self.state.iter().flat_map(|(index, tensors)| {
            tensors
                .iter()
                .map(move |(name, tensor)| (format!("state.{index}.{name}"), tensor.clone()))
        });
        flat.collect()
    }

    /// The state from its two parts.
    ///
    /// # Errors
    /// If a tensor's name is not of the form `state.0.exp_avg`.
    pub fn from_parts(
        param_groups: Vec<GroupState>,
        tensors: impl IntoIterator<Item = (String, Tensor)>,
    ) -> Result<Self> {
        let mut state: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for (key, tensor) in tensors {
            let parsed = key
                .strip_prefix("state.")
                .and_then(|rest| rest.split_once('.'))
                .and_then(|(index, name)| Some((index.parse::<usize>().ok()?, name.to_owned())));
            let Some((index, name)) = parsed else {
                let expected = "a name of the form state.<number>.<name>";
                return Err(Error::argument("OptimizerState", "tensors", key, expected));
            };
            state.entry(index).or_default().insert(name, tensor);
        }
        Ok(OptimizerState {
            state,
            param_groups,
        })
    }
}
