//! `layer_norm`: every row to mean 0 and variance 1.

use candle_core::{Shape, Tensor as Data};

use super::{check_affine, check_eps, layer_plain as plain, like};
use crate::error::{Error, Result};
use crate::kernels::{in_dtype, output, values, Real, Rows};
use crate::ops::compute::{by_form, dense, expect_float, record_optional};
use crate::tensor::autocast::{cast, cast_optional};
use crate::tensor::{when, IntoShape, Tensor};

const OP: &str = "layer_norm";

/// The optional arguments of [`Tensor::layer_norm_with`]; the defaults are PyTorch's.
///
/// ```
/// use taper::ops::LayerNormOptions;
/// assert_eq!(LayerNormOptions::default().eps, 1e-5);
/// assert_eq!(LayerNormOptions::default().eps(1e-12).eps, 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerNormOptions {
    /// What is added to the variance. Default: 1e-5.
    pub eps: f64,
}

impl Default for LayerNormOptions {
    fn default() -> Self {
        LayerNormOptions { eps: 1e-5 }
    }
}

impl LayerNormOptions {
    /// What is added to the variance.
    #[must_use]
    pub fn eps(mut self, eps: impl Into<f64>) -> Self {
        self.eps = eps.into();
        self
    }
}

impl Tensor {
    /// Normalises over the last dimensions, which must be `normalized_shape`, then scales and shifts element by element
    /// (`torch.nn.functional.layer_norm`).
    ///
    /// `(self − mean) / √(variance + 1e-5) · weight + bias`, with the mean and the biased variance over these dimensions;
    /// weight and bias have `normalized_shape`.
    ///
    /// # Errors
    /// If a shape or type does not fit.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// # use taper::ops::LayerNormOptions;
    /// let x = Tensor::new(&[[1f64, 3.], [10., 10.]], &Device::Cpu)?;
    /// let y = x.layer_norm(2, None, None)?.to_vec::<f64>()?;
    /// assert!((y[0] + 1.).abs() < 1e-5 && (y[1] - 1.).abs() < 1e-5 && y[2..] == [0., 0.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn layer_norm(
        &self,
        normalized_shape: impl IntoShape,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
    ) -> Result<Tensor> {
        self.layer_norm_with(normalized_shape, weight, bias, LayerNormOptions::default())
    }

    /// [`layer_norm`](Self::layer_norm) with another `eps`.
    ///
    /// Sums are in f64 on the CPU and at least in f32 elsewhere; half types may have weights in f32.
    ///
    /// # Errors
    /// Those of [`layer_norm`](Self::layer_norm).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// # use taper::ops::LayerNormOptions;
    /// let x = Tensor::new(&[[1f64, 3.]], &Device::Cpu)?;
    /// let y = x.layer_norm_with([2], None, None, LayerNormOptions::default().eps(0.))?;
    /// assert_eq!(y.to_vec::<f64>()?, [-1., 1.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn layer_norm_with(
        &self,
        normalized_shape: impl IntoShape,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        options: LayerNormOptions,
    ) -> Result<Tensor> {
        let [x] = cast(OP, [self])?;
        let (weight, bias) = (cast_optional(OP, weight)?, cast_optional(OP, bias)?);
        let normalized = normalized_shape.into_shape();
        x.layer_norm_as_is(normalized, weight.as_deref(), bias.as_deref(), options)
    }

    /// [`layer_norm_with`](Self::layer_norm_with) in the types that come.
    fn layer_norm_as_is(
        &self,
        normalized: Shape,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        options: LayerNormOptions,
    ) -> Result<Tensor> {
        let rows = check(self, &normalized, options)?;
        check_affine(OP, self, &normalized, "weight", weight)?;
        check_affine(OP, self, &normalized, "bias", bias)?;
        let x = dense(self.as_candle())?;
        let dense_option = |t: Option<&Tensor>| t.map(|t| dense(t.as_candle())).transpose();
        let (w, b) = (dense_option(weight)?, dense_option(bias)?);
        let [data, stats] = forward(&rows, &x, [w.as_ref(), b.as_ref()], options.eps)?;
        let data = in_dtype(&data, self.dtype())?.reshape(self.shape())?;

        let saved = self.save();
        let weight_saved = weight.map(|weight| weight.save_if(self.requires_grad()));
        let shape = self.shape().clone();
        let types = [self, weight.unwrap_or(self), bias.unwrap_or(self)].map(Tensor::dtype);
        let backward = move |grad: &Data, [x, w, b]: [bool; 3]| {
            let (grad, input) = (dense(grad)?, dense(saved.get()?)?);
            let inputs = [&grad, &input, &stats];
            let dx = when(x, || {
                let weight = weight_saved.as_ref().map(|weight| dense(weight.get()?));
                let dx = grad_input(&rows, inputs, weight.transpose()?.as_ref())?;
                like(dx, types[0], &shape)
            })?;
            let affine = when(w || b, || grad_affine(&rows, inputs))?;
            let of = |i: usize| match &affine {
                Some(sums) => like(sums[i - 1].clone(), types[i], &normalized),
                None => Err(Error::op(OP, "a gradient is missing: this is a bug")),
            };
            Ok([dx, when(w, || of(1))?, when(b, || of(2))?])
        };
        Ok(record_optional(
            OP,
            data,
            [Some(self), weight, bias],
            backward,
        ))
    }
}

