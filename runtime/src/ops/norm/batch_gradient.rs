//! The affine map of batch norm, and its gradients.

use candle_core::{DType, Shape, Tensor as Data};

use super::{batch_plain as plain, like};
use crate::error::Result;
use crate::kernels::{in_dtype, output, overwrite, values, Affine, Channels, Order, Real, Through};
use crate::ops::compute::{by_form, dense, wide, Form};
use crate::tensor::{when, DenseSum, Saved};

/// The map `(x − sub) · mul + add`, with one of each per channel.
pub(super) struct Map {
    pub(super) sub: Data,
    pub(super) mul: Data,
    pub(super) add: Data,
}

impl Map {
    /// The map of `x`; with `relu`, for which there is no plain form, 0 where that isn't positive.
    pub(super) fn of(&self, sizes: &Channels, x: &Data, relu: bool) -> Result<Data> {
        fn kernel<T: Real>(map: &Map, sizes: &Channels, x: &Data, relu: bool) -> Result<Data> {
            map.with(|map| output(sizes.affine::<T>(values(x)?.slice()?, map, relu), x.shape()))
        }
        by_form!(
            x,
            kernel(self, sizes, x, relu),
            plain::affine(sizes, x, [&self.sub, &self.mul, &self.add])
        )
    }

    /// `grad` where the map of `x` is positive or NaN, else 0.
    fn cut(&self, sizes: &Channels, grad: &Data, x: &Data) -> Result<Data> {
        fn kernel<T: Real>(map: &Map, sizes: &Channels, grad: &Data, x: &Data) -> Result<Data> {
            let (grad, x_values) = (values(grad)?, values(x)?);
            let (grad, x_values) = (grad.slice()?, x_values.slice()?);
            map.with(|map| output(sizes.cut_copy::<T>(grad, x_values, map), x.shape()))
        }
        match Form::of(x) {
            Form::F64 => kernel::<f64>(self, sizes, grad, x),
            _ => kernel::<f32>(self, sizes, grad, x),
        }
    }

    fn with<T: Real, R>(&self, f: impl FnOnce(Affine<'_, T>) -> Result<R>) -> Result<R> {
        let (sub, mul, add) = (values(&self.sub)?, values(&self.mul)?, values(&self.add)?);
        f(Affine {
            sub: sub.slice()?,
            mul: mul.slice()?,
            add: add.slice()?,
        })
    }
}

/// What the gradients are computed from.
pub(super) struct Kept {
    pub(super) sizes: Channels,
    pub(super) order: Order,
    /// Whether the statistics are the batch's.
    pub(super) from_batch: bool,
    pub(super) x: Saved,
    pub(super) weight: Option<Saved>,
    pub(super) mean: Data,
    /// 1 / √(variance + eps).
    pub(super) scale: Data,
    /// The map as it was, where `relu` followed.
    pub(super) cut: Option<Map>,
    /// Those of the input, the weight and the bias.
    pub(super) types: [DType; 3],
}

impl Kept {
    /// The gradients of the input, the weight and the bias.
    pub(super) fn gradients(
        &self,
        incoming: DenseSum,
        [x, w, b]: [bool; 3],
    ) -> Result<[Option<Data>; 3]> {
        let needed = w || b || self.from_batch || self.cut.is_some();
        let input = when(needed, || self.taken(self.x.get()?))?;
        let mut grad = self.taken(incoming.tensor())?;
        // Through the batch's statistics the gradient is cut where it is read.
        let mut cut = self.cut.as_ref();
        if let (Some(map), Some(x), false) = (cut, &input, self.from_batch) {
            grad = map.cut(&self.sizes, &grad, x)?;
            cut = None;
        }
        let sums = input
            .as_ref()
            .map(|x| gradient_sums(&self.sizes, [&grad, x, &self.mean], cut));
        let sums = sums.transpose()?;
        let dx = when(x, || {
            let mul = match &self.weight {
                Some(weight) => (&self.scale * dense(weight.get()?)?)?,
                None => self.scale.clone(),
            };
            let dx = match (&input, &sums) {
                (Some(x), Some(sums)) if self.from_batch => {
                    let place = incoming.writable(self.order)?;
                    let place = place.filter(|place| place.dtype() == grad.dtype());
                    self.through_statistics([&grad, x, &mul], sums, cut, place)?
                }
                _ => {
                    let [sub, add] = [mul.zeros_like()?, mul.zeros_like()?];
                    Map { sub, mul, add }.of(&self.sizes, &grad, false)?
                }
            };
            Ok(self.order.give(in_dtype(&dx, self.types[0])?)?)
        })?;
        let channels = Shape::from(self.sizes.channels);
        let of = |sum: Option<Data>, i: usize| {
            sum.map(|sum| like(sum, self.types[i], &channels))
                .transpose()
        };
        let [bias_sum, weight_sum] = sums.map_or([None, None], |sums| sums.map(Some));
        let weight_sum = weight_sum.map(|sum| sum * &self.scale).transpose()?;
        Ok([
            dx,
            of(weight_sum.filter(|_| w), 1)?,
            of(bias_sum.filter(|_| b), 2)?,
        ])
    }

