//! Convolution in plain Candle operations: columns gathered by index, one matrix product per group.

use candle_core::Tensor;

use crate::error::Result;
use crate::kernels::{Conv2d, Order};
use crate::ops::windows::Windows;

pub(super) fn forward(
    conv: &Conv2d,
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
) -> Result<Tensor> {
    let out = weight_matrix(conv, weight)?.matmul(&columns(conv, x)?)?;
    let out = out
        .reshape((conv.groups, conv.outputs, conv.batch, pixels(conv)))?
        .permute((2, 0, 1, 3))?
        .contiguous()?
        .reshape(super::out_shape(conv, Order::Rows))?;
    Ok(match bias {
        Some(bias) => out.broadcast_add(&bias.reshape((1, (), 1, 1))?)?,
        None => out,
    })
}

pub(super) fn grad_input(conv: &Conv2d, grad: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let transposed = weight_matrix(conv, weight)?.transpose(1, 2)?.contiguous()?;
    let columns = transposed.matmul(&by_group(conv, grad)?)?;
    let (taps, pixels) = (conv.y.kernel * conv.x.kernel, pixels(conv));
    let columns = columns
        .reshape((conv.groups * conv.inputs * taps, conv.batch, pixels))?
        .transpose(0, 1)?
        .contiguous()?
        .reshape((conv.batch * conv.groups * conv.inputs, taps, pixels))?;
    windows(conv, grad)?.scatter(&columns)
}

pub(super) fn grad_weight(conv: &Conv2d, x: &Tensor, grad: &Tensor) -> Result<Tensor> {
    let columns = columns(conv, x)?.transpose(1, 2)?.contiguous()?;
    Ok(by_group(conv, grad)?.matmul(&columns)?)
}

pub(super) fn grad_bias(conv: &Conv2d, grad: &Tensor) -> Result<Tensor> {
    // The gradient of a single image has no batch dimension.
    let grad = grad.reshape((conv.batch, conv.groups * conv.outputs, pixels(conv)))?;
    Ok(grad.sum((0, 2))?)
}

fn pixels(conv: &Conv2d) -> usize {
    conv.y.output * conv.x.output
}

fn windows(conv: &Conv2d, beside: &Tensor) -> Result<Windows> {
    Windows::sliding([conv.y, conv.x], beside.device())
}

/// `[groups, outputs, column]`.
fn weight_matrix(conv: &Conv2d, weight: &Tensor) -> Result<Tensor> {
    Ok(weight.reshape((conv.groups, conv.outputs, ()))?)
}

/// The columns of all images side by side: `[groups, column, batch · pixels]`.
fn columns(conv: &Conv2d, x: &Tensor) -> Result<Tensor> {
    let planes = conv.batch * conv.groups * conv.inputs;
    let flat = x.reshape((planes, conv.y.input * conv.x.input))?;
    let column = conv.inputs * conv.y.kernel * conv.x.kernel;
    let columns = windows(conv, x)?.gather(&flat, 0.)?;
    let columns = columns.reshape((conv.batch, conv.groups, column, pixels(conv)))?;
    Ok(columns.permute((1, 2, 0, 3))?.contiguous()?.reshape((
        conv.groups,
        column,
        conv.batch * pixels(conv),
    ))?)
}

/// The gradient as `[groups, outputs, batch · pixels]`.
fn by_group(conv: &Conv2d, grad: &Tensor) -> Result<Tensor> {
    let pixels = pixels(conv);
    Ok(grad
        .reshape((conv.batch, conv.groups, conv.outputs, pixels))?
        .permute((1, 2, 0, 3))?
        .contiguous()?
        .reshape((conv.groups, conv.outputs, conv.batch * pixels))?)
}
