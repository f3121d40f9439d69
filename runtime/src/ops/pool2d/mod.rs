//! Two-dimensional pools.

use std::ops::Range;

use candle_core::Tensor as Data;

use super::compute::{expect_float, has_kernels, wide};
use super::Pair;
use crate::error::{Error, Result};
use crate::kernels::{in_dtype, pool_windows, Axis, Order};
use crate::tensor::Tensor;

mod adaptive;
mod average;
mod max;
pub(super) mod rule;
#[cfg(test)]
mod tests;

pub use average::AvgPool2dOptions;
pub use max::MaxPool2dOptions;

/// An input of a pool: how many planes there are, and their size.
fn planes(op: &'static str, input: &Tensor) -> Result<(usize, Pair)> {
    expect_float(op, "an input", input)?;
    match *input.dims() {
        [n, c, h, w] => Ok((n * c, Pair(h, w))),
        [c, h, w] => Ok((c, Pair(h, w))),
        ref other => Err(Error::op(
            op,
            format!("expected an input [N, C, H, W] or [C, H, W], but it has shape {other:?}"),
        )),
    }
}

/// The input's shape with other sizes of the planes.
fn with_planes(dims: &[usize], size: [usize; 2]) -> Vec<usize> {
    let mut dims = dims[..dims.len() - 2].to_vec();
    dims.extend(size);
    dims
}

/// Records a pool whose planes are `size`; `backward` gives the input's gradient from the output's, which is contiguous in the
/// given order.
fn record(
    op: &'static str,
    input: &Tensor,
    data: Data,
    size: [usize; 2],
    order: Order,
    backward: impl Fn(&Data) -> Result<Data> + Send + Sync + 'static,
) -> Result<Tensor> {
    let dtype = input.dtype();
    let shape = input.shape().clone();
    let data = placed(
        in_dtype(&data, dtype)?,
        with_planes(input.dims(), size),
        order,
    )?;
    Ok(Tensor::record_own(op, data, &[input], move |grad, _| {
        let dx = backward(&order.take(&wide(grad.tensor())?)?)?;
        let dx = placed(in_dtype(&dx, dtype)?, shape.dims().to_vec(), order)?;
        Ok(vec![Some(dx)])
    }))
}

/// Contiguous values in the given order, in a shape whose last three sizes are channels, height and width.
fn placed(data: Data, mut shape: Vec<usize>, order: Order) -> Result<Data> {
    if let Some(places) = order.places() {
        shape = places.map(|dim| shape[dim]).to_vec();
    }
    Ok(order.give(data.reshape(shape)?)?)
}

/// The input of a kernel: its values, contiguous in the order that they lie in, and the order.
fn ordered(input: &Tensor) -> Result<(Data, Order)> {
    let x = input.as_candle();
    let order = match has_kernels(x) {
        true => Order::of(&[x]),
        false => Order::Rows,
    };
    Ok((order.take(&wide(x)?)?, order))
}

/// How many values lie side by side for every pixel, in an order in which it isn't one.
fn side_by_side(input: &Tensor, order: Order) -> Option<usize> {
    let last = order.places()?[3];
    input.dims().get(last).copied()
}

/// `[planes, pixels]`.
fn flat(x: &Data, planes: usize) -> Result<Data> {
    // Not left to `reshape` to infer: without planes any number would do.
    let pixels: usize = x.dims().iter().rev().take(2).product();
    Ok(x.reshape((planes, pixels))?)
}

/// The sizes and options of a pool with a kernel.
#[derive(Clone, Copy)]
struct Sliding {
    op: &'static str,
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    ceil_mode: bool,
}

impl Sliding {
    fn axes(&self, Pair(height, width): Pair) -> Result<[Axis; 2]> {
        for (name, Pair(y, x)) in [
            ("kernel_size", self.kernel),
            ("stride", self.stride),
            ("dilation", self.dilation),
        ] {
            if y == 0 || x == 0 {
                return Err(Error::argument(self.op, name, (y, x), "at least 1"));
            }
        }
        let (k, s, p, d) = (self.kernel, self.stride, self.padding, self.dilation);
        Ok([
            self.axis(height, [k.0, s.0, p.0, d.0])?,
            self.axis(width, [k.1, s.1, p.1, d.1])?,
        ])
    }

    fn axis(&self, input: usize, [kernel, stride, padding, dilation]: [usize; 4]) -> Result<Axis> {
        if padding > kernel / 2 {
            let expected = format!("at most half of the kernel's {kernel}");
            return Err(Error::argument(self.op, "padding", padding, expected));
        }
        let output = pool_windows(input, kernel, stride, padding, dilation, self.ceil_mode);
        let axis = output.filter(|_| input > 0).map(|output| Axis {
            input,
            output,
            kernel,
            stride,
            padding,
            dilation,
        });
        let axis = axis.ok_or_else(|| {
            let message = format!(
                "a window of {kernel} (dilation {dilation}) does not fit into {input} (padding {padding} on either side)"
            );
            Error::op(self.op, message).help("use a smaller kernel, or pool less often")
        })?;
        let sees_something =
            |&window: &usize| (0..kernel).any(|tap| axis.position(window, tap).is_some());
        match (0..axis.output).find(|window| !sees_something(window)) {
            None => Ok(axis),
            Some(window) => {
                let message = format!(
                    "window {window} of {kernel} (dilation {dilation}, padding {padding}) sees nothing of the {input} elements"
                );
                Err(Error::op(self.op, message))
            }
        }
    }
}

/// What of a row or column the window sees.
fn seen(axis: &Axis, window: usize) -> Range<usize> {
    let start = window * axis.stride;
    let end = (start + axis.kernel)
        .saturating_sub(axis.padding)
        .min(axis.input);
    start.saturating_sub(axis.padding).min(end)..end
}
