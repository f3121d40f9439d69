//! Batch norm in plain Candle operations.

use candle_core::Tensor;

use crate::error::Result;
use crate::kernels::Channels;

pub(super) fn moments(sizes: &Channels, x: &Tensor) -> Result<[Tensor; 2]> {
    let x = by_channel(sizes, x)?;
    let mean = x.mean_keepdim(1)?;
    let variance = x.broadcast_sub(&mean)?.sqr()?.mean(1)?;
    Ok([mean.squeeze(1)?, variance])
}

pub(super) fn affine(
    sizes: &Channels,
    x: &Tensor,
    [sub, mul, add]: [&Tensor; 3],
) -> Result<Tensor> {
    let out = planes(sizes, x)?.broadcast_sub(&beside(sub)?)?;
    let out = out
        .broadcast_mul(&beside(mul)?)?
        .broadcast_add(&beside(add)?)?;
    Ok(out.reshape(x.shape())?)
}

pub(super) fn gradient_sums(
    sizes: &Channels,
    grad: &Tensor,
    x: &Tensor,
    mean: &Tensor,
) -> Result<[Tensor; 2]> {
    let grad = by_channel(sizes, grad)?;
    let centred = by_channel(sizes, x)?.broadcast_sub(&mean.unsqueeze(1)?)?;
    Ok([grad.sum(1)?, (grad * centred)?.sum(1)?])
}

pub(super) fn grad_input(
    sizes: &Channels,
    [grad, x, mean]: [&Tensor; 3],
    [a, b, c]: [&Tensor; 3],
) -> Result<Tensor> {
    let direct = planes(sizes, grad)?.broadcast_mul(&beside(a)?)?;
    let centred = planes(sizes, x)?.broadcast_sub(&beside(mean)?)?;
    let dx = (direct + centred.broadcast_mul(&beside(b)?)?)?.broadcast_add(&beside(c)?)?;
    Ok(dx.reshape(x.shape())?)
}

fn planes(sizes: &Channels, x: &Tensor) -> Result<Tensor> {
    Ok(x.reshape((sizes.batch, sizes.channels, sizes.pixels))?)
}

/// `[channels, batch · pixels]`.
fn by_channel(sizes: &Channels, x: &Tensor) -> Result<Tensor> {
    let x = planes(sizes, x)?.transpose(0, 1)?.contiguous()?;
    Ok(x.reshape((sizes.channels, sizes.batch * sizes.pixels))?)
}

/// `[1, channels, 1]`.
fn beside(values: &Tensor) -> Result<Tensor> {
    Ok(values.unsqueeze(0)?.unsqueeze(2)?)
}
