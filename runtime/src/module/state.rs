//! What every layer carries beside its parameters: training mode, whether it is frozen, forward hooks.

use crate::{Result, Tensor};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// A function that sees a layer's input and output after each call.
pub type Hook = Arc<dyn Fn(&str, &Tensor, &Tensor) -> Result<()> + Send + Sync>;

/// Training mode, freezing and hooks of one module. A clone has the same modes and no hooks.
pub struct State {
    evaluating: AtomicBool,
    frozen: AtomicBool,
    hooked: AtomicBool,
    hooks: RwLock<Vec<(u64, Hook)>>,
}

impl State {
    /// In training mode, not frozen, without hooks: as PyTorch's modules start.
    pub const fn new() -> Self {
        State {
            evaluating: AtomicBool::new(false),
            frozen: AtomicBool::new(false),
            hooked: AtomicBool::new(false),
            hooks: RwLock::new(Vec::new()),
        }
    }

    /// Whether the module was set to training mode (`train()`), frozen or not.
    pub fn training(&self) -> bool {
        !self.evaluating.load(Ordering::Relaxed)
    }

    /// Whether the module behaves as in training: in training mode and not frozen.
    pub fn active(&self) -> bool {
        self.training() && !self.frozen()
    }

    /// Sets training or evaluation mode.
    pub fn set_training(&self, on: bool) {
        self.evaluating.store(!on, Ordering::Relaxed);
    }

    /// Whether the module is frozen by a mask.
    pub fn frozen(&self) -> bool {
        self.frozen.load(Ordering::Relaxed)
    }

    /// Freezes or unfreezes.
    pub fn set_frozen(&self, on: bool) {
        self.frozen.store(on, Ordering::Relaxed);
    }

    /// Whether any hook is registered.
    #[inline]
    pub fn has_hooks(&self) -> bool {
        self.hooked.load(Ordering::Relaxed)
    }

    /// Adds a hook under a key that [`State::remove_hook`] takes.
    pub fn add_hook(&self, key: u64, hook: Hook) {
        let mut hooks = self.hooks.write().unwrap_or_else(PoisonError::into_inner);
        hooks.push((key, hook));
        self.hooked.store(true, Ordering::Relaxed);
    }

    /// Removes the hook with this key.
    pub fn remove_hook(&self, key: u64) {
        let mut hooks = self.hooks.write().unwrap_or_else(PoisonError::into_inner);
        hooks.retain(|(k, _)| *k != key);
        self.hooked.store(!hooks.is_empty(), Ordering::Relaxed);
    }

    /// Shows the hooks an input and output; gives the output back.
    pub(crate) fn run_hooks(&self, type_name: &str, x: &Tensor, y: Tensor) -> Result<Tensor> {
        let hooks: Vec<Hook> = {
            let hooks = self.hooks.read().unwrap_or_else(PoisonError::into_inner);
            hooks.iter().map(|(_, h)| h.clone()).collect()
        };
        for hook in hooks {
            hook(type_name, x, &y)?;
        }
        Ok(y)
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

impl Clone for State {
    fn clone(&self) -> Self {
        let new = State::new();
        new.set_training(self.training());
        new.set_frozen(self.frozen());
        new
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("training", &self.training())
            .field("frozen", &self.frozen())
            .finish()
    }
}