fn check(input: &Tensor, normalized: &Shape, options: LayerNormOptions) -> Result<Rows> {
    expect_float(OP, "an input", input)?;
    check_eps(OP, options.eps)?;
    if normalized.rank() == 0 || !input.dims().ends_with(normalized.dims()) {
        let message = format!(
            "expected an input whose last dimensions are {:?}, but it has shape {:?}",
            normalized.dims(),
            input.dims()
        );
        return Err(Error::op(OP, message));
    }
    let leading = &input.dims()[..input.rank() - normalized.rank()];
    Ok(Rows {
        count: leading.iter().product(),
        width: normalized.elem_count(),
    })
}

/// The result and, for every row, its mean and 1/std.
fn forward(rows: &Rows, x: &Data, affine: [Option<&Data>; 2], eps: f64) -> Result<[Data; 2]> {
    fn kernel<T: Real>(
        rows: &Rows,
        x: &Data,
        [weight, bias]: [Option<&Data>; 2],
        eps: f64,
    ) -> Result<[Data; 2]> {
        let (weight, bias) = (
            weight.map(values).transpose()?,
            bias.map(values).transpose()?,
        );
        let weight = weight.as_ref().map(|weight| weight.slice::<T>());
        let bias = bias.as_ref().map(|bias| bias.slice::<T>());
        let (weight, bias) = (weight.transpose()?, bias.transpose()?);
        let (out, stats) = rows.forward::<T>(values(x)?.slice()?, weight, bias, eps);
        Ok([output(out, x.shape())?, output(stats, (rows.count, 2))?])
    }
    by_form!(
        x,
        kernel(rows, x, affine, eps),
        plain::forward(rows, x, affine, eps)
    )
}

fn grad_input(rows: &Rows, inputs: [&Data; 3], weight: Option<&Data>) -> Result<Data> {
    fn kernel<T: Real>(
        rows: &Rows,
        [grad, x, stats]: [&Data; 3],
        weight: Option<&Data>,
    ) -> Result<Data> {
        let (grad, stats) = (values(grad)?, values(stats)?);
        let weight = weight.map(values).transpose()?;
        let weight = weight
            .as_ref()
            .map(|weight| weight.slice::<T>())
            .transpose()?;
        let input = values(x)?;
        let dx = rows.grad_input::<T>(grad.slice()?, input.slice()?, stats.slice()?, weight);
        output(dx, x.shape())
    }
    by_form!(
        inputs[1],
        kernel(rows, inputs, weight),
        plain::grad_input(rows, inputs, weight)
    )
}

/// The gradients of weight and bias.
fn grad_affine(rows: &Rows, inputs: [&Data; 3]) -> Result<[Data; 2]> {
    fn kernel<T: Real>(rows: &Rows, [grad, x, stats]: [&Data; 3]) -> Result<[Data; 2]> {
        let (grad, x, stats) = (values(grad)?, values(x)?, values(stats)?);
        let mut dw = rows.grad_affine::<T>(grad.slice()?, x.slice()?, stats.slice()?);
        let db = dw.split_off(rows.width);
        Ok([output(dw, rows.width)?, output(db, rows.width)?])
    }
    by_form!(
        inputs[1],
        kernel(rows, inputs),
        plain::grad_affine(rows, inputs)
    )
}
