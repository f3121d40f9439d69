//! `index_select` and `gather`: elements chosen by a tensor of positions.

use candle_core::{DType, Shape};

use crate::error::{Error, Result};
use crate::ops::rule::{bound, checked, receiver, Axis};
use crate::tensor::{when, Dim, Tensor};
use crate::trace::{Args, Dim as Size, Param, Takes, Text, Tracer, Value};

impl Tensor {
    /// The positions `index`, a vector of integers, along a dimension (`torch.index_select`).
    ///
    /// `out[.., i, ..] = x[.., index[i], ..]`.
    ///
    /// # Errors
    /// If there is no such dimension, or `index` is not a vector of integers within the dimension.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 2., 3.], [4., 5., 6.]], &Device::Cpu)?;
    /// let index = Tensor::new(&[2i64, 0, 2], &Device::Cpu)?;
    /// assert_eq!(x.index_select(1, index)?.to_vec2::<f32>()?, [[3., 1., 3.], [6., 4., 6.]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn index_select(&self, dim: impl Into<Dim>, index: impl AsRef<Tensor>) -> Result<Tensor> {
        let (dim, index) = (
            dim.into().resolve(self.rank(), "index_select")?,
            index.as_ref(),
        );
        let index = positions("index_select", index, self.dims()[dim])?;
        if index.rank() > 1 {
            let message = format!(
                "expected a vector of positions, but it has shape {:?}",
                index.dims()
            );
            return Err(Error::op("index_select", message).help("use `gather`, or `flatten` it"));
        }
        self.selected("index_select", dim, index.flatten_all()?)
    }

    /// The elements at the positions `index` along a dimension (`torch.gather`).
    ///
    /// `out[i, j, k] = x[i, index[i, j, k], k]` for `dim` 1. The result has the shape of `index`, which must not be larger than
    /// the tensor in the other dimensions.
    ///
    /// # Errors
    /// If there is no such dimension, or `index` is not integers within the dimension or does not fit the tensor.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 2., 3.], [4., 5., 6.]], &Device::Cpu)?;
    /// let class = Tensor::new(&[[2i64], [0]], &Device::Cpu)?;
    /// assert_eq!(x.gather(1, class)?.to_vec2::<f32>()?, [[3.], [4.]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn gather(&self, dim: impl Into<Dim>, index: impl AsRef<Tensor>) -> Result<Tensor> {
        let (dim, index) = (dim.into().resolve(self.rank(), "gather")?, index.as_ref());
        let others = |i: usize| i == dim || index.dims()[i] <= self.dims()[i];
        if index.rank() != self.rank() || !(0..self.rank()).all(others) {
            let (dims, index) = (self.dims(), index.dims());
            let message = format!("an index of shape {index:?} does not fit a tensor of shape {dims:?} at dimension {dim}");
            return Err(Error::op("gather", message));
        }
        let index = positions("gather", index, self.dims()[dim])?;
        // Candle takes both to be of one shape but for `dim`.
        let mut shape = index.dims().to_vec();
        shape[dim] = self.dims()[dim];
        let (shape, from) = (Shape::from(shape), self.shape().clone());
        let data = within(self.as_candle(), &shape)?
            .contiguous()?
            .gather(&index, dim)?;
        Ok(Tensor::record(
            "gather",
            data,
            [self],
            move |grad, [needed]| {
                let scatter = || {
                    let sum = zeros_exact(&shape, grad)?.scatter_add(
                        &index,
                        &exact(grad)?.contiguous()?,
                        dim,
                    )?;
                    enlarge(&sum.to_dtype(grad.dtype())?, &from)
                };
                Ok([when(needed, scatter)?])
            },
        ))
    }

    /// Records the selection of positions that are known to be within the dimension.
    pub(crate) fn selected(
        &self,
        op: &'static str,
        dim: usize,
        index: candle_core::Tensor,
    ) -> Result<Tensor> {
        let from = self.shape().clone();
        let data = self.as_candle().contiguous()?.index_select(&index, dim)?;
        Ok(Tensor::record(op, data, [self], move |grad, [needed]| {
            let add = || {
                let sum = zeros_exact(&from, grad)?.index_add(
                    &index,
                    &exact(grad)?.contiguous()?,
                    dim,
                )?;
                Ok(sum.to_dtype(grad.dtype())?)
            };
            Ok([when(needed, add)?])
        }))
    }
}

