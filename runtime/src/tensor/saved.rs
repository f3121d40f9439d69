//! What a backward closure keeps of the forward pass, and what it is written with.

use std::sync::Arc;

use super::owner::Owner;
use super::{is_grad_enabled, Tensor};
use crate::error::{Error, Result};

impl Tensor {
    /// Keeps this tensor's values for a backward closure; see [`record`](Self::record).
    pub fn save(&self) -> Saved {
        self.save_if(true)
    }

    /// [`save`](Self::save), if the condition (usually that another input [needs a gradient](Self::requires_grad)) holds;
    /// else nothing is kept, and [`Saved::get`] is an error.
    pub fn save_if(&self, needed: bool) -> Saved {
        if !(needed && is_grad_enabled()) {
            return Saved {
                data: None,
                owner: None,
            };
        }
        let owner = self.owner.clone().map(|owner| (owner.version(), owner));
        Saved {
            data: Some(self.data.clone()),
            owner,
        }
    }
}

/// An input's values as they were in the forward pass; see [`Tensor::record`].
#[derive(Clone, Debug)]
pub struct Saved {
    data: Option<candle_core::Tensor>,
    owner: Option<(u64, Arc<Owner>)>,
}

impl Saved {
    /// The values.
    ///
    /// # Errors
    /// [`Error::ChangedInPlace`] if they belong to a parameter or buffer that was set since.
    pub fn get(&self) -> Result<&candle_core::Tensor> {
        if let Some((expected, owner)) = &self.owner {
            owner.check_version(*expected)?;
        }
        self.data.as_ref().ok_or_else(|| {
            Error::op(
                "backward",
                "a value was not saved: this is a bug in the operation",
            )
        })
    }
}

/// `Some` of what `compute` returns if it is `needed`: for the gradients in a [`record`](Tensor::record) closure.
///
/// # Errors
/// Those of `compute`.
pub fn when<T>(needed: bool, compute: impl FnOnce() -> Result<T>) -> Result<Option<T>> {
    needed.then(compute).transpose()
}
