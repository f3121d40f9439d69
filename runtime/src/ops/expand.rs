//! `expand`, `broadcast_to`, `repeat`: the same elements several times.

use crate::error::{Error, Result};
use crate::ops::rule::{bound, checked, receiver, SizeList};
use crate::ops::Sizes;
use crate::tensor::{grad_to_shape, when, Tensor};
use crate::trace::{Args, Dim, Param, Takes, TensorValue, Text, Tracer, Value, MAX_RANK};

impl Tensor {
    /// Dimensions of size 1 repeated to the given size, `-1` keeping a size; new ones may come in front. A view without
    /// copies (`torch.Tensor.expand`).
    ///
    /// # Errors
    /// If a size other than 1 would change.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32], [2.]], &Device::Cpu)?;
    /// assert_eq!(x.expand([-1, 3])?.to_vec2::<f32>()?, [[1., 1., 1.], [2., 2., 2.]]);
    /// assert_eq!(x.expand([4, 2, 1])?.dims(), [4, 2, 1]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn expand(&self, sizes: impl Into<Sizes>) -> Result<Tensor> {
        self.expanded("expand", &sizes.into())
    }

    /// [`expand`](Self::expand) under NumPy's name (`torch.broadcast_to`).
    ///
    /// # Errors
    /// If the shape does not broadcast to the sizes.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
    /// assert_eq!(x.broadcast_to([2, 2])?.to_vec2::<f32>()?, [[1., 2.], [1., 2.]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn broadcast_to(&self, sizes: impl Into<Sizes>) -> Result<Tensor> {
        self.expanded("broadcast_to", &sizes.into())
    }

    /// [`expand`](Self::expand) to the shape of `other` (`torch.Tensor.expand_as`).
    ///
    /// # Errors
    /// If the shape does not broadcast to that of `other`.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
    /// assert_eq!(x.expand_as(Tensor::zeros([3, 2], DType::F32, &Device::Cpu)?)?.dims(), [3, 2]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn expand_as(&self, other: impl AsRef<Tensor>) -> Result<Tensor> {
        self.expanded("expand_as", &Sizes::from(other.as_ref().shape()))
    }

    fn expanded(&self, op: &'static str, sizes: &Sizes) -> Result<Tensor> {
        let (dims, sizes) = (self.dims(), sizes.as_slice());
        let mismatch = || {
            let sizes: Vec<_> = sizes.iter().map(|size| size.signed()).collect();
            Error::op(
                op,
                format!("shape {dims:?} does not broadcast to {sizes:?}"),
            )
        };
        let lead = sizes.len().checked_sub(dims.len()).ok_or_else(mismatch)?;
        let mut shape = Vec::with_capacity(sizes.len());
        for (i, size) in sizes.iter().enumerate() {
            let own = i.checked_sub(lead).map(|i| dims[i]);
            shape.push(match (size.known(op, "size")?, own) {
                (Some(size), None | Some(1)) => size,
                (Some(size), Some(own)) if size == own => size,
                (None, Some(own)) => own,
                _ => return Err(mismatch()),
            });
        }
        if shape == dims {
            return Ok(self.clone());
        }
        let (data, from) = (self.as_candle().broadcast_as(shape)?, self.shape().clone());
        Ok(Tensor::record(op, data, [self], move |grad, [needed]| {
            Ok([when(needed, || grad_to_shape(grad, &from))?])
        }))
    }

    /// The whole tensor laid end to end `repeats[i]` times along each dimension; a copy (`torch.Tensor.repeat`).
    ///
    /// With more repeats than dimensions, new dimensions come in front.
    ///
    /// # Errors
    /// If there are fewer repeats than dimensions.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
    /// assert_eq!(x.repeat([2, 2])?.to_vec2::<f32>()?, [[1., 2., 1., 2.], [1., 2., 1., 2.]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn repeat(&self, repeats: impl Into<Sizes>) -> Result<Tensor> {
        let (dims, repeats) = (self.dims(), repeats.into().exact("repeat")?);
        let Some(lead) = repeats.len().checked_sub(dims.len()) else {
            let message = format!("{} repeats for a tensor of shape {dims:?}", repeats.len());
            return Err(Error::op("repeat", message).help("give one number for every dimension"));
        };
        // Each dimension n becomes (repeats, n), of which the first is expanded; the two are merged by the copy.
        let (mut split, mut wide, mut merged) = (Vec::new(), Vec::new(), Vec::new());
        for (i, &count) in repeats.iter().enumerate() {
            let size = i.checked_sub(lead).map_or(1, |i| dims[i]);
            split.extend([1, size]);
            wide.extend([count, size]);
            merged.push(count * size);
        }
        let (from, split) = (self.shape().clone(), candle_core::Shape::from(split));
        let data = self
            .as_candle()
            .reshape(&split)?
            .broadcast_as(wide.clone())?
            .reshape(merged)?;
        Ok(Tensor::record(
            "repeat",
            data,
            [self],
            move |grad, [needed]| {
                let sum =
                    || Ok(grad_to_shape(&grad.reshape(wide.clone())?, &split)?.reshape(&from)?);
                Ok([when(needed, sum)?])
            },
        ))
    }
}