/// The positions in the one type that all kernels take, checked against the size of their dimension.
///
/// Candle takes the largest value of an unsigned type for 'no position', so that 255 in a `U8` would pass silently.
fn positions(op: &'static str, index: &Tensor, size: usize) -> Result<candle_core::Tensor> {
    if index.dtype().is_float() {
        let message = format!(
            "expected integers as positions, but they have type {:?}",
            index.dtype()
        );
        return Err(Error::op(op, message).help("convert them with `to_dtype(DType::I64)`"));
    }
    let index = index.as_candle().to_dtype(DType::I64)?.contiguous()?;
    if index.device().is_cpu() {
        let values = index.flatten_all()?.to_vec1::<i64>()?;
        if let Some(&wrong) = values.iter().find(|&&i| i < 0 || i >= size as i64) {
            return Err(Error::op(
                op,
                format!("position {wrong} is outside of a dimension of size {size}"),
            ));
        }
    }
    Ok(index)
}

/// Sums of many gradients are made in f32 where their own type is a half.
fn exact(grad: &candle_core::Tensor) -> Result<candle_core::Tensor> {
    match grad.dtype() {
        DType::F16 | DType::BF16 => Ok(grad.to_dtype(DType::F32)?),
        _ => Ok(grad.clone()),
    }
}

fn zeros_exact(shape: &Shape, grad: &candle_core::Tensor) -> Result<candle_core::Tensor> {
    let dtype = match grad.dtype() {
        DType::F16 | DType::BF16 => DType::F32,
        dtype => dtype,
    };
    Ok(candle_core::Tensor::zeros(shape, dtype, grad.device())?)
}

/// The first positions of every dimension, as many as `shape` has.
fn within(x: &candle_core::Tensor, shape: &Shape) -> Result<candle_core::Tensor> {
    let cut = |x: candle_core::Tensor, (dim, &size): (usize, &usize)| x.narrow(dim, 0, size);
    Ok(shape.dims().iter().enumerate().try_fold(x.clone(), cut)?)
}

/// The reverse of [`within`]: zeros behind, up to `shape`.
fn enlarge(x: &candle_core::Tensor, shape: &Shape) -> Result<candle_core::Tensor> {
    let pad = |x: candle_core::Tensor, (dim, &size): (usize, &usize)| match size - x.dims()[dim] {
        0 => Ok(x),
        more => x.pad_with_zeros(dim, 0, more),
    };
    Ok(shape.dims().iter().enumerate().try_fold(x.clone(), pad)?)
}

const INDEXED: &[Param] = &[
    Param::required("dim", Takes::Int),
    Param::required("index", Takes::Any),
];

/// The shape rule of `index_select`.
pub(super) const fn trace_index_select(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "index_select", INDEXED, args);
    let axis = checked!(t.axis("index_select", &x, b.value(0)));
    let index = checked!(t.operand(b.value(1)));
    if !t.positions("index_select", "positions", &index) {
        return Value::Any;
    }
    if index.ranked && index.rank > 1 {
        let mut m = Text::new();
        m.push("index_select: expected a vector of positions, but got ");
        t.write_shape(&index, &mut m);
        m.push("\nhelp: use `gather`, or `.flatten()` it");
        return t.fail(&m);
    }
    let count = match (index.ranked, index.rank) {
        (true, 0) => Size::Known(1),
        _ => index.dims[0],
    };
    let mut out = x.of_kind(x.kind);
    match axis {
        Axis::At(dim) => out.dims[dim] = count,
        Axis::Unknown => out.dims = [Size::Unknown; crate::trace::MAX_RANK],
    }
    t.called("index_select", args, Value::Tensor(out))
}

