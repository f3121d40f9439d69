//! Whether operations record themselves on the tape.

use std::cell::Cell;
use std::marker::PhantomData;

thread_local! {
    static ENABLED: Cell<bool> = const { Cell::new(true) };
}

/// Whether this thread records operations for a later backward pass; true unless inside [`no_grad`].
///
/// ```
/// assert!(taper::is_grad_enabled());
/// taper::no_grad(|| assert!(!taper::is_grad_enabled()));
/// ```
pub fn is_grad_enabled() -> bool {
    ENABLED.get()
}

/// Runs `f` without recording anything: what it computes needs no gradient and nothing is kept for one.
///
/// Holds for the calling thread only, as in PyTorch (`torch.no_grad`).
///
/// ```
/// use taper::{no_grad, Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32, 2.], &Device::Cpu)?)?;
/// let y = no_grad(|| w.add(&*w))?;
/// assert!(!y.requires_grad());
/// # Ok::<(), taper::Error>(())
/// ```
pub fn no_grad<T>(f: impl FnOnce() -> T) -> T {
    let _guard = GradMode::disabled();
    f()
}

/// Runs `f` with recording on, inside a [`no_grad`] (`torch.enable_grad`).
///
/// ```
/// taper::no_grad(|| taper::enable_grad(|| assert!(taper::is_grad_enabled())));
/// ```
pub fn enable_grad<T>(f: impl FnOnce() -> T) -> T {
    let _guard = GradMode::set(true);
    f()
}

/// Sets the mode until it is dropped, for code where a closure is in the way.
///
/// ```
/// let guard = taper::tensor::GradMode::disabled();
/// assert!(!taper::is_grad_enabled());
/// drop(guard);
/// assert!(taper::is_grad_enabled());
/// ```
#[derive(Debug)]
#[must_use = "the mode ends when the guard is dropped"]
pub struct GradMode {
    previous: bool,
    // The mode belongs to a thread, and so does its end.
    not_send: PhantomData<*const ()>,
}

impl GradMode {
    /// Nothing is recorded while the guard lives.
    pub fn disabled() -> Self {
        Self::set(false)
    }

    /// Recording is on or off while the guard lives (`torch.set_grad_enabled`).
    pub fn set(enabled: bool) -> Self {
        GradMode {
            previous: ENABLED.replace(enabled),
            not_send: PhantomData,
        }
    }
}

impl Drop for GradMode {
    fn drop(&mut self) {
        ENABLED.set(self.previous);
    }
}
