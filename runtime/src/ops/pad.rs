//! `pad`: borders around the last dimensions.

use crate::error::{Error, Result};
use crate::ops::rule::{bound, receiver};
use crate::ops::Sizes;
use crate::tensor::{when, Tensor};
use crate::trace::{as_dim, Args, Dim as Count, Param, Takes, TensorValue, Text, Tracer, Value};

/// What borders are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PadMode {
    /// One value (PyTorch's `'constant'`).
    #[default]
    Constant,
    /// The tensor mirrored at its first and last positions, which are not repeated (`'reflect'`).
    Reflect,
    /// The first and last positions, repeated (`'replicate'`).
    Replicate,
    /// The other end of the tensor (`'circular'`).
    Circular,
}

/// The optional arguments of [`Tensor::pad_with`]; the defaults are PyTorch's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PadOptions {
    /// What the borders are made of. Default: [`PadMode::Constant`].
    pub mode: PadMode,
    /// The value of constant borders. Default: 0.
    pub value: f64,
}

impl PadOptions {
    /// What the borders are made of.
    #[must_use]
    pub fn mode(mut self, mode: impl Into<PadMode>) -> Self {
        self.mode = mode.into();
        self
    }

    /// The value of constant borders.
    #[must_use]
    pub fn value(mut self, value: impl Into<f64>) -> Self {
        self.value = value.into();
        self
    }
}

/// One dimension's borders.
#[derive(Clone, Copy)]
struct Border {
    dim: usize,
    before: i64,
    after: i64,
}

impl Tensor {
    /// Zeros around the last dimensions (`torch.nn.functional.pad`): `pad` is `[left, right]` for the last one, then
    /// `[top, bottom]` for the one before, and so on. Negative sizes cut off.
    ///
    /// # Errors
    /// If `pad` has an odd length or is for more dimensions than there are, or more is cut off than there is.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 2.]], &Device::Cpu)?;
    /// assert_eq!(x.pad([1, 0])?.to_vec2::<f32>()?, [[0., 1., 2.]]);
    /// assert_eq!(x.pad([0, -1, 0, 1])?.to_vec2::<f32>()?, [[1.], [0.]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn pad(&self, pad: impl Into<Sizes>) -> Result<Tensor> {
        self.pad_with(pad, PadOptions::default())
    }

    /// [`pad`](Self::pad) with another value, or with the tensor's own values.
    ///
    /// # Errors
    /// Those of [`pad`](Self::pad); if a mirrored border is not smaller than the dimension, a circular one larger than it, or a
    /// replicated dimension empty.
    ///
    /// ```
    /// # use taper::{ops::{PadMode, PadOptions}, Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2., 3.], &Device::Cpu)?;
    /// let pad = |mode| x.pad_with([2, 1], PadOptions::default().mode(mode))?.to_vec::<f32>();
    /// assert_eq!(pad(PadMode::Reflect)?, [3., 2., 1., 2., 3., 2.]);
    /// assert_eq!(pad(PadMode::Replicate)?, [1., 1., 1., 2., 3., 3.]);
    /// assert_eq!(pad(PadMode::Circular)?, [2., 3., 1., 2., 3., 1.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn pad_with(&self, pad: impl Into<Sizes>, options: PadOptions) -> Result<Tensor> {
        let borders = self.borders(&pad.into(), options.mode)?;
        match options.mode {
            PadMode::Constant => self.pad_constant(&borders, options.value),
            mode => borders.iter().try_fold(self.clone(), |x, border| {
                let size = x.dims()[border.dim] as i64;
                let at = (-border.before..size + border.after).map(|i| source(mode, i, size));
                x.reordered("pad", border.dim, at)
            }),
        }
    }

    /// The borders by dimension, without those that add nothing.
    fn borders(&self, pad: &Sizes, mode: PadMode) -> Result<Vec<Border>> {
        let pad: Vec<i64> = pad.as_slice().iter().map(|size| size.signed()).collect();
        if pad.len() % 2 == 1 || pad.len() / 2 > self.rank() {
            let message = format!(
                "expected two sizes for each of at most {} dimensions, but {} sizes came",
                self.rank(),
                pad.len()
            );
            return Err(Error::op("pad", message));
        }
        let mut borders = Vec::new();
        for (i, pair) in pad.chunks_exact(2).enumerate() {
            let border = Border {
                dim: self.rank() - 1 - i,
                before: pair[0],
                after: pair[1],
            };
            let size = self.dims()[border.dim] as i64;
            let (least, most) = (pair[0].min(pair[1]), pair[0].max(pair[1]));
            let fits = match mode {
                PadMode::Constant => true,
                PadMode::Reflect => most < size.max(1) && (size > 0 || most == 0),
                PadMode::Replicate => size > 0 || most <= 0,
                PadMode::Circular => most <= size,
            } && size + pair[0] + pair[1] >= 0
                && size + least >= 0;
            if !fits {
                let message = format!(
                    "borders {pair:?} don't fit dimension {} of size {size} ({mode:?})",
                    border.dim
                );
                return Err(Error::op("pad", message));
            }
            if pair != [0, 0] {
                borders.push(border);
            }
        }
        Ok(borders)
    }

    fn pad_constant(&self, borders: &[Border], value: f64) -> Result<Tensor> {
        let cut = borders.iter().try_fold(self.clone(), |x, border| {
            let start = (-border.before).max(0);
            x.narrow(
                border.dim,
                start,
                x.dims()[border.dim] as i64 - start - (-border.after).max(0),
            )
        })?;
        let mut shape = cut.dims().to_vec();
        let mut places = Vec::new();
        for border in borders {
            let (before, after) = (border.before.max(0) as usize, border.after.max(0) as usize);
            shape[border.dim] += before + after;
            places.push((border.dim, before));
        }
        if shape == cut.dims() {
            return Ok(cut);
        }
        let data = surround(cut.as_candle(), &places, &shape, value)?;
        let from = cut.shape().clone();
        Ok(Tensor::record(
            "pad",
            data,
            [&cut],
            move |grad, [needed]| {
                let inside = |grad: candle_core::Tensor, &(dim, start): &(usize, usize)| {
                    grad.narrow(dim, start, from.dims()[dim])
                };
                Ok([when(needed, || {
                    Ok(places.iter().try_fold(grad.clone(), inside)?)
                })?])
            },
        ))
    }
}

