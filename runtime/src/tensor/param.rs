//! Parameters: the leaves that gradients are collected for.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use candle_core::{DType, Device};

use super::accumulate::{GradSum, Gradient};
use super::change::Change;
use super::checkpoint::is_sharing;
use super::leaf::{lock, Leaf};
use super::owner::{next_id, InPlace};
use super::tape::Edge;
use super::Tensor;
use crate::error::{Error, Result};

/// A trained tensor: values that are set in place, and a slot that backward passes add gradients to
/// (`torch.nn.Parameter`).
///
/// It is a [`Tensor`] wherever one is read. All methods but the conversions take `&self`. `clone` copies the values and flags
/// into a parameter of its own, without the gradient; [`share`](Self::share) makes a second handle to the same one.
///
/// # Example
/// ```
/// use taper::{no_grad, Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// w.add(&*w)?.backward()?;
/// let step = w.grad().unwrap().to_vec::<f32>()?[0] * 0.1;
/// w.set(Tensor::new(&[1. - step], &Device::Cpu)?)?;
/// w.zero_grad(true)?;
/// assert_eq!(w.to_vec::<f32>()?, [0.8]);
/// # Ok::<(), taper::Error>(())
/// ```
pub struct Param {
    id: u64,
    tensor: Tensor,
    storage: InPlace,
    pub(super) leaf: Arc<Leaf>,
}

impl Param {
    /// A parameter with a copy of the values; it requires a gradient and is not frozen.
    ///
    /// # Errors
    /// If the type is not a float: only those have gradients.
    pub fn new(value: impl AsRef<Tensor>) -> Result<Self> {
        let value = value.as_ref().as_candle();
        expect_float("Param::new", value)?;
        let storage = InPlace::new("parameter", value)?;
        let leaf = Leaf::new(storage.owner.clone(), value.shape().clone(), value.dtype());
        Ok(Self::assemble(next_id(), storage, leaf))
    }

