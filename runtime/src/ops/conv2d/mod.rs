//! `conv2d`: two-dimensional convolution.

use candle_core::{DType, Shape, Tensor as Data};

use super::compute::{
    by_form, dense, expect_dtype, expect_float, has_kernels, record_optional_own, wide,
};
use super::Pair;
use crate::error::{Error, Result};
use crate::kernels::{
    conv_windows, in_dtype, output, row_major, values, Axis, Conv2d, Finish, Order, Real,
};
use crate::tensor::autocast::{cast, cast_optional};
use crate::tensor::{is_grad_enabled, when, Owner, Saved, Tensor};

pub use fused::{Following, Norm};
pub use options::{Conv2dOptions, ConvPadding};

mod fused;
mod options;
mod plain;
mod pooled;
#[cfg(test)]
mod pooled_tests;
pub(super) mod rule;
#[cfg(test)]
mod tests;

impl Tensor {
    /// Convolves `[N, C, H, W]` (or `[C, H, W]`) with a weight `[out, C, kh, kw]` and adds a bias `[out]`
    /// (`torch.nn.functional.conv2d`).
    ///
    /// `out[n, o, y, x] = bias[o] + Σ_{c, i, j} weight[o, c, i, j] · self[n, c, y + i, x + j]`: `[N, out, H − kh + 1, W − kw + 1]`.
    ///
    /// # Errors
    /// If the shapes don't fit each other, or the types differ or are not floats.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// let x = Tensor::arange(0f32, 9., &Device::Cpu)?.into_candle().reshape((1, 1, 3, 3))?;
    /// let weight = Tensor::ones([1, 1, 2, 2], DType::F32, &Device::Cpu)?;
    /// let bias = Tensor::new(&[100f32], &Device::Cpu)?;
    /// let y = Tensor::from(x).conv2d(&weight, Some(&bias))?;
    /// assert_eq!(y.dims(), [1, 1, 2, 2]);
    /// assert_eq!(y.to_vec::<f32>()?, [108., 112., 120., 124.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn conv2d(&self, weight: impl AsRef<Tensor>, bias: Option<&Tensor>) -> Result<Tensor> {
        self.conv2d_with(weight, bias, Conv2dOptions::default())
    }

    /// [`conv2d`](Self::conv2d) with stride, padding, dilation and groups; the weight is `[out, C / groups, kh, kw]`.
    ///
    /// With `p` the padding, `d` the dilation and `s` the stride,
    /// `out[n, o, y, x] = bias[o] + Σ_{c, i, j} weight[o, c, i, j] · self[n, c, s·y + d·i − p, s·x + d·j − p]`, where `c` runs
    /// over the channels of `o`'s group and what is outside of the input is 0. The height is
    /// `⌊(H + 2p − d·(kh − 1) − 1) / s⌋ + 1`, the width likewise. Half types are summed in f32.
    ///
    /// How the CPU sums depends on the sizes alone. Large convolutions with kernels of 3×3 and stride 1 go by Winograd's algorithm, with
    /// errors two to three times those of the sum as it stands here: the same image alone and in a batch may differ in rounding.
    ///
    /// # Errors
    /// If the shapes don't fit each other or the options, or the types differ or are not floats.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// # use taper::ops::Conv2dOptions;
    /// let x = Tensor::ones([2, 4, 9, 7], DType::F32, &Device::Cpu)?;
    /// let depthwise = Tensor::ones([4, 1, 3, 3], DType::F32, &Device::Cpu)?;
    /// let y = x.conv2d_with(&depthwise, None, Conv2dOptions::default().stride(2).padding(1).groups(4))?;
    /// assert_eq!(y.dims(), [2, 4, 5, 4]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn conv2d_with(
        &self,
        weight: impl AsRef<Tensor>,
        bias: Option<&Tensor>,
        options: Conv2dOptions,
    ) -> Result<Tensor> {
        let [x, weight] = cast("conv2d", [self, weight.as_ref()])?;
        let bias = cast_optional("conv2d", bias)?;
        x.conv2d_as_is(&weight, bias.as_deref(), options)
    }

    /// [`conv2d_with`](Self::conv2d_with) in the types that come.
    fn conv2d_as_is(
        &self,
        weight: &Tensor,
        bias: Option<&Tensor>,
        options: Conv2dOptions,
    ) -> Result<Tensor> {
        let conv = check(self, weight, bias, options)?;
        let frame = Frame::of(self, &conv);
        let out = forward(
            &conv,
            &frame.take(self.as_candle())?,
            (&dense(weight.as_candle())?, kept(weight)),
            bias.map(|bias| dense(bias.as_candle()))
                .transpose()?
                .as_ref(),
        )?;
        let shape = out_shape(&conv, frame.order);
        let data = frame.give(in_dtype(&out, self.dtype())?.reshape(shape)?)?;
        let kept = Kept::of(self, weight, (conv, frame));
        let inputs = [Some(self), Some(weight), bias];
        Ok(record_optional_own(
            "conv2d",
            data,
            inputs,
            move |grad, needs| {
                let grad = frame.take(grad.tensor())?;
                kept.gradients(&grad, needs)
            },
        ))
    }
}

