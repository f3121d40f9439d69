//! `batch_norm`: every channel to mean 0 and variance 1.

use candle_core::{Shape, Tensor as Data};

use super::batch_gradient::{Kept, Map};
use super::{batch_plain as plain, check_affine, check_eps};
use crate::error::{Error, Result};
use crate::kernels::{in_dtype, output, values, Channels, Order, Real};
use crate::ops::compute::{
    by_form, compute_dtype, dense, expect_float, has_kernels, record_optional_own, wide, Form,
};
use crate::tensor::autocast::autocast_dtype;
use crate::tensor::{is_grad_enabled, is_recomputing, meet, Buffer, Tensor};

const OP: &str = "batch_norm";

/// The optional arguments of [`Tensor::batch_norm_with`]; the defaults are PyTorch's.
///
/// ```
/// use taper::ops::BatchNormOptions;
/// let options = BatchNormOptions::default().training(true);
/// assert_eq!((options.training, options.momentum, options.eps), (true, 0.1, 1e-5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchNormOptions {
    /// Whether to use the batch's own statistics and update the running ones. Default: false.
    pub training: bool,
    /// The weight of the batch in the running statistics; `1 / n` in the n-th batch makes them the mean of all.
    /// Default: 0.1.
    pub momentum: f64,
    /// What is added to the variance. Default: 1e-5.
    pub eps: f64,
}

impl Default for BatchNormOptions {
    fn default() -> Self {
        BatchNormOptions {
            training: false,
            momentum: 0.1,
            eps: 1e-5,
        }
    }
}

impl BatchNormOptions {
    /// Whether to use the batch's own statistics and update the running ones.
    #[must_use]
    pub fn training(mut self, training: bool) -> Self {
        self.training = training;
        self
    }

    /// The weight of the batch in the running statistics.
    #[must_use]
    pub fn momentum(mut self, momentum: impl Into<f64>) -> Self {
        self.momentum = momentum.into();
        self
    }

    /// What is added to the variance.
    #[must_use]
    pub fn eps(mut self, eps: impl Into<f64>) -> Self {
        self.eps = eps.into();
        self
    }
}

