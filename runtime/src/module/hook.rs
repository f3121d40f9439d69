//! Forward hooks: functions that see what goes into a layer and what comes out.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};

use super::names::nearest;
use super::walk::{join, nodes};
use super::{Module, ModuleError, ModuleExt};
use crate::tensor::Tensors;
use crate::{Result, Tensor};

/// A hook with the path that it was registered for.
type Hook = Arc<dyn Fn(&[Tensor], &[Tensor]) -> Result<()> + Send + Sync>;

/// The forward hooks of one module, in the order of registration.
#[derive(Default)]
pub(crate) struct Hooks {
    any: AtomicBool,
    list: RwLock<Vec<(u64, Hook)>>,
}

impl Hooks {
    #[inline]
    pub(super) fn any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    fn add(&self, key: u64, hook: Hook) {
        self.change(|list| list.push((key, hook)));
    }

    fn remove(&self, key: u64) {
        self.change(|list| list.retain(|(k, _)| *k != key));
    }

    fn change(&self, change: impl FnOnce(&mut Vec<(u64, Hook)>)) {
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut list);
        self.any.store(!list.is_empty(), Ordering::Relaxed);
    }

    pub(super) fn run(&self, inputs: &[Tensor], outputs: &[Tensor]) -> Result<()> {
        // Cloned, so that a hook may remove itself.
        let hooks = {
            let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
            list.clone()
        };
        hooks.iter().try_for_each(|(_, hook)| hook(inputs, outputs))
    }
}

/// Takes a forward hook away again; dropping it does not.
///
/// [`ModuleExt::register_forward_hook`](super::ModuleExt::register_forward_hook) returns it.
pub struct HookHandle {
    path: String,
    key: u64,
    hooks: Weak<Hooks>,
}

impl HookHandle {
    /// The hook is not called any more, and what it holds is dropped.
    pub fn remove(self) {
        if let Some(hooks) = self.hooks.upgrade() {
            hooks.remove(self.key);
        }
    }
}

impl fmt::Debug for HookHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookHandle")
            .field("path", &self.path)
            .finish()
    }
}

/// Registers `hook` on the module at `path` in `root`, which calls it with that path.
pub(crate) fn register(
    root: &dyn Module,
    path: &str,
    hook: impl Fn(&str, &[Tensor], &[Tensor]) -> Result<()> + Send + Sync + 'static,
) -> Result<HookHandle> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let module = root.get_submodule(path)?;
    let Some(state) = module.state() else {
        return Err(ModuleError::NoHooks {
            path: path.to_owned(),
            module: module.type_name(),
            callable: callable(root, path),
        }
        .into());
    };
    let key = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = path.to_owned();
    let hooks = state.hooks();
    hooks.add(key, Arc::new(move |x, y| hook(&name, x, y)));
    Ok(HookHandle {
        path: path.to_owned(),
        key,
        hooks: Arc::downgrade(hooks),
    })
}

/// Paths of the modules that can be called: those in the container at `path` or, if it has none, the nearest.
fn callable(root: &dyn Module, path: &str) -> Vec<String> {
    let called = nodes(root)
        .into_iter()
        .filter(|node| node.module.state().is_some() && !node.path.is_empty());
    let paths: Vec<String> = called.map(|node| node.path).collect();
    let prefix = join(path, "");
    let within: Vec<&str> = paths
        .iter()
        .map(String::as_str)
        .filter(|found| found.starts_with(&prefix))
        .collect();
    if within.is_empty() {
        nearest(path, paths.iter().map(String::as_str))
    } else {
        nearest(path, within)
    }
}

/// What a call gives.
pub struct Outputs<'a, T>(pub &'a T);

impl<T: Tensors> Outputs<'_, T> {
    /// Adds the tensors in it to `found`.
    pub fn collect(&self, found: &mut Vec<Tensor>) {
        self.0.collect(found);
    }
}

/// What a call gives if it is of a type of the user's own: hooks don't see into it.
pub trait NoTensors {
    /// Adds nothing.
    fn collect(&self, _: &mut Vec<Tensor>) {}
}

impl<T> NoTensors for Outputs<'_, T> {}
