//! Layer norm in plain Candle operations.

use candle_core::Tensor;

use crate::error::Result;
use crate::kernels::Rows;

pub(super) fn forward(
    rows: &Rows,
    x: &Tensor,
    [weight, bias]: [Option<&Tensor>; 2],
    eps: f64,
) -> Result<[Tensor; 2]> {
    let flat = flat(rows, x)?;
    let mean = mean(&flat)?;
    let centred = flat.broadcast_sub(&mean)?;
    let scale = (self::mean(&centred.sqr()?)? + eps)?.sqrt()?.recip()?;
    let mut out = centred.broadcast_mul(&scale)?;
    if let Some(weight) = weight {
        out = out.broadcast_mul(&weight.flatten_all()?)?;
    }
    if let Some(bias) = bias {
        out = out.broadcast_add(&bias.flatten_all()?)?;
    }
    Ok([out.reshape(x.shape())?, Tensor::cat(&[mean, scale], 1)?])
}

pub(super) fn grad_input(
    rows: &Rows,
    [grad, x, stats]: [&Tensor; 3],
    weight: Option<&Tensor>,
) -> Result<Tensor> {
    let mut h = flat(rows, grad)?;
    if let Some(weight) = weight {
        h = h.broadcast_mul(&weight.flatten_all()?)?;
    }
    let normal = normalised(rows, x, stats)?;
    let shift = mean(&h)?;
    let slope = mean(&(&h * &normal)?)?;
    let dx = (h.broadcast_sub(&shift)? - normal.broadcast_mul(&slope)?)?;
    Ok(dx.broadcast_mul(&stats.narrow(1, 1, 1)?)?)
}

pub(super) fn grad_affine(rows: &Rows, [grad, x, stats]: [&Tensor; 3]) -> Result<[Tensor; 2]> {
    let grad = flat(rows, grad)?;
    let dw = (&grad * normalised(rows, x, stats)?)?.sum(0)?;
    Ok([dw, grad.sum(0)?])
}

fn flat(rows: &Rows, x: &Tensor) -> Result<Tensor> {
    Ok(x.reshape((rows.count, rows.width))?)
}

fn mean(x: &Tensor) -> Result<Tensor> {
    Ok((x.sum_keepdim(1)? / x.dim(1)? as f64)?)
}

fn normalised(rows: &Rows, x: &Tensor, stats: &Tensor) -> Result<Tensor> {
    let centred = flat(rows, x)?.broadcast_sub(&stats.narrow(1, 0, 1)?)?;
    Ok(centred.broadcast_mul(&stats.narrow(1, 1, 1)?)?)
}