impl Tensor {
    /// Normalises every channel of `[N, C]`, `[N, C, L]` or `[N, C, H, W]` by its running statistics `[C]`, then scales and
    /// shifts it (`torch.nn.functional.batch_norm` in evaluation).
    ///
    /// `(self − running_mean) / √(running_var + 1e-5) · weight + bias`.
    ///
    /// # Errors
    /// If there are no running statistics, or a shape or type does not fit.
    ///
    /// ```
    /// # use taper::{Buffer, Device, Tensor};
    /// let mean = Buffer::new(Tensor::new(&[1f64, 2.], &Device::Cpu)?)?;
    /// let var = Buffer::new(Tensor::new(&[4f64, 1.], &Device::Cpu)?)?;
    /// let y = Tensor::new(&[[5f64, 2.]], &Device::Cpu)?.batch_norm(Some(&mean), Some(&var), None, None)?;
    /// let y = y.to_vec::<f64>()?;
    /// assert!((y[0] - 2.).abs() < 1e-5 && y[1] == 0.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn batch_norm(
        &self,
        running_mean: Option<&Buffer>,
        running_var: Option<&Buffer>,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
    ) -> Result<Tensor> {
        let options = BatchNormOptions::default();
        self.batch_norm_with(running_mean, running_var, weight, bias, options)
    }

    /// [`batch_norm`](Self::batch_norm) with the choice of the statistics.
    ///
    /// In training, mean and (biased) variance are the batch's over all dimensions but the second, and the running ones, where
    /// there are any, become `(1 − momentum) · running + momentum · batch`, with the unbiased variance. All sums are
    /// in f64 on the CPU and at least in f32 elsewhere; half types may have weights and statistics in f32. An empty batch
    /// changes no statistics.
    ///
    /// # Errors
    /// Those of [`batch_norm`](Self::batch_norm); in training, if there is but one value per channel.
    ///
    /// ```
    /// # use taper::{Buffer, Device, Tensor};
    /// # use taper::ops::BatchNormOptions;
    /// let mean = Buffer::new(Tensor::new(&[0f64], &Device::Cpu)?)?;
    /// let x = Tensor::new(&[[1f64], [3.]], &Device::Cpu)?;
    /// let options = BatchNormOptions::default().training(true).eps(0.);
    /// let y = x.batch_norm_with(Some(&mean), None, None, None, options)?;
    /// assert_eq!(y.to_vec::<f64>()?, [-1., 1.]);
    /// assert_eq!(mean.to_vec::<f64>()?, [0.2]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn batch_norm_with(
        &self,
        running_mean: Option<&Buffer>,
        running_var: Option<&Buffer>,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        options: BatchNormOptions,
    ) -> Result<Tensor> {
        let running = [running_mean, running_var];
        self.batch_norm_then(running, (weight, bias), options, Then::Nothing)
    }

    /// [`batch_norm_with`](Self::batch_norm_with) and `relu` as one operation that keeps its input alone, equal to both to the bit;
    /// nothing where they have to be two: in other types than f32 and f64, under autocast, without kernels, and where batch norm alone
    /// would not keep its input, so that the result of `relu`, which others need, is kept in its place. If the result is `unread` it has the shape alone.
    pub(crate) fn batch_norm_relu(
        &self,
        running: [Option<&Buffer>; 2],
        (weight, bias): (Option<&Tensor>, Option<&Tensor>),
        options: BatchNormOptions,
        unread: bool,
    ) -> Result<Option<Tensor>> {
        let from_batch = options.training && self.elem_count() > 0;
        let trained = [weight, bias].into_iter().flatten();
        let trained = trained.into_iter().any(Tensor::requires_grad);
        let recorded = is_grad_enabled() && (trained || self.requires_grad());
        let kept = !recorded || from_batch || trained;
        if !kept || Form::of(self.as_candle()) == Form::Plain || autocast_dtype().is_some() {
            return Ok(None);
        }
        let y = self.batch_norm_then(running, (weight, bias), options, Then::Relu { unread })?;
        Ok(Some(y))
    }

    /// Batch norm, and what follows it.
    fn batch_norm_then(
        &self,
        running: [Option<&Buffer>; 2],
        (weight, bias): (Option<&Tensor>, Option<&Tensor>),
        options: BatchNormOptions,
        then: Then,
    ) -> Result<Tensor> {
        let relu = then != Then::Nothing;
        let sizes = check(self, running, weight, bias, options)?;
        let order = match has_kernels(self.as_candle()) {
            true => Order::of(&[self.as_candle()]),
            false => Order::Rows,
        };
        let sizes = match order {
            Order::Rows => sizes,
            Order::ChannelsLast => sizes.last(),
            // Every channel is one run.
            Order::BatchLast => Channels {
                batch: 1,
                pixels: sizes.batch * sizes.pixels,
                ..sizes
            },
        };
        let x = order.take(&wide(self.as_candle())?)?;
        let from_batch = options.training && self.elem_count() > 0;
        let [mean, variance] = if from_batch {
            moments(&sizes, &x)?
        } else {
            frozen_moments(&sizes, &x, running)?
        };
        if from_batch && !is_recomputing() {
            update(&sizes, running, [&mean, &variance], options.momentum)?;
        }
        let scale = (variance + options.eps)?.sqrt()?.recip()?;
        let mul = match weight {
            Some(weight) => (&scale * dense(weight.as_candle())?)?,
            None => scale.clone(),
        };
        let add = bias.map_or_else(|| Ok(mean.zeros_like()?), |bias| dense(bias.as_candle()))?;
        let map = Map {
            sub: mean.clone(),
            mul,
            // A copy: the parameter may change before the backward pass.
            add: if relu { add.copy()? } else { add },
        };
        let data = match then {
            // All elements are one, which is never read.
            Then::Relu { unread: true } => {
                Data::zeros((), self.dtype(), self.device())?.broadcast_as(self.shape())?
            }
            _ => order.give(in_dtype(&map.of(&sizes, &x, relu)?, self.dtype())?)?,
        };

        let inputs = [Some(self), weight, bias];
        let affine_needs = inputs[1..].iter().flatten().any(|x| x.requires_grad());
        let kept = Kept {
            sizes,
            order,
            from_batch,
            x: self.save_if(affine_needs || (from_batch && self.requires_grad())),
            weight: weight.map(|weight| weight.save_if(self.requires_grad())),
            mean,
            scale,
            cut: relu.then_some(map),
            types: [self, weight.unwrap_or(self), bias.unwrap_or(self)].map(Tensor::dtype),
        };
        Ok(record_optional_own(OP, data, inputs, move |grad, needs| {
            kept.gradients(grad, needs)
        }))
    }
}