/// What the gradients are computed from.
struct Kept {
    conv: Conv2d,
    frame: Frame,
    x: Saved,
    weight: Saved,
    dtype: DType,
    /// As it lies in memory.
    x_shape: Vec<usize>,
    weight_shape: Shape,
}

impl Kept {
    fn of(x: &Tensor, weight: &Tensor, (conv, frame): (Conv2d, Frame)) -> Self {
        let sizes = [conv.groups * conv.inputs, conv.y.input, conv.x.input];
        Kept {
            conv,
            frame,
            x: x.save_if(weight.requires_grad()),
            weight: weight.save_if(x.requires_grad()),
            dtype: x.dtype(),
            x_shape: in_memory(conv.batch, sizes, frame.order),
            weight_shape: weight.shape().clone(),
        }
    }

    /// The gradients of the input, the weight and the bias from that of the result, which is dense in the frame's order.
    fn gradients(&self, grad: &Data, needs: [bool; 3]) -> Result<[Option<Data>; 3]> {
        let [_, w, b] = needs;
        // The weight's first: the memory that it works with is gone before the input's is there.
        let sums = match w {
            true => {
                let x = self.frame.take(self.x.get()?)?;
                let (dw, db) = grad_weight(&self.conv, &x, grad, b)?;
                (Some(dw), db)
            }
            false => (None, when(b, || grad_bias(&self.conv, grad))?),
        };
        self.shaped(sums, &self.conv, grad, needs)
    }

    /// These gradients of the weight and the bias, and that of the input of `conv`, in their shapes.
    fn shaped(
        &self,
        (dw, db): (Option<Data>, Option<Data>),
        conv: &Conv2d,
        grad: &Data,
        [x, ..]: [bool; 3],
    ) -> Result<[Option<Data>; 3]> {
        let back = |gradient: Data, shape: &Shape| -> Result<Data> {
            Ok(in_dtype(&gradient, self.dtype)?.reshape(shape)?)
        };
        let b_shape = Shape::from(conv.groups * conv.outputs);
        let dw = dw.map(|dw| back(dw, &self.weight_shape)).transpose()?;
        let db = db.map(|db| back(db, &b_shape)).transpose()?;
        let dx = when(x, || {
            let dx = grad_input(conv, grad, &dense(self.weight.get()?)?)?;
            self.frame.give(back(dx, &Shape::from(&self.x_shape[..]))?)
        })?;
        Ok([dx, dw, db])
    }
}

/// How input and result lie in memory.
#[derive(Clone, Copy)]
struct Frame {
    /// An image alone is a batch of one.
    batched: bool,
    order: Order,
}

impl Frame {
    fn of(x: &Tensor, conv: &Conv2d) -> Self {
        Frame {
            batched: x.rank() == 4,
            order: match has_kernels(x.as_candle()) {
                true => conv.order(),
                false => Order::Rows,
            },
        }
    }

    /// An image or a batch of them, dense in this order.
    fn take(self, x: &Data) -> Result<Data> {
        let x = wide(x)?;
        let x = if self.batched { x } else { x.unsqueeze(0)? };
        Ok(self.order.take(&x)?)
    }

