//! The values of several CPU tensors as slices, some of them writable, in safe Rust.
//!
//! Candle lends a tensor's storage for writing only inside an in-place operation. So the operations are nested: each
//! borrows one tensor and calls the next.

use std::cell::RefCell;

use candle_core::{CpuStorage, InplaceOp1, Layout, Tensor, WithDType};
use half::{bf16, f16};

use crate::error::{Error, Result};

/// A type of which the values of a CPU tensor may be.
pub trait Stored: WithDType {
    /// The storage as a slice, if it is of this type.
    fn slice_mut(storage: &mut CpuStorage) -> Option<&mut [Self]>;
}

macro_rules! stored {
    ($($ty:ident $variant:ident;)*) => {$(
        impl Stored for $ty {
            fn slice_mut(storage: &mut CpuStorage) -> Option<&mut [Self]> {
                match storage {
                    CpuStorage::$variant(values) => Some(values),
                    _ => None,
                }
            }
        }
    )*};
}
stored! { f32 F32; f64 F64; f16 F16; bf16 BF16; }

/// A type that updates are computed in.
pub trait Real: Stored + std::ops::Neg<Output = Self> {
    /// The square root.
    fn sqrt(self) -> Self;

    /// The absolute value.
    fn abs(self) -> Self;

    /// The greater of the two; NaN if either is.
    fn maximum(self, other: Self) -> Self;
}

macro_rules! real {
    ($ty:ident) => {
        impl Real for $ty {
            #[inline(always)]
            fn sqrt(self) -> Self {
                self.sqrt()
            }

            #[inline(always)]
            fn abs(self) -> Self {
                self.abs()
            }

            #[inline(always)]
            fn maximum(self, other: Self) -> Self {
                if self >= other || self.is_nan() {
                    self
                } else {
                    other
                }
            }
        }
    };
}
real!(f32);
real!(f64);

/// Calls `f` with the values of the tensors, for writing.
///
/// They must be contiguous CPU tensors of type `T`, each with a storage of its own. They are locked meanwhile: only one of
/// them may be known to others, since who holds two while others do the same can wait for ever.
pub(super) fn with_slices_mut<T: Stored>(
    first: &Tensor,
    rest: &[Tensor],
    f: &mut dyn FnMut(Vec<&mut [T]>) -> Result<()>,
) -> Result<()> {
    lend(first, rest, Vec::with_capacity(1 + rest.len()), f)
}

type Then<'f, T> = &'f mut dyn FnMut(Vec<&mut [T]>) -> Result<()>;

/// The slices so far, and what to call with all of them.
type Pending<'a, 'f, T> = (Vec<&'a mut [T]>, Then<'f, T>);

fn lend<T: Stored>(
    first: &Tensor,
    rest: &[Tensor],
    taken: Vec<&mut [T]>,
    f: Then<'_, T>,
) -> Result<()> {
    let lend = Lend {
        rest,
        pending: RefCell::new(Some((taken, f))),
        result: RefCell::new(Ok(())),
    };
    first.inplace_op1(&lend)?;
    lend.result.into_inner()
}

/// Borrows one tensor and goes on with the rest.
struct Lend<'r, 'a, 'f, T> {
    rest: &'r [Tensor],
    pending: RefCell<Option<Pending<'a, 'f, T>>>,
    /// Candle's errors can't carry taper's.
    result: RefCell<Result<()>>,
}

impl<T: Stored> InplaceOp1 for Lend<'_, '_, '_, T> {
    fn name(&self) -> &'static str {
        "optimizer"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> candle_core::Result<()> {
        let pending = self.pending.borrow_mut().take();
        let slice = T::slice_mut(storage).zip(layout.contiguous_offsets());
        *self.result.borrow_mut() = match (pending, slice) {
            (Some((taken, f)), Some((slice, (start, end)))) => {
                let mut taken: Vec<&mut [T]> = taken;
                taken.push(&mut slice[start..end]);
                match self.rest.split_first() {
                    Some((first, rest)) => lend(first, rest, taken, f),
                    None => f(taken),
                }
            }
            _ => Err(unfit()),
        };
        Ok(())
    }
}

fn unfit() -> Error {
    Error::op(
        "optimizer",
        "a tensor is not contiguous or not of the expected type: this is a bug in the optimizer",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn lends_several_at_once() -> Result<()> {
        let a = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
        let b = Tensor::new(&[10f32, 20.], &Device::Cpu)?;
        with_slices_mut::<f32>(&a, std::slice::from_ref(&b), &mut |mut slices| {
            let (b, a) = (slices.pop(), slices.pop());
            a.into_iter()
                .flatten()
                .zip(b.into_iter().flatten())
                .for_each(|(a, b)| {
                    *a += *b;
                    *b = 0.;
                });
            Ok(())
        })?;
        assert_eq!(
            (a.to_vec1::<f32>()?, b.to_vec1::<f32>()?),
            (vec![11., 22.], vec![0., 0.])
        );
        assert!(with_slices_mut::<f64>(&a, &[], &mut |_| Ok(())).is_err());
        Ok(())
    }
}
