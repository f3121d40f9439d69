//! The state as it is saved.

use std::collections::{BTreeMap, VecDeque};

use candle_core::{Device, Tensor as Data};

use super::flat::Flat;
use super::memory::{Last, Memory, Pair};
use crate::error::{Error, Result};
use crate::tensor::Tensor;

/// PyTorch's names. `al` is working memory of the last direction, which is not needed.
const NAMES: [&str; 11] = [
    "d",
    "t",
    "old_dirs",
    "old_stps",
    "ro",
    "H_diag",
    "prev_flat_grad",
    "prev_loss",
    "n_iter",
    "func_evals",
    "al",
];

type Saved = BTreeMap<String, Tensor>;

impl Memory {
    pub(super) fn save(&self) -> Result<Saved> {
        let mut saved = Saved::new();
        let mut keep = |name: &str, tensor: Data| saved.insert(name.to_owned(), tensor.into());
        keep("n_iter", Data::new(self.n_iter as i64, &Device::Cpu)?);
        keep(
            "func_evals",
            Data::new(self.func_evals as i64, &Device::Cpu)?,
        );
        if let Some(last) = &self.last {
            keep("d", last.d.copy()?);
            keep("prev_flat_grad", last.prev_flat_grad.copy()?);
            keep("t", Data::new(last.t, &Device::Cpu)?);
            keep("H_diag", Data::new(last.h_diag, &Device::Cpu)?);
            keep("prev_loss", Data::new(last.prev_loss, &Device::Cpu)?);
        }
        if !self.pairs.is_empty() {
            let stacked = |of: fn(&Pair) -> &Data| {
                Data::stack(&self.pairs.iter().map(of).collect::<Vec<_>>(), 0)
            };
            keep("old_dirs", stacked(|pair| &pair.y)?);
            keep("old_stps", stacked(|pair| &pair.s)?);
            let ro: Vec<f64> = self.pairs.iter().map(|pair| pair.ro).collect();
            keep("ro", Data::new(ro, &Device::Cpu)?);
        }
        Ok(saved)
    }

    /// The memory of a saved state. The lists may be stacked to one tensor, or be tensors of their own: `old_dirs.0` and so on.
    pub(super) fn load(saved: &Saved, flat: &Flat<'_>) -> Result<Self> {
        let known = |name: &str| NAMES.contains(&name.split('.').next().unwrap_or(name));
        if let Some(name) = saved.keys().find(|name| !known(name)) {
            let message = format!("`{name}`: Lbfgs keeps {}", NAMES[..10].join(", "));
            return Err(Error::op("load_state_dict", message)
                .help("the state may be that of another kind of optimizer"));
        }
        let count = |name| Ok::<_, Error>(saved.get(name).map_or(Ok(0.), Tensor::item)? as u64);
        let last = match saved.contains_key("d") {
            true => Some(Last {
                d: vector(saved, "d", flat)?,
                t: required(saved, "t")?.item()?,
                h_diag: required(saved, "H_diag")?.item()?,
                prev_flat_grad: vector(saved, "prev_flat_grad", flat)?,
                prev_loss: required(saved, "prev_loss")?.item()?,
            }),
            false => None,
        };
        Ok(Memory {
            n_iter: count("n_iter")?,
            func_evals: count("func_evals")?,
            last,
            pairs: pairs(saved, flat)?,
        })
    }
}

fn pairs(saved: &Saved, flat: &Flat<'_>) -> Result<VecDeque<Pair>> {
    let [ys, steps, ros] = ["old_dirs", "old_stps", "ro"].map(|name| list(saved, name));
    let (ys, steps, ros) = (ys?, steps?, ros?);
    if ys.len() != steps.len() || ys.len() != ros.len() {
        let message = format!(
            "`old_dirs`, `old_stps` and `ro` have {}, {} and {} entries",
            ys.len(),
            steps.len(),
            ros.len()
        );
        return Err(Error::op("load_state_dict", message));
    }
    let pair = |((y, s), ro): ((&Tensor, &Tensor), &Tensor)| {
        Ok(Pair {
            y: fitted(y, "old_dirs", flat)?,
            s: fitted(s, "old_stps", flat)?,
            ro: ro.item()?,
        })
    };
    ys.iter().zip(&steps).zip(&ros).map(pair).collect()
}

/// The entries of a list.
fn list(saved: &Saved, name: &str) -> Result<Vec<Tensor>> {
    let Some(stacked) = saved.get(name) else {
        let entries = (0..).map_while(|i| saved.get(&format!("{name}.{i}")));
        return Ok(entries.cloned().collect());
    };
    if stacked.rank() == 0 {
        return Err(Error::op("load_state_dict", format!("`{name}` is no list")));
    }
    let entry = |i| Ok(Tensor::from(stacked.as_candle().get(i)?));
    (0..stacked.dims()[0]).map(entry).collect()
}

fn required<'s>(saved: &'s Saved, name: &str) -> Result<&'s Tensor> {
    let missing = || {
        Error::op(
            "load_state_dict",
            format!("the state has `d` but not `{name}`"),
        )
    };
    saved.get(name).ok_or_else(missing)
}

fn vector(saved: &Saved, name: &str, flat: &Flat<'_>) -> Result<Data> {
    fitted(required(saved, name)?, name, flat)
}

/// A vector as long as the parameters together, in the type that is computed in.
fn fitted(vector: &Tensor, name: &str, flat: &Flat<'_>) -> Result<Data> {
    if vector.dims() != [flat.size()] {
        let message = format!(
            "`{name}` has shape {:?}, but the trained parameters have {} elements",
            vector.dims(),
            flat.size()
        );
        return Err(Error::op("load_state_dict", message));
    }
    let vector = vector.as_candle().to_device(&flat.device)?;
    Ok(vector.to_dtype(flat.dtype)?.copy()?)
}
