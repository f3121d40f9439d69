//! Storage that is set in place: who owns it, and which version of its values it holds.

use std::any::Any;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use candle_core::{DType, Device, Var};

use super::Tensor;
use crate::error::{Error, Result};

/// Ids of parameters, buffers and tape nodes, in order of creation: what is computed has a greater id than what it
/// was computed from.
pub(crate) fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The identity of a parameter or buffer, shared with every tensor that views its storage.
#[derive(Debug)]
pub(crate) struct Owner {
    pub(crate) id: u64,
    kind: &'static str,
    name: RwLock<Option<Arc<str>>>,
    version: AtomicU64,
    moved: AtomicBool,
    /// Candle holds the storage as a variable, whose gradient belongs in Candle's `GradStore` too.
    candles: AtomicBool,
    derived: Mutex<Option<Derived>>,
}

/// What an operation computed from the values, and keeps because it will compute it again.
#[derive(Debug)]
struct Derived {
    version: u64,
    key: Vec<usize>,
    values: Arc<dyn Any + Send + Sync>,
}

impl Owner {
    pub(crate) fn new(kind: &'static str, name: Option<Arc<str>>) -> Arc<Self> {
        Arc::new(Owner {
            id: next_id(),
            kind,
            name: RwLock::new(name),
            version: AtomicU64::new(0),
            moved: AtomicBool::new(false),
            candles: AtomicBool::new(false),
            derived: Mutex::new(None),
        })
    }

    /// What `make` computes from the values in a way that `key` tells, kept until they change; one is kept at a time.
    pub(crate) fn derived<T: Any + Send + Sync>(
        &self,
        key: &[usize],
        make: impl FnOnce() -> T,
    ) -> Arc<T> {
        if self.is_candles() {
            return Arc::new(make());
        }
        let version = self.version();
        let found = self.kept().as_ref().and_then(|kept| {
            let fits = kept.version == version && kept.key == key;
            fits.then(|| kept.values.clone().downcast().ok())?
        });
        found.unwrap_or_else(|| {
            let values = Arc::new(make());
            *self.kept() = Some(Derived {
                version,
                key: key.to_vec(),
                values: values.clone(),
            });
            values
        })
    }

    /// Whether Candle has the variable, to which it writes without a word.
    pub(crate) fn is_candles(&self) -> bool {
        self.candles.load(Ordering::Acquire)
    }

    /// The place of what is kept.
    fn kept(&self) -> MutexGuard<'_, Option<Derived>> {
        self.derived.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    pub(crate) fn name(&self) -> Option<Arc<str>> {
        self.name
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// For messages: parameter `fc1.weight`.
    pub(crate) fn describe(&self) -> String {
        match self.name() {
            Some(name) => format!("{} `{name}`", self.kind),
            None => format!("a {} without a name", self.kind),
        }
    }

    /// Lets the storage be written and counts a new version.
    pub(crate) fn change<T>(&self, change: impl FnOnce() -> Result<T>) -> Result<T> {
        self.check_not_moved()?;
        self.kept().take();
        let result = change();
        // Also after an error: part of the values may have been written.
        self.version.fetch_add(1, Ordering::AcqRel);
        result
    }

    /// An error if the values are not those of version `expected` any more.
    pub(crate) fn check_version(&self, expected: u64) -> Result<()> {
        let found = self.version();
        if found == expected {
            return Ok(());
        }
        Err(Error::ChangedInPlace {
            op: "",
            owner: self.describe(),
            expected,
            found,
        })
    }

    pub(crate) fn check_not_moved(&self) -> Result<()> {
        if self.moved.load(Ordering::Acquire) {
            return Err(Error::Moved {
                name: self.describe(),
            });
        }
        Ok(())
    }
}

/// Storage of its own that can be written in place, with its owner's identity.
#[derive(Clone, Debug)]
pub(crate) struct InPlace {
    var: Var,
    pub(crate) owner: Arc<Owner>,
}

impl InPlace {
    /// A contiguous copy of the values.
    pub(crate) fn new(kind: &'static str, values: &candle_core::Tensor) -> Result<Self> {
        Ok(InPlace {
            var: Var::from_tensor(&values.detach())?,
            owner: Owner::new(kind, None),
        })
    }

    /// The variable itself: what is written here is seen there.
    pub(crate) fn adopt(kind: &'static str, var: &Var) -> Self {
        let owner = Owner::new(kind, None);
        owner.candles.store(true, Ordering::Release);
        InPlace {
            var: var.clone(),
            owner,
        }
    }

    /// The storage as a variable of Candle's.
    pub(crate) fn give_out(&self) -> Var {
        self.owner.candles.store(true, Ordering::Release);
        self.var.clone()
    }

    /// The variable, if Candle holds it.
    pub(crate) fn candles(&self) -> Option<&Var> {
        self.owner.is_candles().then_some(&self.var)
    }

    /// A copy with an identity of its own under the same name.
    pub(crate) fn deep_clone(&self) -> Result<Self> {
        let copy = Var::from_tensor(&self.data())?;
        Ok(InPlace {
            var: copy,
            owner: Owner::new(self.owner.kind, self.owner.name()),
        })
    }

    /// The values as a plain tensor on the same storage.
    pub(crate) fn data(&self) -> candle_core::Tensor {
        self.var.as_detached_tensor()
    }

    /// Overwrites the values; other types and devices are converted, as `copy_` does.
    pub(crate) fn set(&self, op: &'static str, value: &Tensor) -> Result<()> {
        self.owner.check_not_moved()?;
        if value.shape() != self.var.shape() {
            return Err(Error::op(
                op,
                format!(
                    "{} has shape {:?}, but the value has shape {:?}",
                    self.owner.describe(),
                    self.var.shape(),
                    value.shape()
                ),
            ));
        }
        let mut value = value
            .as_candle()
            .to_device(self.var.device())?
            .to_dtype(self.var.dtype())?;
        if same_storage(&value, &self.var) {
            // A view of itself, perhaps transposed: reading while writing would mix old and new.
            value = value.copy()?;
        }
        self.owner.change(|| Ok(self.var.set(&value)?))
    }

    /// Hands the storage to `change` and counts a new version.
    pub(crate) fn update<T>(
        &self,
        change: impl FnOnce(&candle_core::Tensor) -> Result<T>,
    ) -> Result<T> {
        self.owner.change(|| change(&self.data()))
    }

    /// Moves to another type or device. Handles that share the old storage are told so when they are next used.
    pub(crate) fn convert(&mut self, dtype: DType, device: &Device) -> Result<bool> {
        if self.var.dtype() == dtype && self.var.device().same_device(device) {
            return Ok(false);
        }
        let value = self.data().to_device(device)?.to_dtype(dtype)?;
        self.owner.moved.store(true, Ordering::Release);
        self.owner = Owner::new(self.owner.kind, self.owner.name());
        self.var = Var::from_tensor(&value)?;
        Ok(true)
    }

    pub(crate) fn set_name(&self, name: impl Into<Arc<str>>) {
        *self
            .owner
            .name
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(name.into());
    }
}

/// Whether two tensors are views of one allocation.
pub(crate) fn same_storage(a: &candle_core::Tensor, b: &candle_core::Tensor) -> bool {
    // One lock at a time: holding one while waiting for the other could meet a writer.
    storage_address(a) == storage_address(b)
}

/// Which allocation a tensor is a view of.
pub(crate) fn storage_address(tensor: &candle_core::Tensor) -> usize {
    std::ptr::from_ref(&*tensor.storage_and_layout().0).addr()
}
