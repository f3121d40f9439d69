//! One pass over contiguous values.
#![allow(unsafe_code)] // `Elements` promises to write all of a new buffer

use std::mem::MaybeUninit;

use candle_core::{CpuStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor};
use half::{bf16, f16};

use super::fresh::{build, Elements};
use super::{Float, Order};

/// A function of one number. For vectors `call` must be inlined always, here and below.
pub(crate) trait Map: Sync {
    fn call<T: Float>(&self, x: T) -> T;
}

/// A function of two numbers.
pub(crate) trait Zip: Sync {
    fn call<T: Float>(&self, a: T, b: T) -> T;
}

/// A function of three numbers.
pub(crate) trait Zip3: Sync {
    fn call<T: Float>(&self, a: T, b: T, c: T) -> T;
}

/// `f` of every element of `x`, a float tensor on the CPU.
pub(crate) fn map(f: &impl Map, x: &Tensor) -> Result<Tensor> {
    let order = Order::of(&[x]);
    order.give(order.take(x)?.apply_op1_no_bwd(&Kernel(f))?)
}

/// `f` of every pair of elements of `a` and `b`, float tensors of one shape and type on the CPU.
pub(crate) fn zip(f: &impl Zip, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let order = Order::of(&[a, b]);
    let out = order
        .take(a)?
        .apply_op2_no_bwd(&order.take(b)?, &Kernel(f))?;
    order.give(out)
}

/// `f` of every three elements of `a`, `b` and `c`, float tensors of one shape and type on the CPU.
pub(crate) fn zip3(f: &impl Zip3, a: &Tensor, b: &Tensor, c: &Tensor) -> Result<Tensor> {
    let order = Order::of(&[a, b, c]);
    let (a, b, c) = (order.take(a)?, order.take(b)?, order.take(c)?);
    order.give(a.apply_op3_no_bwd(&b, &c, &Kernel(f))?)
}

/// A function as Candle's custom operation.
struct Kernel<'a, F>(&'a F);

/// The part of a slice that a contiguous layout covers.
fn part<'a, T>(values: &'a [T], layout: &Layout) -> Result<&'a [T]> {
    let (start, end) = layout
        .contiguous_offsets()
        .ok_or_else(|| candle_core::Error::RequiresContiguous { op: "elementwise" }.bt())?;
    Ok(&values[start..end])
}

fn mismatch() -> candle_core::Error {
    candle_core::Error::Msg(
        "elementwise kernel: expected float tensors of one type and size".into(),
    )
    .bt()
}

/// What an element costs beside copying it: a guess between a comparison and an exponential.
pub(super) const COST: usize = 4;

/// A type as it is stored, and the one that it is computed in.
pub(crate) trait Stored: Copy + Send + Sync {
    type Wide: Float;

    fn widen(self) -> Self::Wide;
    fn narrow(wide: Self::Wide) -> Self;
}

macro_rules! stored {
    ($($ty:ident as $wide:ident: $widen:path, $narrow:path;)*) => {$(
        impl Stored for $ty {
            type Wide = $wide;

            #[inline(always)]
            fn widen(self) -> $wide {
                $widen(self)
            }
            #[inline(always)]
            fn narrow(wide: $wide) -> Self {
                $narrow(wide)
            }
        }
    )*};
}
stored! {
    f32 as f32: std::convert::identity, std::convert::identity;
    f64 as f64: std::convert::identity, std::convert::identity;
    f16 as f32: f16::to_f32, f16::from_f32;
    bf16 as f32: bf16::to_f32, bf16::from_f32;
}

/// A function of some slices, all of the result's length.
struct Of<'a, F, T, const N: usize>(&'a F, [&'a [T]; N]);

/// The elements of a function of one, two or three numbers.
macro_rules! elements {
    ($($trait:ident of $count:literal: $($x:ident)*;)*) => {$(
        // SAFETY: the loop is over all of `out`.
        unsafe impl<F: $trait, T: Stored> Elements for Of<'_, F, T, $count> {
            type Item = T;

            #[inline(always)]
            fn write(&self, start: usize, out: &mut [MaybeUninit<T>]) {
                let end = start + out.len();
                let [$($x),*] = self.1.map(|values| &values[start..end]);
                // Slices of one length need no bounds checks.
                for (i, out) in out.iter_mut().enumerate() {
                    out.write(T::narrow(self.0.call($($x[i].widen()),*)));
                }
            }
        }
    )*};
}
elements! {
    Map of 1: a;
    Zip of 2: a b;
    Zip3 of 3: a b c;
}