    /// What is dense in this order as the result.
    fn give(self, x: Data) -> Result<Data> {
        let x = self.order.give(x)?;
        match self.batched {
            true => Ok(x),
            false => Ok(row_major(&x)?.squeeze(0)?),
        }
    }
}

fn check(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: Conv2dOptions,
) -> Result<Conv2d> {
    let fail = |message: String| Error::op("conv2d", message);
    expect_float("conv2d", "an input", input)?;
    expect_dtype("conv2d", input.dtype(), "weight", weight)?;
    let (batch, channels, height, width) = match *input.dims() {
        [n, c, h, w] => (n, c, h, w),
        [c, h, w] => (1, c, h, w),
        ref other => {
            let expected = "expected an input [N, C, H, W] or [C, H, W], but it has shape";
            return Err(fail(format!("{expected} {other:?}")));
        }
    };
    let [out, inputs, kh, kw] = *weight.dims() else {
        let expected = "expected a weight [out, C / groups, kh, kw], but it has shape";
        return Err(fail(format!("{expected} {:?}", weight.dims())));
    };
    let groups = options.groups;
    if groups == 0 || out % groups != 0 {
        let expected = format!("a divisor of the weight's {out} output channels");
        return Err(Error::argument("conv2d", "groups", groups, expected));
    }
    if inputs.checked_mul(groups) != Some(channels) {
        let message = format!(
            "weight {:?} with groups {groups} expects {} input channels, but the input {:?} has {channels}",
            weight.dims(),
            inputs.saturating_mul(groups),
            input.dims(),
        );
        return Err(fail(message));
    }
    if let Some(bias) = bias {
        expect_dtype("conv2d", input.dtype(), "bias", bias)?;
        if bias.dims() != [out] {
            let message = format!(
                "expected a bias [{out}], but it has shape {:?}",
                bias.dims()
            );
            return Err(fail(message));
        }
    }
    let padding = paddings(Pair(kh, kw), options)?;
    let Conv2dOptions {
        stride, dilation, ..
    } = options;
    Ok(Conv2d {
        batch,
        groups,
        inputs,
        outputs: out / groups,
        y: axis(height, [kh, stride.0, dilation.0], padding[0], input)?,
        x: axis(width, [kw, stride.1, dilation.1], padding[1], input)?,
    })
}

/// The zeros before and after, for height and width.
fn paddings(kernel: Pair, options: Conv2dOptions) -> Result<[[usize; 2]; 2]> {
    match options.padding {
        ConvPadding::Zeros(Pair(y, x)) => Ok([[y, y], [x, x]]),
        ConvPadding::Same if options.stride == Pair(1, 1) => {
            let zeros = |kernel: usize, dilation: usize| {
                let total = kernel.saturating_sub(1).saturating_mul(dilation);
                [total / 2, total - total / 2]
            };
            let Pair(dy, dx) = options.dilation;
            Ok([zeros(kernel.0, dy), zeros(kernel.1, dx)])
        }
        ConvPadding::Same => {
            let expected = "1 with the padding \"same\"";
            Err(Error::argument(
                "conv2d",
                "stride",
                options.stride,
                expected,
            ))
        }
        ConvPadding::Unknown(word) => {
            let expected = "a size, a pair of sizes, \"same\" or \"valid\"";
            Err(Error::argument("conv2d", "padding", word, expected))
        }
    }
}

fn axis(
    size: usize,
    [kernel, stride, dilation]: [usize; 3],
    [before, after]: [usize; 2],
    input: &Tensor,
) -> Result<Axis> {
    for (name, value) in [("stride", stride), ("dilation", dilation)] {
        if value == 0 {
            return Err(Error::argument("conv2d", name, value, "at least 1"));
        }
    }
    let padded = size.saturating_add(before).saturating_add(after);
    let Some(windows) = conv_windows(padded, kernel, stride, dilation) else {
        let message = format!(
            "a kernel of {kernel} (dilation {dilation}) does not fit into {padded}, with padding, of the input {:?}",
            input.dims()
        );
        return Err(Error::op("conv2d", message).help("use a smaller kernel or more padding"));
    };
    Ok(Axis {
        input: size,
        output: windows,
        kernel,
        stride,
        padding: before,
        dilation,
    })
}

