//! Forward hooks: functions that see a layer's input and output.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::{Hook, Module, ModuleError};
use crate::{Result, Tensor};

/// The hook, until it is removed.
type Slot = Arc<RwLock<Option<Hook>>>;

/// Takes a forward hook away again; dropping it does not.
///
/// [`ModuleExt::register_forward_hook`](super::ModuleExt::register_forward_hook) returns it.
pub struct HookHandle {
    path: String,
    slot: Slot,
}

impl HookHandle {
    /// The hook is not called any more, and what it holds is dropped.
    pub fn remove(self) {
        *self.slot.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl fmt::Debug for HookHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookHandle")
            .field("path", &self.path)
            .finish()
    }
}

/// Registers `hook` on `module`, which calls it with `path`.
pub(crate) fn register(
    module: &dyn Module,
    path: &str,
    hook: impl Fn(&str, &Tensor, &Tensor) -> Result<()> + Send + Sync + 'static,
) -> Result<HookHandle> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let Some(state) = module.state() else {
        return Err(ModuleError::NoHooks {
            path: path.to_owned(),
            module: module.type_name(),
        }
        .into());
    };
    let hook: Hook = Arc::new(hook);
    let slot: Slot = Arc::new(RwLock::new(Some(hook)));
    let handle = HookHandle {
        path: path.to_owned(),
        slot: slot.clone(),
    };
    let path = path.to_owned();
    let call: Hook = Arc::new(move |_, x, y| {
        // Cloned, so that a hook may remove itself.
        let hook = slot.read().unwrap_or_else(PoisonError::into_inner).clone();
        hook.map_or(Ok(()), |hook| hook(&path, x, y))
    });
    state.add_hook(NEXT.fetch_add(1, Ordering::Relaxed), call);
    Ok(handle)
}
