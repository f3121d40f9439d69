//! Where gradients end: the slot of a parameter.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use candle_core::{DType, Shape};

use super::accumulate::GradSum;
use super::owner::Owner;
use super::tape::Edge;
use super::Tensor;
use crate::error::{Error, Result};

/// What is called with a gradient before it is added to the slot; it may return another one in its place.
pub(crate) type Hook = Arc<dyn Fn(&Tensor) -> Result<Option<Tensor>> + Send + Sync>;

/// A tensor that gradients are collected for.
pub(crate) struct Leaf {
    pub(crate) owner: Arc<Owner>,
    pub(crate) shape: Shape,
    pub(crate) dtype: DType,
    pub(crate) requires_grad: AtomicBool,
    pub(crate) frozen: AtomicBool,
    grad: Mutex<Option<GradSum>>,
    pub(crate) hooks: Mutex<Vec<(u64, Hook)>>,
}

impl Leaf {
    pub(crate) fn new(owner: Arc<Owner>, shape: Shape, dtype: DType) -> Self {
        Leaf {
            owner,
            shape,
            dtype,
            requires_grad: AtomicBool::new(true),
            frozen: AtomicBool::new(false),
            grad: Mutex::new(None),
            hooks: Mutex::new(Vec::new()),
        }
    }

    /// Another leaf with the same flags and hooks, and no gradient.
    pub(crate) fn like(&self, owner: Arc<Owner>, dtype: DType) -> Self {
        let leaf = Leaf::new(owner, self.shape.clone(), dtype);
        leaf.requires_grad.store(
            self.requires_grad.load(Ordering::Relaxed),
            Ordering::Relaxed,
        );
        leaf.frozen
            .store(self.frozen.load(Ordering::Relaxed), Ordering::Relaxed);
        *lock(&leaf.hooks) = lock(&self.hooks).clone();
        leaf
    }

    /// Whether operations on it are recorded.
    pub(crate) fn tracked(&self) -> bool {
        self.requires_grad.load(Ordering::Relaxed) && !self.frozen.load(Ordering::Relaxed)
    }

    pub(crate) fn grad(&self) -> MutexGuard<'_, Option<GradSum>> {
        lock(&self.grad)
    }

    /// Takes the gradient of one backward pass, all contributions summed, and shows it to `watch`.
    pub(crate) fn receive(
        &self,
        sum: GradSum,
        watch: impl FnOnce(u64, &mut GradSum) -> Result<()>,
    ) -> Result<()> {
        self.owner.check_not_moved()?;
        if !self.tracked() {
            return Ok(()); // frozen since the forward pass
        }
        let mut sum = self.run_hooks(sum)?.into_contiguous()?;
        watch(self.owner.id, &mut sum)?;
        let mut slot = self.grad();
        match slot.as_mut() {
            Some(total) => total.merge(sum)?,
            None => *slot = Some(sum),
        }
        Ok(())
    }

    fn run_hooks(&self, mut sum: GradSum) -> Result<GradSum> {
        // Cloned, so that a hook may add or remove hooks.
        let hooks = lock(&self.hooks).clone();
        for (_, hook) in hooks {
            if let Some(replaced) = hook(&Tensor::from(sum.share()?))? {
                self.check((replaced.shape(), replaced.dtype()))?;
                sum = GradSum::new(replaced.into_candle());
            }
        }
        Ok(sum)
    }

    /// A gradient has its parameter's shape and type.
    pub(crate) fn check(&self, grad: (&Shape, DType)) -> Result<()> {
        check_gradient(|| self.owner.describe(), (&self.shape, self.dtype), grad)
    }

    /// The same for one that an operation computed.
    pub(crate) fn check_from(&self, op: &'static str, grad: (&Shape, DType)) -> Result<()> {
        let at = || format!("{} from {op}", self.owner.describe());
        check_gradient(at, (&self.shape, self.dtype), grad)
    }
}

impl Tensor {
    /// The values as a leaf that needs a gradient, and the id under which a watched backward pass gives it.
    pub(crate) fn leaf(values: &candle_core::Tensor) -> (Tensor, u64) {
        let owner = Owner::new("input", None);
        let leaf = Leaf::new(owner.clone(), values.shape().clone(), values.dtype());
        let tensor = Tensor {
            data: values.detach(),
            edge: Some(Edge::Leaf(Arc::new(leaf))),
            owner: None,
        };
        (tensor, owner.id)
    }
}

/// An error if a gradient does not have the `expected` shape and type.
pub(crate) fn check_gradient(
    at: impl FnOnce() -> String,
    expected: (&Shape, DType),
    found: (&Shape, DType),
) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Gradient {
        at: at(),
        expected: expected.0.clone(),
        found: found.0.clone(),
        expected_dtype: expected.1,
        found_dtype: found.1,
    })
}

/// Locks even if a thread panicked meanwhile: what the locks of this module guard is replaced in one step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