    /// A parameter that is this variable of Candle's: what changes one changes the other, gradients stay apart.
    ///
    /// # Errors
    /// If the type is not a float.
    ///
    /// ```
    /// use taper::{Device, Param, Tensor};
    /// let var = candle_core::Var::new(&[1f32], &Device::Cpu)?;
    /// let param = Param::from_var(&var)?;
    /// param.set(Tensor::new(&[2f32], &Device::Cpu)?)?;
    /// assert_eq!(var.to_vec1::<f32>()?, [2.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn from_var(var: &candle_core::Var) -> Result<Self> {
        expect_float("Param::from_var", var)?;
        let storage = InPlace::adopt("parameter", var);
        let leaf = Leaf::new(storage.owner.clone(), var.shape().clone(), var.dtype());
        Ok(Self::assemble(next_id(), storage, leaf))
    }

    /// The parameter as a variable of Candle's, on the same storage: what changes one changes the other. From now on
    /// Candle's backward passes through the model have its gradient in their `GradStore` too.
    ///
    /// A value that Candle sets between a forward and a backward pass goes unnoticed.
    ///
    /// ```
    /// use taper::{Device, Param, Tensor};
    /// let param = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
    /// param.to_var().set(&candle_core::Tensor::new(&[2f32], &Device::Cpu)?)?;
    /// assert_eq!(param.to_vec::<f32>()?, [2.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn to_var(&self) -> candle_core::Var {
        self.storage.give_out()
    }

    /// The variable, if Candle holds it, and the id of the storage.
    pub(crate) fn candles(&self) -> Option<(&candle_core::Var, u64)> {
        let var = self.storage.candles()?;
        Some((var, self.storage.owner.id))
    }

    fn assemble(id: u64, storage: InPlace, leaf: Leaf) -> Self {
        let leaf = Arc::new(leaf);
        let owner = Some(storage.owner.clone());
        let tensor = Tensor {
            data: storage.data(),
            edge: Some(Edge::Leaf(leaf.clone())),
            owner,
        };
        Param {
            id,
            tensor,
            storage,
            leaf,
        }
    }

    /// A second handle to the same parameter: values, flags and gradient are one. For tied weights and optimizers.
    #[must_use]
    pub fn share(&self) -> Self {
        Param {
            id: self.id,
            tensor: self.tensor.clone(),
            storage: self.storage.clone(),
            leaf: self.leaf.clone(),
        }
    }

    /// Whether the two are handles to the same parameter.
    pub fn same(&self, other: &Param) -> bool {
        self.id == other.id
    }

    /// A number that no other parameter of this process has, kept through conversions.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The path in its model, where it was given one.
    pub fn name(&self) -> Option<Arc<str>> {
        self.storage.owner.name()
    }

    /// Names it for messages.
    pub fn set_name(&self, name: impl Into<Arc<str>>) {
        self.storage.set_name(name);
    }

    /// For messages: parameter `fc1.weight`.
    pub(crate) fn describe(&self) -> String {
        self.storage.owner.describe()
    }

    /// An error if the parameter has moved to another type or device through another handle.
    pub(crate) fn check_not_moved(&self) -> Result<()> {
        self.storage.owner.check_not_moved()
    }

    /// The gradient that backward passes have added up since the last [`zero_grad`](Self::zero_grad), as of now. A row-sparse
    /// one ([`sparse_grad`](Self::sparse_grad)) is given in its dense form.
    ///
    /// # Panics
    /// If there is no room for the dense form.
    pub fn grad(&self) -> Option<Tensor> {
        let mut slot = self.leaf.grad();
        slot.as_mut()
            .map(|sum| Tensor::from(with_room(sum.share())))
    }

    /// Reads the gradient without taking a handle, so that the next backward pass can add to it in place.
    ///
    /// # Panics
    /// As [`grad`](Self::grad).
    pub fn with_grad<T>(&self, read: impl FnOnce(Option<&candle_core::Tensor>) -> T) -> T {
        self.with_gradient(|grad| match grad {
            Some(Gradient::Dense(grad)) => read(Some(grad)),
            Some(Gradient::Rows(rows)) => read(Some(&with_room(rows.dense()))),
            None => read(None),
        })
    }

    /// Replaces the gradient.
    ///
    /// # Errors
    /// If it does not have the parameter's shape and type.
    pub fn set_grad(&self, grad: Option<Tensor>) -> Result<()> {
        if let Some(grad) = &grad {
            self.leaf.check((grad.shape(), grad.dtype()))?;
        }
        *self.leaf.grad() = grad.map(|grad| GradSum::new(grad.into_candle()));
        Ok(())
    }

    /// Changes every element of the gradient, if there is one.
    pub(crate) fn change_grad(&self, change: Change) -> Result<()> {
        let mut slot = self.leaf.grad();
        slot.as_mut().map_or(Ok(()), |sum| sum.change(change))
    }

    /// Clears the gradient: to none, or to zeros where there is one (`torch.optim.Optimizer.zero_grad`).
    ///
    /// # Errors
    /// If zeros can't be allocated.
    pub fn zero_grad(&self, set_to_none: bool) -> Result<()> {
        let mut slot = self.leaf.grad();
        if set_to_none {
            *slot = None;
        }
        slot.as_mut().map_or(Ok(()), GradSum::zero)
    }

    /// Overwrites the values, converting type and device as `copy_` does. Tensors that view them change too; backward
    /// passes that need the old values will be errors.
    ///
    /// # Errors
    /// If the shapes differ.
    pub fn set(&self, value: impl AsRef<Tensor>) -> Result<()> {
        self.storage.set("Param::set", value.as_ref())
    }

    /// Changes the values through Candle's in-place operations.
    ///
    /// # Errors
    /// Those of `change`.
    pub fn update<T>(&self, change: impl FnOnce(&candle_core::Tensor) -> Result<T>) -> Result<T> {
        self.storage.owner.change(|| change(&self.tensor.data))
    }

    /// How often the values were changed.
    pub fn version(&self) -> u64 {
        self.storage.owner.version()
    }

    /// The flag as set; see also [`frozen`](Self::frozen). `Tensor::requires_grad` of the values takes both into account.
    pub fn requires_grad(&self) -> bool {
        self.leaf.requires_grad.load(Ordering::Relaxed)
    }

    /// Whether backward passes compute a gradient for it. Tensors computed before stay as they were.
    pub fn set_requires_grad(&self, requires_grad: bool) {
        self.leaf
            .requires_grad
            .store(requires_grad, Ordering::Relaxed);
    }

    /// Whether it is frozen: no gradient, whatever `requires_grad` says.
    pub fn frozen(&self) -> bool {
        self.leaf.frozen.load(Ordering::Relaxed)
    }

    /// Freezes or unfreezes it.
    pub fn set_frozen(&self, frozen: bool) {
        self.leaf.frozen.store(frozen, Ordering::Relaxed);
    }

    /// Whether it is trained: requires a gradient and is not frozen.
    pub fn trainable(&self) -> bool {
        self.leaf.tracked()
    }

    /// Converts values and gradient to another type.
    ///
    /// Other handles ([`share`](Self::share)) keep the old storage and report [`Error::Moved`] when they are set.
    ///
    /// # Errors
    /// If the type is not a float or the device can't convert.
    pub fn to_dtype(&mut self, dtype: DType) -> Result<()> {
        if !dtype.is_float() {
            return Err(Error::argument(
                "Param::to_dtype",
                "dtype",
                dtype,
                "a float type",
            ));
        }
        let device = self.device().clone();
        self.convert(dtype, &device)
    }

    /// Moves values and gradient to another device; as for [`to_dtype`](Self::to_dtype).
    ///
    /// # Errors
    /// If the copy fails.
    pub fn to_device(&mut self, device: &Device) -> Result<()> {
        self.convert(self.dtype(), device)
    }

    fn convert(&mut self, dtype: DType, device: &Device) -> Result<()> {
        if !self.storage.convert(dtype, device)? {
            return Ok(());
        }
        let leaf = self.leaf.like(self.storage.owner.clone(), dtype);
        let grad = self.leaf.grad().take();
        *self = Self::assemble(self.id, self.storage.clone(), leaf);
        if let Some(grad) = grad {
            *self.leaf.grad() = Some(grad.convert(dtype, device)?);
        }
        Ok(())
    }

    /// Calls `hook` with the gradient of each backward pass before it is added to the slot; a tensor that it returns takes the
    /// gradient's place (`torch.Tensor.register_hook`). The hook stays until [`HookHandle::remove`].
    ///
    /// ```
    /// # use taper::{Device, Param, Tensor};
    /// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
    /// let hook = w.register_hook(|grad| Ok(Some(grad.add(grad)?)));
    /// w.add(0.0)?.backward()?;
    /// assert_eq!(w.grad().unwrap().to_vec::<f32>()?, [2.]);
    /// hook.remove();
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn register_hook(
        &self,
        hook: impl Fn(&Tensor) -> Result<Option<Tensor>> + Send + Sync + 'static,
    ) -> HookHandle {
        let id = next_id();
        lock(&self.leaf.hooks).push((id, Arc::new(hook)));
        HookHandle {
            id,
            leaf: Arc::downgrade(&self.leaf),
        }
    }
}

