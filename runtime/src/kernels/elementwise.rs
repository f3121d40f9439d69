//! One pass over contiguous values.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor};

use super::chunks::for_each_chunk;
use super::{Float, Order};

/// A function of one number.
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

/// How many elements are computed in one piece, and what one costs beside copying it: a guess between a comparison and an
/// exponential.
const CHUNK: usize = 1 << 14;
const COST: usize = 4;

/// `len` elements, which `fill` writes piece by piece, given where a piece starts.
fn build<T: Clone + Default + Send>(len: usize, fill: impl Fn(usize, &mut [T]) + Sync) -> Vec<T> {
    let mut out = vec![T::default(); len];
    for_each_chunk(&mut out, CHUNK, len.saturating_mul(COST), |i, piece| {
        fill(i * CHUNK, piece)
    });
    out
}

/// Evaluates `$body` for the element types that there are, in f32 for the half types: `$wide` widens an element and
/// `$narrow` rounds a result.
macro_rules! for_each_type {
    (($($storage:expr),+), ($($v:ident),+), $wide:ident, $narrow:ident => $body:expr) => {
        match ($($storage),+,) {
            ($(CpuStorage::F32($v)),+,) => {
                let ($wide, $narrow) = (|x: f32| x, |x: f32| x);
                CpuStorage::F32($body)
            }
            ($(CpuStorage::F64($v)),+,) => {
                let ($wide, $narrow) = (|x: f64| x, |x: f64| x);
                CpuStorage::F64($body)
            }
            ($(CpuStorage::F16($v)),+,) => {
                let ($wide, $narrow) = (half::f16::to_f32, half::f16::from_f32);
                CpuStorage::F16($body)
            }
            ($(CpuStorage::BF16($v)),+,) => {
                let ($wide, $narrow) = (half::bf16::to_f32, half::bf16::from_f32);
                CpuStorage::BF16($body)
            }
            _ => return Err(mismatch()),
        }
    };
}

impl<F: Map> CustomOp1 for Kernel<'_, F> {
    fn name(&self) -> &'static str {
        "map"
    }

    fn cpu_fwd(&self, x: &CpuStorage, lx: &Layout) -> Result<(CpuStorage, Shape)> {
        let f = self.0;
        let out = for_each_type!((x), (x), wide, narrow => {
            let x = part(x, lx)?;
            build(x.len(), |start, piece| {
                for (out, &x) in piece.iter_mut().zip(&x[start..]) {
                    *out = narrow(f.call(wide(x)));
                }
            })
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
        let f = self.0;
        let out = for_each_type!((a, b), (a, b), wide, narrow => {
            let (a, b) = (part(a, la)?, part(b, lb)?);
            if a.len() != b.len() {
                return Err(mismatch());
            }
            build(a.len(), |start, piece| {
                for ((out, &a), &b) in piece.iter_mut().zip(&a[start..]).zip(&b[start..]) {
                    *out = narrow(f.call(wide(a), wide(b)));
                }
            })
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
        let f = self.0;
        let out = for_each_type!((a, b, c), (a, b, c), wide, narrow => {
            let (a, b, c) = (part(a, la)?, part(b, lb)?, part(c, lc)?);
            if a.len() != b.len() || a.len() != c.len() {
                return Err(mismatch());
            }
            build(a.len(), |start, piece| {
                let operands = a[start..].iter().zip(&b[start..]).zip(&c[start..]);
                for (out, ((&a, &b), &c)) in piece.iter_mut().zip(operands) {
                    *out = narrow(f.call(wide(a), wide(b), wide(c)));
                }
            })
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
        let x = Tensor::arange(0f32, 100_003., &Device::Cpu)?;
        let expected = |factor: f32, plus: f32| {
            (0..100_003)
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
