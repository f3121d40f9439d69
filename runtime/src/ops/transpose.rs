//! `transpose`, `permute`, `t`: the same elements with the dimensions in another order.

use crate::error::{Error, Result};
use crate::ops::rule::{bound, checked, receiver, Axis};
use crate::tensor::{when, Dim, Dims, Tensor};
use crate::trace::{Args, Param, Takes, TensorValue, Text, Tracer, Value};

impl Tensor {
    /// Swaps two dimensions; a view (`torch.transpose`).
    ///
    /// # Errors
    /// If there is no such dimension.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// let x = Tensor::zeros([2, 3, 4], DType::F32, &Device::Cpu)?;
    /// assert_eq!(x.transpose(-2, -1)?.dims(), [2, 4, 3]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn transpose(&self, dim0: impl Into<Dim>, dim1: impl Into<Dim>) -> Result<Tensor> {
        let rank = self.rank();
        let (a, b) = (
            dim0.into().resolve(rank, "transpose")?,
            dim1.into().resolve(rank, "transpose")?,
        );
        self.swapped("transpose", a, b)
    }

    /// The transpose of a matrix; vectors and numbers stay as they are (`torch.t`).
    ///
    /// # Errors
    /// If the tensor has more than two dimensions.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?;
    /// assert_eq!(x.t()?.to_vec2::<f32>()?, [[1., 3.], [2., 4.]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn t(&self) -> Result<Tensor> {
        match self.rank() {
            0 | 1 => Ok(self.clone()),
            2 => self.swapped("t", 0, 1),
            _ => {
                let message = format!(
                    "expected at most two dimensions, but the tensor has shape {:?}",
                    self.dims()
                );
                Err(Error::op("t", message).help("use `transpose(-2, -1)`"))
            }
        }
    }

    /// The dimensions in the order given: dimension `i` of the result is `dims[i]` of the tensor; a view
    /// (`torch.permute`).
    ///
    /// # Errors
    /// If `dims` does not name each dimension once.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// let x = Tensor::zeros([2, 3, 4], DType::F32, &Device::Cpu)?;
    /// assert_eq!(x.permute([0, 2, 1])?.dims(), [2, 4, 3]);
    /// assert!(x.permute([0, 1]).is_err());
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn permute(&self, dims: impl Into<Dims>) -> Result<Tensor> {
        let (dims, rank) = (dims.into(), self.rank());
        let count = dims.resolve(rank, "permute")?.len();
        let Dims::List(order) = dims else {
            return Ok(self.clone());
        };
        if count != rank {
            let message = format!("expected all of the {rank} dimensions, but {count} came");
            return Err(Error::op("permute", message));
        }
        let order = order
            .into_iter()
            .map(|dim| dim.resolve(rank, "permute"))
            .collect::<Result<Vec<_>>>()?;
        let mut inverse = vec![0; rank];
        order
            .iter()
            .enumerate()
            .for_each(|(to, &from)| inverse[from] = to);
        let data = self.as_candle().permute(order)?;
        Ok(Tensor::record(
            "permute",
            data,
            [self],
            move |grad, [needed]| Ok([when(needed, || Ok(grad.permute(inverse.clone())?))?]),
        ))
    }

    /// Records the swap of two dimensions that exist.
    pub(crate) fn swapped(&self, op: &'static str, a: usize, b: usize) -> Result<Tensor> {
        if a == b {
            return Ok(self.clone());
        }
        let data = self.as_candle().transpose(a, b)?;
        Ok(Tensor::record(op, data, [self], move |grad, [needed]| {
            Ok([when(needed, || Ok(grad.transpose(a, b)?))?])
        }))
    }
}

const TRANSPOSE: &[Param] = &[
    Param::required("dim0", Takes::Int),
    Param::required("dim1", Takes::Int),
];

const PERMUTE: &[Param] = &[Param::required("dims", Takes::Any)];

/// The shape rule of `transpose`.
pub(super) const fn trace_transpose(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "transpose", TRANSPOSE, args);
    let dim0 = checked!(t.axis("transpose", &x, b.value(0)));
    let dim1 = checked!(t.axis("transpose", &x, b.value(1)));
    let out = match (dim0, dim1) {
        (Axis::At(i), Axis::At(j)) => x.with(i, x.dims[j]).with(j, x.dims[i]),
        _ => TensorValue::unranked(x.kind),
    };
    t.called("transpose", args, Value::Tensor(out))
}

/// The shape rule of `t`.
pub(super) const fn trace_t(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    if x.rank > 2 {
        let mut m = Text::new();
        m.push("t: expected at most two dimensions, but got ");
        t.write_shape(&x, &mut m);
        m.push("\nhelp: use `.transpose(-2, -1)`");
        return t.fail(&m);
    }
    let out = if x.rank == 2 {
        x.with(0, x.dims[1]).with(1, x.dims[0])
    } else {
        x
    };
    t.called("t", args, Value::Tensor(out))
}

/// The shape rule of `permute`.
pub(super) const fn trace_permute(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "permute", PERMUTE, args);
    let axes = checked!(t.axes("permute", &x, b.value(0)));
    let counted = axes.known || matches!(b.value(0), Value::List(_));
    if x.ranked && counted && !axes.all && axes.count != x.rank {
        let mut m = Text::new();
        m.push("permute: ");
        t.write_shape(&x, &mut m);
        m.push(" has ");
        m.push_int(x.rank as i64);
        m.push(" dimensions, but ");
        m.push_int(axes.count as i64);
        m.push(" are listed");
        return t.fail(&m);
    }
    let mut out = TensorValue::unranked(x.kind);
    if x.ranked {
        out.ranked = true;
        out.rank = x.rank;
        let mut i = 0;
        while axes.known && i < x.rank {
            out.dims[i] = x.dims[axes.order[i]];
            i += 1;
        }
    }
    t.called("permute", args, Value::Tensor(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, randn};

    #[test]
    fn gradient() -> Result<()> {
        gradcheck(|x| x[0].transpose(0, -1), &[randn([2, 3, 5])?])?;
        gradcheck(|x| x[0].t(), &[randn([2, 3])?])?;
        gradcheck(|x| x[0].permute([2, 0, -2]), &[randn([2, 3, 5])?])?;
        gradcheck(|x| x[0].permute([1, 0]), &[randn([0, 3])?])
    }

    #[test]
    fn edges() -> Result<()> {
        assert_eq!(randn([3])?.t()?.dims(), [3]);
        assert!(randn([1, 2, 3])?.t().is_err());
        assert!(randn([1, 2])?.permute([0, 0]).is_err() && randn([1, 2])?.transpose(0, 2).is_err());
        Ok(())
    }
}