/// Evaluates `$body` for the element types that there are.
macro_rules! for_each_type {
    (($($storage:expr),+), ($($v:ident),+) => $body:expr) => {
        match ($($storage),+,) {
            ($(CpuStorage::F32($v)),+,) => CpuStorage::F32($body),
            ($(CpuStorage::F64($v)),+,) => CpuStorage::F64($body),
            ($(CpuStorage::F16($v)),+,) => CpuStorage::F16($body),
            ($(CpuStorage::BF16($v)),+,) => CpuStorage::BF16($body),
            _ => return Err(mismatch()),
        }
    };
}

impl<F: Map> CustomOp1 for Kernel<'_, F> {
    fn name(&self) -> &'static str {
        "map"
    }

    fn cpu_fwd(&self, x: &CpuStorage, lx: &Layout) -> Result<(CpuStorage, Shape)> {
        let out = for_each_type!((x), (x) => {
            let x = part(x, lx)?;
            build(&Of(self.0, [x]), x.len(), COST)
        });
        Ok((out, lx.shape().clone()))
    }
}

impl<F: Zip> CustomOp2 for Kernel<'_, F> {
    fn name(&self) -> &'static str {
        "zip"
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        la: &Layout,
        b: &CpuStorage,
        lb: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let out = for_each_type!((a, b), (a, b) => {
            let (a, b) = (part(a, la)?, part(b, lb)?);
            if a.len() != b.len() {
                return Err(mismatch());
            }
            build(&Of(self.0, [a, b]), a.len(), COST)
        });
        Ok((out, la.shape().clone()))
    }
}

impl<F: Zip3> CustomOp3 for Kernel<'_, F> {
    fn name(&self) -> &'static str {
        "zip3"
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        la: &Layout,
        b: &CpuStorage,
        lb: &Layout,
        c: &CpuStorage,
        lc: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let out = for_each_type!((a, b, c), (a, b, c) => {
            let (a, b, c) = (part(a, la)?, part(b, lb)?, part(c, lc)?);
            if a.len() != b.len() || a.len() != c.len() {
                return Err(mismatch());
            }
            build(&Of(self.0, [a, b, c]), a.len(), COST)
        });
        Ok((out, la.shape().clone()))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};

    use super::*;

    struct Sum;

    impl Map for Sum {
        fn call<T: Float>(&self, x: T) -> T {
            x + T::ONE
        }
    }

    impl Zip for Sum {
        fn call<T: Float>(&self, a: T, b: T) -> T {
            a + b
        }
    }

    impl Zip3 for Sum {
        fn call<T: Float>(&self, a: T, b: T, c: T) -> T {
            a + b + c
        }
    }

    /// Enough elements for several threads, and a last piece that is not whole.
    #[test]
    fn every_element_of_a_large_tensor_is_computed() -> Result<()> {
        let count = if cfg!(miri) { 17_003 } else { 100_003 };
        let x = Tensor::arange(0f32, count as f32, &Device::Cpu)?;
        let expected = |factor: f32, plus: f32| {
            (0..count)
                .map(|i| i as f32 * factor + plus)
                .collect::<Vec<_>>()
        };
        assert_eq!(map(&Sum, &x)?.to_vec1::<f32>()?, expected(1., 1.));
        assert_eq!(zip(&Sum, &x, &x)?.to_vec1::<f32>()?, expected(2., 0.));
        assert_eq!(zip3(&Sum, &x, &x, &x)?.to_vec1::<f32>()?, expected(3., 0.));
        Ok(())
    }

    #[test]
    fn operands_of_other_types_and_sizes_are_errors() -> Result<()> {
        let x = Tensor::zeros(3, DType::F32, &Device::Cpu)?;
        assert!(zip(&Sum, &x, &Tensor::zeros(2, DType::F32, &Device::Cpu)?).is_err());
        assert!(zip(&Sum, &x, &Tensor::zeros(3, DType::F64, &Device::Cpu)?).is_err());
        assert!(map(&Sum, &Tensor::zeros(3, DType::U8, &Device::Cpu)?).is_err());
        Ok(())
    }
}