/// The sizes of the result as they lie in memory.
fn out_shape(conv: &Conv2d, order: Order) -> Vec<usize> {
    let sizes = [conv.groups * conv.outputs, conv.y.output, conv.x.output];
    in_memory(conv.batch, sizes, order)
}

fn in_memory(batch: usize, [channels, height, width]: [usize; 3], order: Order) -> Vec<usize> {
    let sizes = [batch, channels, height, width];
    let places = order.places().unwrap_or([0, 1, 2, 3]);
    places.map(|dim| sizes[dim]).to_vec()
}

/// The owner of the weight's values, which keeps them in the kernel's order until they change, where they aren't being trained: then
/// they would change at every step.
fn kept(weight: &Tensor) -> Option<&Owner> {
    let data = weight.as_candle();
    let whole = has_kernels(data) && data.is_contiguous() && data.layout().start_offset() == 0;
    let trained = weight.requires_grad() && is_grad_enabled();
    weight.owner.as_deref().filter(|_| whole && !trained)
}

fn forward(
    conv: &Conv2d,
    x: &Data,
    (weight, kept): (&Data, Option<&Owner>),
    bias: Option<&Data>,
) -> Result<Data> {
    by_form!(
        x,
        forward_kernel(conv, x, (weight, kept), (bias, false)),
        plain::forward(conv, x, weight, bias),
    )
}

fn forward_kernel<T: Real>(
    conv: &Conv2d,
    x: &Data,
    (weight, kept): (&Data, Option<&Owner>),
    (bias, relu): (Option<&Data>, bool),
) -> Result<Data> {
    let dims = weight.dims();
    let (x, weight) = (values(x)?, values(weight)?);
    let weight = weight.slice::<T>()?;
    let bias = bias.map(values).transpose()?;
    let bias = bias.as_ref().map(|bias| bias.slice::<T>()).transpose()?;
    let kept = kept.filter(|_| conv.packs());
    let packed = kept.map(|owner| {
        let key = [dims, &conv.packing()].concat();
        owner.derived(&key, || conv.pack(weight))
    });
    let packed = packed.as_ref().map(|packed| &packed[..]);
    let finish = Finish { bias, relu };
    let out = conv.forward::<T>(x.slice()?, weight, packed, finish);
    let len = out.len();
    output(out, len)
}

fn grad_input(conv: &Conv2d, grad: &Data, weight: &Data) -> Result<Data> {
    fn kernel<T: Real>(conv: &Conv2d, grad: &Data, weight: &Data) -> Result<Data> {
        let (grad, weight) = (values(grad)?, values(weight)?);
        let dx = conv.grad_input::<T>(grad.slice()?, weight.slice()?);
        let len = dx.len();
        output(dx, len)
    }
    by_form!(
        grad,
        kernel(conv, grad, weight),
        plain::grad_input(conv, grad, weight)
    )
}

/// The gradient of the weight, and that of the bias if it is wanted.
fn grad_weight(conv: &Conv2d, x: &Data, grad: &Data, bias: bool) -> Result<(Data, Option<Data>)> {
    fn kernel<T: Real>(
        conv: &Conv2d,
        x: &Data,
        grad: &Data,
        bias: bool,
    ) -> Result<(Data, Option<Data>)> {
        let (x, grad) = (values(x)?, values(grad)?);
        let (dw, db) = conv.grad_weight::<T>(x.slice()?, grad.slice()?, bias);
        let whole = |values: Vec<T>| {
            let len = values.len();
            output(values, len)
        };
        Ok((whole(dw)?, db.map(whole).transpose()?))
    }
    by_form!(
        grad,
        kernel(conv, x, grad, bias),
        plain::grad_weight(conv, x, grad)
            .and_then(|dw| Ok((dw, when(bias, || plain::grad_bias(conv, grad))?)))
    )
}

fn grad_bias(conv: &Conv2d, grad: &Data) -> Result<Data> {
    fn kernel<T: Real>(conv: &Conv2d, grad: &Data) -> Result<Data> {
        let grad = values(grad)?;
        output(
            conv.grad_bias::<T>(grad.slice()?),
            conv.groups * conv.outputs,
        )
    }
    by_form!(grad, kernel(conv, grad), plain::grad_bias(conv, grad))
}
