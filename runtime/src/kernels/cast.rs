//! Half types to f32 and back, by several threads; Candle converts one element after the other.
#![allow(unsafe_code)] // `Elements` promises to write all of a new buffer

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use candle_core::{DType, Result, Tensor, WithDType};
use half::{bf16, f16};

use super::elementwise::Stored;
use super::fresh::{build, Elements};
use super::{output, values};

/// The values in another type; a matrix that is transposed, or several, stays so.
pub(crate) fn in_dtype(x: &Tensor, dtype: DType) -> Result<Tensor> {
    if x.dtype() == dtype || !x.device().is_cpu() || x.elem_count() == 0 {
        return x.to_dtype(dtype);
    }
    if x.rank() >= 2 && !x.is_contiguous() {
        let turned = x.t()?;
        if turned.is_contiguous() {
            return in_dtype(&turned, dtype)?.t();
        }
    }
    if !x.is_contiguous() {
        return x.to_dtype(dtype);
    }
    let converted = match (x.dtype(), dtype) {
        (DType::BF16, DType::F32) => converted::<bf16, f32>(x),
        (DType::F16, DType::F32) => converted::<f16, f32>(x),
        (DType::F32, DType::BF16) => converted::<f32, bf16>(x),
        (DType::F32, DType::F16) => converted::<f32, f16>(x),
        _ => return x.to_dtype(dtype),
    };
    converted.map_err(candle_core::Error::wrap)
}

/// What a conversion costs beside copying.
const COST: usize = 4;

fn converted<A, B>(x: &Tensor) -> crate::Result<Tensor>
where
    A: Stored<Wide = f32> + WithDType,
    B: Stored<Wide = f32> + WithDType,
{
    let from = values(x)?;
    let elements = Converted::<A, B>(from.slice()?, PhantomData);
    output(build(&elements, x.elem_count(), COST), x.shape())
}

struct Converted<'a, A, B>(&'a [A], PhantomData<fn() -> B>);

// SAFETY: the loop is over all of `out`.
unsafe impl<A, B> Elements for Converted<'_, A, B>
where
    A: Stored<Wide = f32>,
    B: Stored<Wide = f32>,
{
    type Item = B;

    #[inline(always)]
    fn write(&self, start: usize, out: &mut [MaybeUninit<B>]) {
        let from = &self.0[start..][..out.len()];
        for (out, from) in out.iter_mut().zip(from) {
            out.write(B::narrow(from.widen()));
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn values_are_candles() -> Result<()> {
        let sizes = if cfg!(miri) { (2, 5, 7) } else { (3, 50, 170) };
        let wide = Tensor::randn(0f32, 1., sizes, &Device::Cpu)?;
        let special = Tensor::new(
            &[
                f32::NAN,
                f32::INFINITY,
                -0.,
                1e-40,
                3.4e38,
                1.0 + 1.0 / 256.0,
                65520.,
            ],
            &Device::Cpu,
        )?;
        for x in [wide.clone(), wide.t()?, wide.narrow(1, 1, 3)?, special] {
            for half in [DType::BF16, DType::F16] {
                let narrow = in_dtype(&x, half)?;
                let back = in_dtype(&narrow, DType::F32)?;
                let expected = x.to_dtype(half)?;
                let bits = |x: &Tensor| -> Result<Vec<u32>> {
                    let values = x.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
                    Ok(values.into_iter().map(f32::to_bits).collect())
                };
                assert_eq!(bits(&narrow)?, bits(&expected)?);
                assert_eq!(bits(&back)?, bits(&expected)?);
                assert_eq!(back.dims(), x.dims());
            }
        }
        let whole = in_dtype(&Tensor::new(&[1.5f32, -2.5], &Device::Cpu)?, DType::I64)?;
        assert_eq!(whole.to_vec1::<i64>()?, [1, -2]);
        Ok(())
    }
}
