//! One pass over two tensors of which one repeats: as rows, as columns, or as one number.
#![allow(unsafe_code)] // `Elements` promises to write all of a new buffer

use std::mem::MaybeUninit;

use candle_core::{Tensor, WithDType};

use super::elementwise::{Stored, Zip, COST};
use super::fresh::{build, Elements};
use super::values::{output, values};
use crate::error::Result;

/// How the elements of the one tensor repeat along those of the other.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Repeat {
    /// All of them, again and again: a bias in every row.
    All,
    /// Each this many times: a number for every row.
    Each(usize),
}

impl Repeat {
    /// How `short` repeats to the shape `long`, if it is one of these ways.
    fn of(short: &[usize], long: &[usize]) -> Option<Self> {
        let lead = long.len().checked_sub(short.len())?;
        let first = short.iter().position(|&size| size != 1);
        let Some(first) = first else {
            return Some(Repeat::Each(long.iter().product()));
        };
        if short[first..] == long[lead + first..] {
            return Some(Repeat::All);
        }
        let last = short.iter().rposition(|&size| size != 1)?;
        let before = long[..lead].iter().all(|&size| size == 1);
        (before && short[..=last] == long[lead..=lead + last])
            .then(|| Repeat::Each(long[lead + last + 1..].iter().product()))
    }
}

/// `f` of the elements of `a` and `b`, contiguous float tensors of one type on the CPU: `None` unless one repeats to the shape of
/// the other in one of these ways.
pub(crate) fn zip_broadcast(f: &impl Zip, a: &Tensor, b: &Tensor) -> Result<Option<Tensor>> {
    if a.elem_count() < b.elem_count() {
        return repeated(&Turned(f), b, a);
    }
    repeated(f, a, b)
}

/// The function of the operands in the other order.
struct Turned<'a, F>(&'a F);

impl<F: Zip> Zip for Turned<'_, F> {
    #[inline(always)]
    fn call<T: super::Float>(&self, a: T, b: T) -> T {
        self.0.call(b, a)
    }
}

fn repeated(f: &impl Zip, long: &Tensor, short: &Tensor) -> Result<Option<Tensor>> {
    use candle_core::DType;
    let fits = long.is_contiguous() && short.is_contiguous() && short.elem_count() > 0;
    let Some(repeat) = Repeat::of(short.dims(), long.dims()).filter(|_| fits) else {
        return Ok(None);
    };
    Ok(match long.dtype() {
        DType::F32 => Some(of::<f32>(f, long, short, repeat)?),
        DType::F64 => Some(of::<f64>(f, long, short, repeat)?),
        DType::F16 => Some(of::<half::f16>(f, long, short, repeat)?),
        DType::BF16 => Some(of::<half::bf16>(f, long, short, repeat)?),
        _ => None,
    })
}

fn of<T: Stored + WithDType>(
    f: &impl Zip,
    long: &Tensor,
    short: &Tensor,
    repeat: Repeat,
) -> Result<Tensor> {
    let (long_values, short_values) = (values(long)?, values(short)?);
    let elements = Repeated {
        f,
        long: long_values.slice::<T>()?,
        short: short_values.slice::<T>()?,
        repeat,
    };
    output(build(&elements, long.elem_count(), COST), long.shape())
}

struct Repeated<'a, F, T> {
    f: &'a F,
    long: &'a [T],
    short: &'a [T],
    repeat: Repeat,
}

// SAFETY: every run writes all of its part, and the runs go on until none of `out` is left.
unsafe impl<F: Zip, T: Stored> Elements for Repeated<'_, F, T> {
    type Item = T;

    #[inline(always)]
    fn write(&self, mut start: usize, mut out: &mut [MaybeUninit<T>]) {
        while !out.is_empty() {
            let (period, own) = match self.repeat {
                Repeat::All => (self.short.len(), start % self.short.len()),
                Repeat::Each(count) => (count, start % count),
            };
            let (run, rest) = out.split_at_mut((period - own).min(out.len()));
            let long = &self.long[start..start + run.len()];
            match self.repeat {
                Repeat::All => {
                    let short = &self.short[own..own + run.len()];
                    for (i, out) in run.iter_mut().enumerate() {
                        out.write(T::narrow(self.f.call(long[i].widen(), short[i].widen())));
                    }
                }
                Repeat::Each(count) => {
                    let short = self.short[start / count].widen();
                    for (i, out) in run.iter_mut().enumerate() {
                        out.write(T::narrow(self.f.call(long[i].widen(), short)));
                    }
                }
            }
            start += long.len();
            out = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::Float;
    use candle_core::Device;

    struct Minus;

    impl Zip for Minus {
        fn call<T: Float>(&self, a: T, b: T) -> T {
            a - b
        }
    }

    #[test]
    fn all_ways_agree_with_candle() -> Result<()> {
        let of = |dims: &[usize], from: f32| -> Result<Tensor> {
            let count: usize = dims.iter().product();
            let x = Tensor::arange(from, from + count as f32, &Device::Cpu)?;
            Ok(x.reshape(dims)?)
        };
        // More than a piece, but for an interpreter that finds every wrong access.
        let (outer, inner) = if cfg!(miri) { (3, 5) } else { (50, 70) };
        let long = of(&[outer, 6, inner], 0.5)?;
        for short in [
            &[][..],
            &[1, 1],
            &[inner],
            &[6, inner],
            &[1, 6, inner],
            &[outer, 6, inner],
            &[outer, 1, 1],
            &[outer, 6, 1],
        ] {
            let short = of(short, 3.)?;
            for (a, b) in [(&long, &short), (&short, &long)] {
                let found = zip_broadcast(&Minus, a, b)?.map(|x| x.flatten_all());
                let expected = a.broadcast_sub(b)?.flatten_all()?.to_vec1::<f32>()?;
                let found = found.transpose()?.map(|x| x.to_vec1::<f32>());
                assert_eq!(found.transpose()?, Some(expected), "{:?}", short.dims());
            }
        }
        for short in [&[6, 1][..], &[1, 6, 1], &[outer, 1, inner]] {
            assert!(zip_broadcast(&Minus, &long, &of(short, 0.)?)?.is_none());
        }
        let (column, row) = (of(&[3, 1], 0.)?, of(&[1, 4], 0.)?);
        assert!(zip_broadcast(&Minus, &column, &row)?.is_none());
        let none = of(&[0, 3], 0.)?;
        assert!(zip_broadcast(&Minus, &none, &of(&[3], 0.)?)?.is_none());
        let found = zip_broadcast(&Minus, &none, &none)?;
        assert!(found.is_none_or(|x| x.elem_count() == 0));
        Ok(())
    }
}