/// Takes a hook away again; dropping it does not.
pub struct HookHandle {
    id: u64,
    leaf: Weak<Leaf>,
}

impl HookHandle {
    /// The hook is not called any more.
    pub fn remove(self) {
        if let Some(leaf) = self.leaf.upgrade() {
            lock(&leaf.hooks).retain(|(id, _)| *id != self.id);
        }
    }
}

/// The dense form of a gradient: what reads one has no way to say that there is no room.
#[allow(clippy::expect_used)]
fn with_room(dense: Result<candle_core::Tensor>) -> candle_core::Tensor {
    dense.expect("no room on the device for the dense form of a row-sparse gradient")
}

fn expect_float(op: &'static str, value: &candle_core::Tensor) -> Result<()> {
    if value.dtype().is_float() {
        return Ok(());
    }
    let message = format!(
        "only float tensors have gradients, but this has type {:?}",
        value.dtype()
    );
    Err(Error::op(op, message).help("use a `Buffer`"))
}

impl Deref for Param {
    type Target = Tensor;

    fn deref(&self) -> &Tensor {
        &self.tensor
    }
}

impl AsRef<Tensor> for Param {
    fn as_ref(&self) -> &Tensor {
        &self.tensor
    }
}

impl Borrow<Tensor> for Param {
    fn borrow(&self) -> &Tensor {
        &self.tensor
    }
}

impl Borrow<Tensor> for &Param {
    fn borrow(&self) -> &Tensor {
        &self.tensor
    }
}

impl From<&Param> for Tensor {
    fn from(param: &Param) -> Self {
        param.tensor.clone()
    }
}

/// A parameter of its own with the same values, flags, name and hooks, and no gradient.
///
/// # Panics
/// If the device has no room for the copy: `Clone` has no way to say so.
impl Clone for Param {
    #[allow(clippy::expect_used)]
    fn clone(&self) -> Self {
        if is_sharing() {
            return self.share();
        }
        let storage = self
            .storage
            .deep_clone()
            .expect("no room on the device for a copy of the parameter");
        let leaf = self.leaf.like(storage.owner.clone(), self.dtype());
        Self::assemble(next_id(), storage, leaf)
    }
}

impl fmt::Debug for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Param");
        if let Some(name) = self.name() {
            out.field("name", &name);
        }
        out.field("shape", &self.dims())
            .field("dtype", &self.dtype())
            .field("trainable", &self.trainable())
            .finish()
    }
}

impl fmt::Debug for HookHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookHandle").field("id", &self.id).finish()
    }
}