/// The shape rule of `gather`.
pub(super) const fn trace_gather(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "gather", INDEXED, args);
    let axis = checked!(t.axis("gather", &x, b.value(0)));
    let index = checked!(t.operand(b.value(1)));
    if !t.positions("gather", "positions", &index) {
        return Value::Any;
    }
    let mut fits = !x.ranked || !index.ranked || x.rank == index.rank;
    if let (Axis::At(dim), true, true) = (axis, fits, index.ranked) {
        let mut i = 0;
        while i < index.rank {
            fits = fits && (i == dim || !t.below(x.dims[i], index.dims[i]));
            i += 1;
        }
    }
    if !fits {
        let mut m = Text::new();
        m.push("gather: positions ");
        t.write_shape(&index, &mut m);
        m.push(" do not fit a tensor ");
        t.write_shape(&x, &mut m);
        return t.fail(&m);
    }
    t.called("gather", args, Value::Tensor(index.of_kind(x.kind)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, randn};
    use crate::Device;

    #[test]
    fn gradient() -> Result<()> {
        let index = Tensor::new(&[2i64, 0, 2, 2], &Device::Cpu)?;
        gradcheck(|x| x[0].index_select(1, &index), &[randn([2, 3, 5])?])?;
        gradcheck(
            |x| x[0].index_select(0, &index.narrow(0, 0, 0)?),
            &[randn([3, 2])?],
        )?;
        let index = Tensor::new(&[[1u32, 1], [0, 2]], &Device::Cpu)?;
        gradcheck(|x| x[0].gather(0, &index), &[randn([3, 2])?])?;
        gradcheck(|x| x[0].gather(-1, index.t()?), &[randn([2, 3])?])?;
        // Smaller than the tensor in the other dimensions, in front of and behind `dim`.
        let index = index.reshape([1, 4, 1])?;
        gradcheck(|x| x[0].gather(1, &index), &[randn([2, 3, 2])?])?;
        gradcheck(
            |x| x[0].gather(1, index.narrow(1, 0, 0)?),
            &[randn([1, 2, 3])?],
        )?;
        // No positions, and no rows to take them from.
        let none = Tensor::from_vec(Vec::<i64>::new(), 0, &Device::Cpu)?;
        gradcheck(|x| x[0].index_select(1, &none), &[randn([2, 3])?])?;
        let one = Tensor::new(&[0i64, 0], &Device::Cpu)?;
        gradcheck(|x| x[0].index_select(1, &one), &[randn([0, 1])?])?;
        let none = Tensor::from_vec(Vec::<i64>::new(), (2, 0), &Device::Cpu)?;
        gradcheck(|x| x[0].gather(1, &none), &[randn([2, 3])?])
    }

    /// Candle takes 255 in a `U8` for 'no position' and returns 0.
    #[test]
    fn a_position_outside_is_an_error() -> Result<()> {
        let x = randn([3])?;
        let index = |values: &[i64], dtype| Tensor::new(values, &Device::Cpu)?.to_dtype(dtype);
        let error = x
            .index_select(0, index(&[0, 255], DType::U8)?)
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "index_select: position 255 is outside of a dimension of size 3"
        );
        assert!(x.gather(0, index(&[-1], DType::I64)?).is_err());
        assert!(x.gather(0, index(&[1], DType::F32)?).is_err());
        let column = index(&[1], DType::I64)?.reshape([1, 1])?;
        assert!(x.gather(0, &column).is_err() && x.index_select(0, &column).is_err());
        Ok(())
    }

    #[test]
    fn gradients_of_half_types_add_up() -> Result<()> {
        let w = crate::Param::new(Tensor::ones([1], DType::BF16, &Device::Cpu)?)?;
        let y = w.index_select(0, Tensor::zeros([4096], DType::I64, &Device::Cpu)?)?;
        let ones = crate::tensor::BackwardOptions::default().gradient(y.ones_like()?);
        y.backward_with(ones)?;
        assert_eq!(
            w.grad().map(|grad| grad.to_vec::<f32>()).transpose()?,
            Some(vec![4096.])
        );
        Ok(())
    }
}