const SIZE: &[Param] = &[Param::required("size", Takes::Any)];

const OTHER: &[Param] = &[Param::required("other", Takes::Any)];

const REPEATS: &[Param] = &[Param::required("repeats", Takes::Any)];

/// The shape rule of `expand`.
pub(super) const fn trace_expand(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "expand", SIZE, args);
    let sizes = checked!(t.sizes("expand", b.value(0)));
    let out = checked!(t.expanded("expand", &x, &sizes));
    t.called("expand", args, Value::Tensor(out))
}

/// The shape rule of `broadcast_to`.
pub(super) const fn trace_broadcast_to(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "broadcast_to", SIZE, args);
    let sizes = checked!(t.sizes("broadcast_to", b.value(0)));
    let out = checked!(t.expanded("broadcast_to", &x, &sizes));
    t.called("broadcast_to", args, Value::Tensor(out))
}

/// The shape rule of `expand_as`.
pub(super) const fn trace_expand_as(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "expand_as", OTHER, args);
    let other = checked!(t.operand(b.value(0)));
    let sizes = SizeList {
        known: other.ranked,
        len: other.rank,
        dims: other.dims,
        infer: [false; MAX_RANK],
    };
    let out = checked!(t.expanded("expand_as", &x, &sizes));
    t.called("expand_as", args, Value::Tensor(out))
}

/// The shape rule of `repeat`.
pub(super) const fn trace_repeat(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "repeat", REPEATS, args);
    let counts = checked!(t.sizes("repeat", b.value(0)));
    if !counts.known || !x.ranked {
        return t.called("repeat", args, Value::Tensor(TensorValue::unranked(x.kind)));
    }
    let mut m = Text::new();
    m.push("repeat: ");
    if counts.inferred() > 0 {
        t.write_sizes(&counts, &mut m);
        m.push(" leaves a number open");
        return t.fail(&m);
    }
    if counts.len < x.rank {
        t.write_shape(&x, &mut m);
        m.push(" has ");
        m.push_int(x.rank as i64);
        m.push(" dimensions, but only ");
        m.push_int(counts.len as i64);
        m.push(" numbers came\nhelp: give one number for every dimension");
        return t.fail(&m);
    }
    let lead = counts.len - x.rank;
    let mut out = TensorValue::scalar(x.kind);
    while out.rank < counts.len {
        let i = out.rank;
        out.dims[i] = if i < lead {
            counts.dims[i]
        } else {
            t.algebra.mul(counts.dims[i], x.dims[i - lead])
        };
        out.rank += 1;
    }
    t.called("repeat", args, Value::Tensor(out))
}

impl Tracer<'_> {
    const fn expanded(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        sizes: &SizeList,
    ) -> Option<TensorValue> {
        if !x.ranked || !sizes.known {
            return Some(TensorValue::unranked(x.kind));
        }
        let mut fits = sizes.len >= x.rank;
        let mut out = TensorValue::scalar(x.kind);
        while fits && out.rank < sizes.len {
            let i = out.rank;
            let own = if i + x.rank >= sizes.len {
                Some(x.dims[i + x.rank - sizes.len])
            } else {
                None
            };
            let wanted = sizes.dims[i];
            out.dims[i] = match (own, sizes.infer[i]) {
                (Some(own), true) => own,
                (None, true) => {
                    fits = false;
                    Dim::Unknown
                }
                (Some(own), false) => {
                    fits = matches!(self.algebra.known(own), Some(1)) || !self.differ(own, wanted);
                    wanted
                }
                (None, false) => wanted,
            };
            out.rank += 1;
        }
        if fits {
            return Some(out);
        }
        let mut m = Text::new();
        m.push(op);
        m.push(": shape ");
        self.write_shape(x, &mut m);
        m.push(" does not broadcast to ");
        self.write_sizes(sizes, &mut m);
        self.error(&m);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, randn};

    #[test]
    fn gradient() -> Result<()> {
        gradcheck(|x| x[0].expand([2, -1, 3]), &[randn([3, 1])?])?;
        gradcheck(|x| x[0].expand([2, 3]), &[randn(())?])?;
        gradcheck(|x| x[0].broadcast_to([4, 0]), &[randn([1, 0])?])?;
        gradcheck(|x| x[0].broadcast_to([0, 3]), &[randn([1, 3])?])?;
        gradcheck(|x| x[0].repeat([2, 1, 3]), &[randn([2, 3])?])?;
        gradcheck(|x| x[0].repeat([0, 2]), &[randn([2, 3])?])?;
        gradcheck(|x| x[0].repeat([3]), &[randn(())?])
    }

    #[test]
    fn errors_name_both_shapes() -> Result<()> {
        let error = randn([2, 3])?.expand([4, 3]).unwrap_err().to_string();
        assert_eq!(error, "expand: shape [2, 3] does not broadcast to [4, 3]");
        assert!(randn([3])?.expand([-1, 3]).is_err() && randn([2, 3])?.expand([3]).is_err());
        assert!(randn([2, 3])?.repeat([2]).is_err());
        Ok(())
    }
}
