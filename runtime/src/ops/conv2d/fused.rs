//! A convolution and what follows it in one pass, where no gradients are wanted: batch norm with running statistics is folded into
//! the weight and the bias, `relu` is done where a sum is stored.

use std::ops::Deref;
use std::sync::Arc;

use candle_core::{DType, Storage, Tensor as Data};

use super::{check, forward_kernel, kept, out_shape, Conv2dOptions, Frame};
use crate::error::Result;
use crate::kernels::{output, values, Conv2d, Finish, Real, Values};
use crate::ops::compute::has_kernels;
use crate::ops::Pair;
use crate::tensor::autocast::autocast_dtype;
use crate::tensor::{is_grad_enabled, Owner, Tensor};

/// Batch norm of `[N, out, H, W]` with running statistics: `(x − mean) / √(variance + eps) · weight + bias`, all of them `[out]`.
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a> {
    pub(crate) mean: &'a Tensor,
    pub(crate) variance: &'a Tensor,
    pub(crate) weight: Option<&'a Tensor>,
    pub(crate) bias: Option<&'a Tensor>,
    pub(crate) eps: f64,
}

/// What follows a layer: batch norm, then `relu`, then a pool, or some of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Following<'a> {
    pub(crate) norm: Option<Norm<'a>>,
    pub(crate) relu: bool,
    /// The maxima of windows of this size, side by side from the first pixel on.
    pub(crate) pool: Option<Pair>,
    /// Nobody reads the values of the result: it is computed for its gradients.
    pub(crate) unread: bool,
}

impl<'a> From<Norm<'a>> for Following<'a> {
    fn from(norm: Norm<'a>) -> Self {
        Following {
            norm: Some(norm),
            ..Following::default()
        }
    }
}

impl<'a> Following<'a> {
    pub(crate) const RELU: Self = Following {
        norm: None,
        relu: true,
        pool: None,
        unread: false,
    };

    /// The maxima of windows of this size.
    pub(crate) fn pool(kernel: Pair) -> Self {
        Following {
            pool: Some(kernel),
            ..Following::default()
        }
    }

    /// Whether `relu` follows alone.
    pub(crate) fn is_relu(self) -> bool {
        self.norm.is_none() && self.relu && self.pool.is_none()
    }

    /// This and then `next`, if one pass can do both.
    pub(crate) fn then(self, next: Following<'a>) -> Option<Self> {
        if self.pool.is_some() {
            return None;
        }
        if next.pool.is_some() {
            let alone = next.norm.is_none() && !next.relu;
            return alone.then_some(Following {
                pool: next.pool,
                ..self
            });
        }
        let (norm, relu) = match (self.norm, next.norm) {
            (None, norm) if !self.relu => (norm, next.relu),
            (norm, None) => (norm, true),
            _ => return None,
        };
        Some(Following { norm, relu, ..self })
    }
}

/// The weight, in the order in which the kernel reads it, and the bias, with the batch norm in them.
struct Folded<T> {
    weight: Vec<T>,
    bias: Vec<T>,
}

impl Tensor {
    /// [`conv2d_with`](Self::conv2d_with) and what follows it, equal to rounding; nothing where they have to be operations of their
    /// own: for gradients, unless a [pool](Self::conv2d_pooled) follows, in other types than f32 and f64, under autocast, and for weights
    /// that aren't a parameter's.
    pub(crate) fn conv2d_fused(
        &self,
        (weight, bias): (&Tensor, Option<&Tensor>),
        options: Conv2dOptions,
        following: Following<'_>,
    ) -> Result<Option<Tensor>> {
        if let Some(kernel) = following.pool {
            return match following.norm {
                Some(_) => Ok(None),
                None => self.conv2d_pooled((weight, bias), options, (following.relu, kernel)),
            };
        }
        let channels = weight.dims().first().copied();
        let own = following.norm.map_or([None; 4], |norm| {
            [Some(norm.mean), Some(norm.variance), norm.weight, norm.bias]
        });
        let fits = |x: &Tensor| x.rank() == 1 && x.dims().first().copied() == channels;
        let is_norm = |norm: Norm<'_>| self.rank() == 4 && norm.eps >= 0. && norm.eps.is_finite();
        if !own.iter().flatten().all(|x| fits(x)) || !following.norm.is_none_or(is_norm) {
            return Ok(None); // the operation itself says what is wrong
        }
        let parts = [Some(weight), bias].into_iter().chain(own).flatten();
        let all = || std::iter::once(self).chain(parts.clone());
        let recorded = is_grad_enabled() && all().any(Tensor::requires_grad);
        if recorded || autocast_dtype().is_some() || !has_kernels(self.as_candle()) {
            return Ok(None);
        }
        let one_type = all().all(|x| x.dtype() == self.dtype());
        let versions = parts.clone().map(seen_version).collect::<Option<Vec<_>>>();
        let (Some(owner), Some(versions), true) = (kept(weight), versions, one_type) else {
            return Ok(None);
        };
        let conv = check(self, weight, bias, options)?;
        let frame = Frame::of(self, &conv);
        let x = frame.take(self.as_candle())?;
        let parts = Parts {
            conv: &conv,
            weight: (weight, owner),
            bias,
            versions: versions.concat(),
        };
        let out = match self.dtype() {
            DType::F32 => parts.run::<f32>(&x, following)?,
            DType::F64 => parts.run::<f64>(&x, following)?,
            _ => return Ok(None),
        };
        let out = out.reshape(out_shape(&conv, frame.order))?;
        Ok(Some(Tensor::record(
            "conv2d",
            frame.give(out)?,
            [],
            |_, []| Ok([]),
        )))
    }
}