/// `value` everywhere but for `x`, which starts at the given positions of some dimensions.
fn surround(
    x: &candle_core::Tensor,
    places: &[(usize, usize)],
    shape: &[usize],
    value: f64,
) -> Result<candle_core::Tensor> {
    // Dimension by dimension: each step writes one larger tensor.
    places.iter().try_fold(x.clone(), |x, &(dim, start)| {
        let mut wide = x.dims().to_vec();
        wide[dim] = shape[dim];
        let whole = Tensor::full(wide, value, x.dtype(), x.device())?.into_candle();
        if x.elem_count() > 0 {
            whole.slice_set(&x.contiguous()?, dim, start)?;
        }
        Ok(whole)
    })
}

/// The position within `size` that position `i` of a border, or of the inside, is a copy of.
fn source(mode: PadMode, i: i64, size: i64) -> i64 {
    match mode {
        PadMode::Reflect if i < 0 => -i,
        PadMode::Reflect if i >= size => 2 * (size - 1) - i,
        PadMode::Replicate => i.clamp(0, size - 1),
        PadMode::Circular => i.rem_euclid(size),
        _ => i,
    }
}

const PAD: &[Param] = &[
    Param::required("pad", Takes::Ints),
    Param::optional("mode", Takes::Any, Value::Str("constant")),
    Param::optional("value", Takes::Float, Value::Num(0.)),
];

/// The shape rule of `pad`. What the modes allow beyond that is left to the run time.
pub(super) const fn trace_pad(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "pad", PAD, args);
    let list = match b.value(0) {
        Value::List(list) if x.ranked => list,
        Value::Dim(_) => return t.refuse_pad(&x, 1),
        _ => return t.called("pad", args, Value::Tensor(TensorValue::unranked(x.kind))),
    };
    if list.len() % 2 == 1 || list.len() / 2 > x.rank {
        return t.refuse_pad(&x, list.len());
    }
    let mut out = x.of_kind(x.kind);
    let mut i = 0;
    while i < list.len() {
        let dim = x.rank - 1 - i / 2;
        let (before, after) = (as_dim(t.item(list, i)), as_dim(t.item(list, i + 1)));
        let wider = t.algebra.add(x.dims[dim], before);
        out.dims[dim] = t.algebra.add(wider, after);
        let behind = t.algebra.add(x.dims[dim], after);
        let zero = Count::Known(0);
        if t.below(out.dims[dim], zero) || t.below(wider, zero) || t.below(behind, zero) {
            let mut m = Text::new();
            m.push("pad: borders of ");
            t.write_dim(before, &mut m);
            m.push(" and ");
            t.write_dim(after, &mut m);
            m.push(" cut more off dimension ");
            m.push_int(dim as i64);
            m.push(" of ");
            t.write_shape(&x, &mut m);
            m.push(" than there is");
            return t.fail(&m);
        }
        i += 2;
    }
    t.called("pad", args, Value::Tensor(out))
}

impl Tracer<'_> {
    const fn refuse_pad(&mut self, x: &TensorValue, count: usize) -> Value {
        let mut m = Text::new();
        m.push("pad: expected two sizes for each of the last dimensions of ");
        self.write_shape(x, &mut m);
        m.push(", but got ");
        m.push_int(count as i64);
        self.fail(&m)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, randn};

    #[test]
    fn gradient() -> Result<()> {
        let pad = |x: &[Tensor], pad: &[i64], mode| {
            x[0].pad_with(pad, PadOptions::default().mode(mode).value(0.5))
        };
        gradcheck(
            |x| pad(x, &[1, 2, 0, 3], PadMode::Constant),
            &[randn([2, 3, 2])?],
        )?;
        gradcheck(
            |x| pad(x, &[-1, 2, 1, -2], PadMode::Constant),
            &[randn([3, 2])?],
        )?;
        gradcheck(|x| pad(x, &[1, 0], PadMode::Constant), &[randn([2, 0])?])?;
        for mode in [PadMode::Reflect, PadMode::Replicate, PadMode::Circular] {
            gradcheck(|x| pad(x, &[2, 1, 1, 0], mode), &[randn([2, 3, 4])?])?;
        }
        gradcheck(|x| pad(x, &[3, 2], PadMode::Replicate), &[randn([2, 1])?])
    }

    #[test]
    fn what_does_not_fit_is_an_error() -> Result<()> {
        let x = randn([2, 3])?;
        let fails = |pad: &[i64], mode| x.pad_with(pad, PadOptions::default().mode(mode)).is_err();
        assert!(fails(&[1], PadMode::Constant) && fails(&[1; 6], PadMode::Constant));
        assert!(fails(&[-2, -2], PadMode::Constant) && fails(&[-4, 2], PadMode::Constant));
        assert!(fails(&[3, 0], PadMode::Reflect) && fails(&[4, 0], PadMode::Circular));
        Ok(())
    }
}