/// What follows batch norm in the same pass.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    Nothing,
    Relu {
        /// Nobody reads the values of the result: they aren't computed.
        unread: bool,
    },
}

fn check(
    input: &Tensor,
    running: [Option<&Buffer>; 2],
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    options: BatchNormOptions,
) -> Result<Channels> {
    expect_float(OP, "an input", input)?;
    check_eps(OP, options.eps)?;
    if !options.momentum.is_finite() {
        return Err(Error::argument(
            OP,
            "momentum",
            options.momentum,
            "a number",
        ));
    }
    let [batch, channels, ref rest @ ..] = *input.dims() else {
        let expected = "expected an input [N, C, …], but it has shape";
        return Err(Error::op(OP, format!("{expected} {:?}", input.dims())));
    };
    let pixels = rest.iter().product();
    let shape = Shape::from(channels);
    let [mean, var] = running.map(|buffer| buffer.map(|buffer| &**buffer));
    for (what, value) in [
        ("weight", weight),
        ("bias", bias),
        ("running mean", mean),
        ("running variance", var),
    ] {
        check_affine(OP, input, &shape, what, value)?;
    }
    if !options.training && (mean.is_none() || var.is_none()) {
        let message = "expected running statistics in evaluation, but there are none";
        return Err(Error::op(OP, message).help("pass `training(true)` to use the batch's own"));
    }
    if options.training && batch * pixels == 1 {
        let message = format!(
            "expected more than 1 value per channel when training, but the input has shape {:?}",
            input.dims()
        );
        return Err(Error::op(OP, message).help("use a larger batch (`drop_last`), or evaluation"));
    }
    Ok(Channels {
        batch,
        channels,
        pixels,
    })
}

/// The running statistics, copied: the buffers may change before the backward pass.
fn frozen_moments(sizes: &Channels, x: &Data, running: [Option<&Buffer>; 2]) -> Result<[Data; 2]> {
    let [mean, variance] = running.map(|buffer| match buffer {
        Some(buffer) => {
            meet(&[buffer]);
            Ok::<_, Error>(buffer.as_candle().to_dtype(x.dtype())?.copy()?)
        }
        // An empty batch in training: there is nothing to normalise.
        None => Ok(Data::ones(sizes.channels, x.dtype(), x.device())?),
    });
    Ok([mean?, variance?])
}

fn update(
    sizes: &Channels,
    [running_mean, running_var]: [Option<&Buffer>; 2],
    [mean, variance]: [&Data; 2],
    momentum: f64,
) -> Result<()> {
    let count = (sizes.batch * sizes.pixels) as f64;
    let unbiased = (variance * (count / (count - 1.)))?;
    for (running, batch) in [(running_mean, mean), (running_var, &unbiased)] {
        let Some(running) = running else { continue };
        // In the wider of the two types: a half type would lose small steps.
        let old = running.as_candle().to_dtype(compute_dtype(batch.dtype()))?;
        let new = ((old * (1. - momentum))? + (batch * momentum)?)?;
        running.set(Tensor::from(new))?;
    }
    Ok(())
}

fn moments(sizes: &Channels, x: &Data) -> Result<[Data; 2]> {
    fn kernel<T: Real>(sizes: &Channels, x: &Data) -> Result<[Data; 2]> {
        let (mean, variance) = sizes.moments::<T>(values(x)?.slice()?);
        Ok([
            output(mean, sizes.channels)?,
            output(variance, sizes.channels)?,
        ])
    }
    by_form!(x, kernel(sizes, x), plain::moments(sizes, x))
}