/// Which values these are, where a change of them is noticed.
fn seen_version(x: &Tensor) -> Option<[usize; 2]> {
    let layout = x.as_candle().layout();
    let whole = layout.is_contiguous() && layout.start_offset() == 0;
    let owner = x
        .owner
        .as_deref()
        .filter(|owner| whole && !owner.is_candles())?;
    Some([owner.id as usize, owner.version() as usize])
}

/// The values of what is there.
fn read(x: Option<&Tensor>) -> Result<Option<Values<impl Deref<Target = Storage> + '_>>> {
    x.map(|x| values(x.as_candle())).transpose()
}

/// A convolution that something follows.
struct Parts<'a> {
    conv: &'a Conv2d,
    weight: (&'a Tensor, &'a Owner),
    bias: Option<&'a Tensor>,
    /// Those of all parameters and statistics.
    versions: Vec<usize>,
}

impl Parts<'_> {
    fn run<T: Real>(&self, x: &Data, following: Following<'_>) -> Result<Data> {
        let (weight, owner) = self.weight;
        let relu = following.relu;
        let Some(norm) = following.norm else {
            let bias = self.bias.map(Tensor::as_candle);
            let weight = (weight.as_candle(), Some(owner));
            return forward_kernel::<T>(self.conv, x, weight, (bias, relu));
        };
        let (x, folded) = (values(x)?, self.folded::<T>(norm)?);
        let packed = self.conv.packs().then_some(&folded.weight[..]);
        let bias = Some(&folded.bias[..]);
        let finish = Finish { bias, relu };
        let out = self
            .conv
            .forward::<T>(x.slice()?, &folded.weight, packed, finish);
        let len = out.len();
        output(out, len)
    }

    /// Kept beside the weight until one of the parameters and statistics changes.
    fn folded<T: Real>(&self, norm: Norm<'_>) -> Result<Arc<Folded<T>>> {
        let (weight, owner) = self.weight;
        let (groups, packing) = (self.conv.groups, self.conv.packing());
        let eps = [norm.eps.to_bits() as usize];
        let key = [weight.dims(), &packing, &self.versions, &eps].concat();
        let weight = values(weight.as_candle())?;
        let (mean, variance) = (
            values(norm.mean.as_candle())?,
            values(norm.variance.as_candle())?,
        );
        let (bias, scale, shift) = (read(self.bias)?, read(norm.weight)?, read(norm.bias)?);
        let (weight, mean, variance) = (weight.slice::<T>()?, mean.slice()?, variance.slice()?);
        let [bias, scale, shift] =
            [&bias, &scale, &shift].map(|x| x.as_ref().map(|x| x.slice::<T>()).transpose());
        let (bias, scale, shift) = (bias?, scale?, shift?);
        Ok(owner.derived(&key, || {
            let at = |x: Option<&[T]>, o: usize, other: f64| x.map_or(other, |x| x[o].to_f64());
            let of = |x: &[T], o: usize| x[o].to_f64();
            let factor = |o| at(scale, o, 1.) / (of(variance, o) + norm.eps).sqrt();
            let channels = groups * self.conv.outputs;
            let factors: Vec<f64> = (0..channels).map(factor).collect();
            let sum = |o: usize| (at(bias, o, 0.) - of(mean, o)) * factors[o] + at(shift, o, 0.);
            let column = weight.len().checked_div(channels).unwrap_or(0).max(1);
            let columns = weight.chunks_exact(column).zip(&factors);
            let scaled: Vec<T> = columns
                .flat_map(|(column, factor)| {
                    column.iter().map(move |w| T::from_f64(w.to_f64() * factor))
                })
                .collect();
            Folded {
                bias: (0..channels).map(|o| T::from_f64(sum(o))).collect(),
                weight: match self.conv.packs() {
                    true => self.conv.pack(&scaled),
                    false => scaled,
                },
            }
        }))
    }
}
