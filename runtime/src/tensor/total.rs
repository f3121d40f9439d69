//! Exact sums, which reductions and the gradients of broadcast operands are made of.

use candle_core::{DType, Tensor as Data};

use crate::error::Result;
use crate::kernels::{self, output, row_major, values, Order, Real};

/// The exact sums over ascending `dims`, which stay as size 1. Half types come out as f32: in their own the sum of 10,000
/// ones would be 2048 at most.
pub(crate) fn total(x: &Data, dims: &[usize]) -> Result<Data> {
    let x = match x.dtype() {
        DType::F16 | DType::BF16 => &x.to_dtype(DType::F32)?,
        _ => x,
    };
    match x.dtype() {
        _ if !x.device().is_cpu() || x.elem_count() == 0 => plain(x, dims),
        DType::F32 => on_cpu::<f32>(x, dims),
        DType::F64 => on_cpu::<f64>(x, dims),
        _ => plain(x, dims),
    }
}

fn plain(x: &Data, dims: &[usize]) -> Result<Data> {
    match dims {
        [] => Ok(x.clone()),
        dims => Ok(x.sum_keepdim(dims)?),
    }
}

fn on_cpu<T: Real>(x: &Data, dims: &[usize]) -> Result<Data> {
    if dims.is_empty() {
        return Ok(x.clone());
    }
    let order = Order::of(&[x]);
    if let Some(places) = order.places() {
        let dims: Vec<usize> = (0..4).filter(|&at| dims.contains(&places[at])).collect();
        return Ok(order.give(on_cpu::<T>(&order.take(x)?, &dims)?)?);
    }
    let x = row_major(x)?;
    let (values, mut shape) = (values(&x)?, x.dims().to_vec());
    let values = values.slice::<T>()?;
    let mut sums: Option<Vec<T>> = None;
    // Runs of neighbouring dimensions, the last one first.
    for run in dims.chunk_by(|a, b| a + 1 == *b).rev() {
        let (first, end) = (run[0], run[0] + run.len());
        let part = |range: &[usize]| range.iter().product::<usize>();
        let around = [
            part(&shape[..first]),
            part(&shape[first..end]),
            part(&shape[end..]),
        ];
        sums = Some(kernels::sum(sums.as_deref().unwrap_or(values), around));
        shape[first..end].fill(1);
    }
    output(sums.unwrap_or_default(), shape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, randn};

    #[test]
    fn the_kernel_and_the_plain_form_agree() -> Result<()> {
        let x = randn([2, 3, 1, 4, 5])?.transpose(0, 3)?.into_candle();
        for dims in [
            &[][..],
            &[0],
            &[4],
            &[1, 2],
            &[0, 3],
            &[0, 2, 4],
            &[0, 1, 2, 3, 4],
        ] {
            let (found, plain) = (total(&x, dims)?, plain(&x, dims)?);
            assert_close(&format!("{dims:?}"), &found, &plain, 1e-12)?;
        }
        for order in [[0, 3, 1, 2], [3, 0, 1, 2]] {
            let x = randn([2, 3, 4, 5])?.permute(order)?.into_candle();
            for dims in [&[2, 3][..], &[0, 2, 3], &[1], &[0, 1], &[0, 1, 2, 3]] {
                let (found, plain) = (total(&x, dims)?, plain(&x, dims)?);
                assert_close(&format!("{dims:?}"), &found, &plain, 1e-12)?;
            }
        }
        Ok(())
    }
}
