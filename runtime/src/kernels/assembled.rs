//! Tensors put beside one another in a new one.

use candle_core::{DType, Device, Result, Shape, Tensor, WithDType};

use super::fresh::new_chunks;
use super::values::by_type;
use super::{output, row_major, values};

/// Elements of a piece of work, about.
const PIECE: usize = 1 << 14;

/// A tensor of zeros but for the parts, each of which lies from its start on along dimension `dim` and has the other sizes of the whole.
pub(crate) fn assembled(
    parts: &[(usize, &Tensor)],
    dim: usize,
    shape: &Shape,
    (dtype, device): (DType, &Device),
) -> crate::Result<Tensor> {
    let parts: Vec<_> = parts
        .iter()
        .filter(|(_, part)| part.elem_count() > 0)
        .map(|&(start, part)| Ok((start, row_major(part)?)))
        .collect::<Result<_>>()?;
    if device.is_cpu()
        && let Some(whole) = by_type!(dtype, on_cpu(&parts, dim, shape))
    {
        return whole;
    }
    let whole = Tensor::zeros(shape, dtype, device)?;
    for (start, part) in &parts {
        whole.slice_set(part, dim, *start)?;
    }
    Ok(whole)
}

fn on_cpu<T: WithDType>(
    parts: &[(usize, Tensor)],
    dim: usize,
    shape: &Shape,
) -> crate::Result<Tensor> {
    let inner: usize = shape.dims()[dim + 1..].iter().product();
    let row = shape.dims()[dim] * inner;
    let guards: Vec<_> = parts
        .iter()
        .map(|(_, part)| values(part))
        .collect::<crate::Result<_>>()?;
    let mut rows = Vec::with_capacity(parts.len());
    for ((start, part), guard) in parts.iter().zip(&guards) {
        rows.push((start * inner, part.dims()[dim] * inner, guard.slice::<T>()?));
    }
    let count = PIECE.div_ceil(row.max(1));
    let len = shape.elem_count();
    let out = new_chunks(T::zero(), len, count * row, len, |i, out| {
        for (n, out) in out.chunks_exact_mut(row).enumerate() {
            for &(start, width, values) in &rows {
                let from = &values[(i * count + n) * width..][..width];
                out[start..][..width].copy_from_slice(from);
            }
        }
    });
    output(out, shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_where_they_start() -> crate::Result<()> {
        for (dtype, large) in [
            (DType::F32, 40),
            (DType::F64, 2),
            (DType::BF16, 3),
            (DType::U32, 3),
        ] {
            let shape = Shape::from((large, 9, 70));
            let part = |width: usize| -> Result<Tensor> {
                let count = (large * width * 70) as u32;
                let part =
                    Tensor::arange(0u32, count, &Device::Cpu)?.reshape((70, width, large))?;
                part.t()?.permute((1, 2, 0))?.to_dtype(dtype)
            };
            let (a, b) = (part(2)?, part(4)?);
            let parts = [(1, &a), (5, &b)];
            let whole = assembled(&parts, 1, &shape, (dtype, &Device::Cpu))?;
            let expected = Tensor::zeros(&shape, dtype, &Device::Cpu)?;
            for (start, part) in parts {
                expected.slice_set(&part.contiguous()?, 1, start)?;
            }
            let elements = |x: &Tensor| x.to_dtype(DType::F64)?.flatten_all()?.to_vec1::<f64>();
            assert_eq!(elements(&whole)?, elements(&expected)?, "{dtype:?}");
        }
        let none = assembled(&[], 0, &Shape::from((0, 3)), (DType::F32, &Device::Cpu))?;
        assert_eq!(none.dims(), [0, 3]);
        Ok(())
    }
}
