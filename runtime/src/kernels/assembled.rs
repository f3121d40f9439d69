//! Tensors put beside one another in a new one.

use candle_core::{DType, Device, Result, Shape, Tensor, WithDType};

use super::fresh::new_runs;
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

fn on_cpu<T: WithDType + Default>(
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
    rows.sort_by_key(|&(start, ..)| start);
    let len = shape.elem_count();
    let out = new_runs(len, PIECE, |range| {
        let all = range.start / row..range.end.div_ceil(row);
        let parts = |n: usize| rows.iter().map(move |part| (n, part));
        all.flat_map(parts)
            .filter_map(move |(n, &(start, width, values))| {
                let first = n * row + start;
                let (from, to) = (range.start.max(first), range.end.min(first + width));
                let part = &values[n * width..];
                (from < to).then(|| (from, &part[from - first..to - first]))
            })
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
