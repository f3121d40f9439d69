//! Tensors put beside one another in a new one.

use candle_core::{DType, Device, Result, Shape, Tensor, WithDType};

use super::fresh::new_runs;
use super::values::by_type;
use super::{output, values, Order};

/// Elements of a piece of work, about.
const PIECE: usize = 1 << 14;

/// A tensor of zeros but for the parts, each of which lies from its start on along dimension `dim` and has the other sizes of the whole.
pub(crate) fn assembled(
    parts: &[(usize, &Tensor)],
    dim: usize,
    shape: &Shape,
    (dtype, device): (DType, &Device),
) -> crate::Result<Tensor> {
    let parts = parts.iter().filter(|(_, part)| part.elem_count() > 0);
    let parts: Vec<_> = parts.collect();
    let orders = || parts.iter().map(|(_, part)| Order::of(&[part]));
    let alike = orders().zip(orders().skip(1)).all(|(a, b)| a == b);
    let order = orders().next().filter(|_| alike).unwrap_or(Order::Rows);
    let taken = |&&(start, part): &&(usize, &Tensor)| Ok((start, order.take(part)?));
    let parts: Vec<_> = parts.iter().map(taken).collect::<Result<_>>()?;
    // The dimensions as they lie in memory.
    let places = order.places().filter(|places| places.contains(&dim));
    let (shape, dim) = match places {
        None => (shape.clone(), dim),
        Some(places) => (
            Shape::from(places.map(|dim| shape.dims()[dim]).to_vec()),
            places.iter().position(|&place| place == dim).unwrap_or(dim),
        ),
    };
    if device.is_cpu()
        && let Some(whole) = by_type!(dtype, on_cpu(&parts, dim, &shape))
    {
        return Ok(order.give(whole?)?);
    }
    let whole = Tensor::zeros(&shape, dtype, device)?;
    for (start, part) in &parts {
        whole.slice_set(part, dim, *start)?;
    }
    Ok(order.give(whole)?)
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
    fn parts_of_one_order_stay_in_it() -> crate::Result<()> {
        let image = |channels: usize| -> Result<Tensor> {
            let count = (3 * channels * 4 * 5) as f32;
            Tensor::arange(0f32, count, &Device::Cpu)?.reshape((3, channels, 4, 5))
        };
        let (a, b) = (image(2)?, image(6)?);
        let of = (DType::F32, &Device::Cpu);
        let elements = |x: &Tensor| x.flatten_all()?.to_vec1::<f32>();
        for order in [Order::ChannelsLast, Order::BatchLast] {
            let ordered = |x: &Tensor| order.give(order.take(x)?);
            let (a, b) = (ordered(&a)?, ordered(&b)?);
            let whole = assembled(&[(0, &a), (2, &b)], 1, &Shape::from((3, 8, 4, 5)), of)?;
            assert_eq!(Order::of(&[&whole]), order);
            assert_eq!(elements(&whole)?, elements(&Tensor::cat(&[&a, &b], 1)?)?);
            // Together with one that lies row by row.
            let mixed = [(6, &a), (0, &image(6)?)];
            let whole = assembled(&mixed, 1, &Shape::from((3, 8, 4, 5)), of)?;
            assert!(whole.is_contiguous());
            assert_eq!(
                elements(&whole)?,
                elements(&Tensor::cat(&[&image(6)?, &a], 1)?)?
            );
        }
        Ok(())
    }

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
