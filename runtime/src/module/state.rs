//! What every layer carries beside its parameters: training mode, whether it is frozen, forward hooks.

use super::hook::Hooks;
use crate::scoped::with;
use crate::tensor::{is_grad_enabled, is_recomputing};
use crate::{Result, Tensor};
use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

thread_local! {
    /// The mode in which this thread runs a model, whatever the model's own is.
    static MODE: Cell<Option<bool>> = const { Cell::new(None) };
    /// Whether running statistics are the means of all batches on this thread, whatever the layers' momentum is.
    static CUMULATIVE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f` as if all modules were in training or evaluation mode, on this thread only; their own modes stay.
pub(crate) fn in_mode<T>(training: bool, f: impl FnOnce() -> T) -> T {
    at_mode(Some(training), f)
}

/// The mode in which this thread runs models whatever their own is, if any.
pub(crate) fn current_mode() -> Option<bool> {
    MODE.get()
}

/// Runs `f` in a mode that was [current](current_mode) earlier.
pub(crate) fn at_mode<T>(mode: Option<bool>, f: impl FnOnce() -> T) -> T {
    with(&MODE, mode, f)
}

/// Runs `f` with running statistics that are the means of all batches, on this thread only.
pub(crate) fn with_cumulative_statistics<T>(f: impl FnOnce() -> T) -> T {
    with(&CUMULATIVE, true, f)
}

/// Whether running statistics are to be the means of all batches.
pub(crate) fn cumulative_statistics() -> bool {
    CUMULATIVE.get()
}

/// Training mode, freezing and hooks of one module. A clone has the same modes and no hooks.
pub struct State {
    evaluating: AtomicBool,
    frozen: AtomicBool,
    checkpointed: AtomicBool,
    /// Whether it is that of a model, whose `forward` runs the hooks itself.
    of_model: bool,
    /// Made with the first hook.
    hooks: OnceLock<Arc<Hooks>>,
}

impl State {
    /// In training mode, not frozen, without hooks: as PyTorch's modules start.
    pub const fn new() -> Self {
        State {
            evaluating: AtomicBool::new(false),
            frozen: AtomicBool::new(false),
            checkpointed: AtomicBool::new(false),
            of_model: false,
            hooks: OnceLock::new(),
        }
    }

    /// The same, for a model whose `forward` runs the hooks itself.
    #[doc(hidden)]
    pub const fn of_model() -> Self {
        let mut state = State::new();
        state.of_model = true;
        state
    }

    /// Whether it is that of a model, whose `forward` runs the hooks itself.
    pub(crate) fn is_of_model(&self) -> bool {
        self.of_model
    }

    /// Whether the module was set to training mode (`train()`), frozen or not.
    pub fn training(&self) -> bool {
        !self.evaluating.load(Ordering::Relaxed)
    }

    /// Whether the module behaves as in training: in training mode, which a call through Candle's
    /// [`ModuleT`](candle_nn::ModuleT) sets for its own duration, and not frozen.
    pub fn active(&self) -> bool {
        MODE.get().unwrap_or_else(|| self.training()) && !self.frozen()
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

    /// Whether calls of the module keep nothing but their inputs, and are run again in the backward pass:
    /// [`ModuleExt::checkpoint`](super::ModuleExt::checkpoint).
    pub fn checkpointed(&self) -> bool {
        self.checkpointed.load(Ordering::Relaxed)
    }

    /// Whether a call of the module now is to be run again.
    pub(crate) fn runs_again(&self) -> bool {
        self.checkpointed() && is_grad_enabled()
    }

    /// Turns that on or off.
    pub fn set_checkpointed(&self, on: bool) {
        self.checkpointed.store(on, Ordering::Relaxed);
    }

    /// Whether any hook is registered and to be called: a second run of a checkpoint calls none.
    #[inline]
    pub fn has_hooks(&self) -> bool {
        self.hooks.get().is_some_and(|hooks| hooks.any()) && !is_recomputing()
    }

    /// The hooks, to add to.
    pub(crate) fn hooks(&self) -> &Arc<Hooks> {
        self.hooks.get_or_init(Arc::default)
    }

    /// The tensors that go into a call, if there are hooks to show them to.
    #[doc(hidden)]
    #[inline]
    pub fn watch(&self, inputs: &[Option<&Tensor>]) -> Option<Vec<Tensor>> {
        let seen = || inputs.iter().filter_map(|x| x.cloned()).collect();
        self.has_hooks().then(seen)
    }

    /// Shows the hooks what went into a call and, as `collect` finds it, what came out.
    ///
    /// # Errors
    /// Those of the hooks.
    #[doc(hidden)]
    #[inline]
    pub fn show<T>(
        &self,
        seen: Option<Vec<Tensor>>,
        result: Result<T>,
        collect: impl FnOnce(&T, &mut Vec<Tensor>),
    ) -> Result<T> {
        if let (Some(inputs), Ok(y)) = (seen, &result) {
            let mut outputs = Vec::new();
            collect(y, &mut outputs);
            self.run_hooks(&inputs, &outputs)?;
        }
        result
    }

    /// Shows the hooks the tensors that went into a call and came out of it.
    ///
    /// # Errors
    /// Those of the hooks.
    pub fn run_hooks(&self, inputs: &[Tensor], outputs: &[Tensor]) -> Result<()> {
        match self.hooks.get() {
            Some(hooks) => hooks.run(inputs, outputs),
            None => Ok(()),
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

impl Clone for State {
    fn clone(&self) -> Self {
        let mut new = State::new();
        new.of_model = self.of_model;
        new.set_training(self.training());
        new.set_frozen(self.frozen());
        new.set_checkpointed(self.checkpointed());
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
