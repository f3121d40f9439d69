//! Half types to f32 and back, by several threads; Candle converts one element after the other.
#![allow(unsafe_code)] // `Elements` promises to write all of a new buffer

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use candle_core::{DType, Result, Tensor, WithDType};
use half::{bf16, f16};

use super::elementwise::Stored;
use super::fresh::{build, Elements};
use super::strided::rows_of;
use super::{output, values, Order};

/// The values in another type; images whose channels or batch lie last stay so, and matrices that are transposed.
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
        return match Order::of(&[x]) {
            Order::Rows => in_dtype(&rows_of(x)?, dtype),
            order => order.give(in_dtype(&order.take(x)?, dtype)?),
        };
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

/// Rows of f32 in the half type of `bias`, plus `bias`, which has a number for every column: rounded before and after, as if it were
/// added by an operation of its own. `None` for a type that isn't a half one.
pub(crate) fn rounded_plus(rows: &Tensor, bias: &Tensor) -> crate::Result<Option<Tensor>> {
    fn kernel<B: Stored<Wide = f32> + WithDType>(
        rows: &Tensor,
        bias: &Tensor,
    ) -> crate::Result<Tensor> {
        let (from, bias) = (values(rows)?, values(bias)?);
        let elements = RoundedPlus::<B>(from.slice()?, bias.slice()?);
        output(build(&elements, rows.elem_count(), COST), rows.shape())
    }
    let bias = &bias.contiguous()?;
    Ok(match bias.dtype() {
        DType::BF16 => Some(kernel::<bf16>(rows, bias)?),
        DType::F16 => Some(kernel::<f16>(rows, bias)?),
        _ => None,
    })
}

struct RoundedPlus<'a, B>(&'a [f32], &'a [B]);

// SAFETY: each turn of the loop writes what it cuts off, until there is nothing left.
unsafe impl<B: Stored<Wide = f32>> Elements for RoundedPlus<'_, B> {
    type Item = B;

    #[inline(always)]
    fn write(&self, start: usize, mut out: &mut [MaybeUninit<B>]) {
        let RoundedPlus(rows, bias) = self;
        let mut from = &rows[start..];
        let mut column = start % bias.len().max(1);
        while !out.is_empty() {
            let len = out.len().min(bias.len() - column);
            let row;
            (row, out) = out.split_at_mut(len);
            let terms = from.iter().zip(&bias[column..]);
            for (out, (&sum, bias)) in row.iter_mut().zip(terms) {
                out.write(B::narrow(B::narrow(sum).widen() + bias.widen()));
            }
            from = &from[len..];
            column = 0;
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
        let image = wide.unsqueeze(0)?;
        let views = [
            wide.t()?,
            wide.narrow(1, 1, 3)?,
            wide.permute((2, 0, 1))?,
            image.permute((0, 3, 1, 2))?,
            image.permute((1, 0, 3, 2))?.narrow(2, 1, 4)?,
        ];
        for x in views.into_iter().chain([wide.clone(), special]) {
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
        let last = in_dtype(&image.permute((0, 3, 1, 2))?, DType::BF16)?;
        assert_eq!(Order::of(&[&last]), Order::ChannelsLast);
        let whole = in_dtype(&Tensor::new(&[1.5f32, -2.5], &Device::Cpu)?, DType::I64)?;
        assert_eq!(whole.to_vec1::<i64>()?, [1, -2]);
        Ok(())
    }
    #[test]
    fn a_rounded_sum_is_that_of_two_operations() -> crate::Result<()> {
        let (rows, columns) = if cfg!(miri) { (3, 5) } else { (123, 457) };
        let x = Tensor::randn(0f32, 30., (rows, columns), &Device::Cpu)?;
        let bias = Tensor::randn(0f32, 1., columns, &Device::Cpu)?;
        for half in [DType::BF16, DType::F16] {
            let bias = bias.to_dtype(half)?;
            let Some(found) = rounded_plus(&x, &bias)? else {
                panic!("{half:?} is a half type")
            };
            let expected = x.to_dtype(half)?.broadcast_add(&bias)?;
            assert_eq!(found.dtype(), half);
            let of = |x: &Tensor| x.to_dtype(DType::F32)?.to_vec2::<f32>();
            assert_eq!(of(&found)?, of(&expected)?);
        }
        assert!(rounded_plus(&x, &bias)?.is_none());
        Ok(())
    }
}