    /// The values as they are computed with.
    fn taken(&self, x: &Data) -> Result<Data> {
        Ok(self.order.take(&wide(x)?)?)
    }

    /// The gradient of the input where the statistics are the batch's: with `m` values per channel,
    /// `mul · (g − Σg / m − (x − mean) · scale² · Σ g·(x − mean) / m)`. It is written in the `place` of the gradient if there is one.
    fn through_statistics(
        &self,
        [grad, x, mul]: [&Data; 3],
        [sum, product]: &[Data; 2],
        cut: Option<&Map>,
        place: Option<Data>,
    ) -> Result<Data> {
        let (sizes, mean, scale) = (&self.sizes, &self.mean, &self.scale);
        let count = (sizes.batch * sizes.pixels) as f64;
        let slope = ((mul * scale)? * scale)?;
        let slope = (slope * product)?.affine(-1. / count, 0.)?;
        let shift = (mul * sum)?.affine(-1. / count, 0.)?;
        let (inputs, coefficients) = ([grad, x, mean], [mul, &slope, &shift]);
        by_form!(
            x,
            grad_input(sizes, inputs, coefficients, cut, place),
            plain::grad_input(sizes, inputs, coefficients)
        )
    }
}

fn grad_input<T: Real>(
    sizes: &Channels,
    [grad, x, mean]: [&Data; 3],
    [a, b, c]: [&Data; 3],
    cut: Option<&Map>,
    place: Option<Data>,
) -> Result<Data> {
    let (input, mean) = (values(x)?, values(mean)?);
    let (a, b, c) = (values(a)?, values(b)?, values(c)?);
    let with = |cut: Option<Affine<'_, T>>| {
        let through = Through {
            x: input.slice()?,
            mean: mean.slice()?,
            a: a.slice()?,
            b: b.slice()?,
            c: c.slice()?,
            cut,
        };
        passed(sizes, (grad, place), &through)
    };
    match cut {
        Some(map) => map.with(|map| with(Some(map))),
        None => with(None),
    }
}

/// The gradient through the statistics, in this place if there is one.
fn passed<T: Real>(
    sizes: &Channels,
    (grad, place): (&Data, Option<Data>),
    through: &Through<'_, T>,
) -> Result<Data> {
    let Some(place) = place else {
        let dx = sizes.grad_input(values(grad)?.slice()?, through);
        return output(dx, grad.shape());
    };
    overwrite(&place, |grad| sizes.grad_input_in_place(grad, through))?;
    Ok(place)
}

/// `Σ g` and `Σ g·(x − mean)` of every channel, where `g` is 0 wherever the map `cut` of `x` isn't positive.
fn gradient_sums(
    sizes: &Channels,
    [grad, x, mean]: [&Data; 3],
    cut: Option<&Map>,
) -> Result<[Data; 2]> {
    fn kernel<T: Real>(
        sizes: &Channels,
        [grad, x, mean]: [&Data; 3],
        cut: Option<&Map>,
    ) -> Result<[Data; 2]> {
        let (grad, x, mean) = (values(grad)?, values(x)?, values(mean)?);
        let (grad, x, mean) = (grad.slice::<T>()?, x.slice()?, mean.slice()?);
        let (a, b) = match cut {
            Some(map) => map.with(|map| Ok(sizes.gradient_sums(grad, x, mean, Some(map))))?,
            None => sizes.gradient_sums(grad, x, mean, None),
        };
        Ok([output(a, sizes.channels)?, output(b, sizes.channels)?])
    }
    by_form!(
        x,
        kernel(sizes, [grad, x, mean], cut),
        plain::gradient_sums(sizes, grad, x, mean)
    )
}
