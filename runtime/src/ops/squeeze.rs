//! `squeeze` and `unsqueeze`: without or with dimensions of size 1.

use crate::error::Result;
use crate::ops::rule::{bound, checked, receiver, Axis};
use crate::tensor::{when, Dim, Dims, Tensor};
use crate::trace::{Args, Dim as Size, Param, Takes, TensorValue, Tracer, Truth, Value};

impl Tensor {
    /// Without those of the dimensions `dim` that have size 1, `()` being all; a view (`torch.squeeze`).
    ///
    /// # Errors
    /// If there is no such dimension.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// let x = Tensor::zeros([1, 3, 1], DType::F32, &Device::Cpu)?;
    /// assert_eq!(x.squeeze(())?.dims(), [3]);
    /// assert_eq!(x.squeeze(-1)?.dims(), [1, 3]);
    /// assert_eq!(x.squeeze(1)?.dims(), [1, 3, 1]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn squeeze(&self, dim: impl Into<Dims>) -> Result<Tensor> {
        let mut dims = dim.into().resolve(self.rank(), "squeeze")?;
        dims.retain(|&dim| self.dims()[dim] == 1);
        if dims.is_empty() {
            return Ok(self.clone());
        }
        let data = dims
            .iter()
            .rev()
            .try_fold(self.as_candle().clone(), |x, &dim| x.squeeze(dim))?;
        Ok(Tensor::record(
            "squeeze",
            data,
            [self],
            move |grad, [needed]| {
                Ok([when(needed, || {
                    Ok(dims
                        .iter()
                        .try_fold(grad.clone(), |grad, &dim| grad.unsqueeze(dim))?)
                })?])
            },
        ))
    }

    /// With a dimension of size 1 inserted at `dim`; a view (`torch.unsqueeze`).
    ///
    /// # Errors
    /// If `dim` is not in `-(rank + 1)..=rank`.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// let x = Tensor::zeros([2, 3], DType::F32, &Device::Cpu)?;
    /// assert_eq!(x.unsqueeze(0)?.dims(), [1, 2, 3]);
    /// assert_eq!(x.unsqueeze(-1)?.dims(), [2, 3, 1]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn unsqueeze(&self, dim: impl Into<Dim>) -> Result<Tensor> {
        let dim = dim.into().resolve_insert(self.rank(), "unsqueeze")?;
        let data = self.as_candle().unsqueeze(dim)?;
        Ok(Tensor::record(
            "unsqueeze",
            data,
            [self],
            move |grad, [needed]| Ok([when(needed, || Ok(grad.squeeze(dim)?))?]),
        ))
    }
}

const SQUEEZE: &[Param] = &[Param::leading("dim", Takes::Any, Value::Unit)];

const UNSQUEEZE: &[Param] = &[Param::required("dim", Takes::Int)];

/// The shape rule of `squeeze`. Whether a size that isn't known is 1 shows at run time.
pub(super) const fn trace_squeeze(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "squeeze", SQUEEZE, args);
    let axes = checked!(t.axes("squeeze", &x, b.value(0)));
    let mut out = TensorValue::scalar(x.kind);
    let mut known = axes.known;
    let mut i = 0;
    while known && i < x.rank {
        let is_one = if axes.chosen[i] {
            let cond = t.algebra.cond_eq(x.dims[i], Size::Known(1));
            t.algebra.decide(cond)
        } else {
            Truth::No
        };
        known = !matches!(is_one, Truth::Unknown);
        if matches!(is_one, Truth::No) {
            out.dims[out.rank] = x.dims[i];
            out.rank += 1;
        }
        i += 1;
    }
    if !known {
        out = TensorValue::unranked(x.kind);
    }
    t.called("squeeze", args, Value::Tensor(out))
}

/// The shape rule of `unsqueeze`.
pub(super) const fn trace_unsqueeze(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "unsqueeze", UNSQUEEZE, args);
    let axis = checked!(t.axis_inserted("unsqueeze", &x, b.value(0)));
    let out = match axis {
        Axis::At(dim) => x.inserted(dim, Size::Known(1)),
        Axis::Unknown => None,
    };
    let out = match out {
        Some(out) => out,
        None => TensorValue::unranked(x.kind),
    };
    t.called("unsqueeze", args, Value::Tensor(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, randn};

    #[test]
    fn gradient() -> Result<()> {
        gradcheck(|x| x[0].squeeze(()), &[randn([1, 3, 1, 2])?])?;
        gradcheck(|x| x[0].squeeze([0, -1]), &[randn([1, 3, 1])?])?;
        gradcheck(|x| x[0].squeeze(()), &[randn([1, 1])?])?;
        gradcheck(|x| x[0].unsqueeze(1), &[randn([3, 2])?])?;
        gradcheck(|x| x[0].squeeze(()), &[randn([1, 0, 1])?])?;
        gradcheck(|x| x[0].unsqueeze(-1), &[randn([0])?])
    }

    #[test]
    fn a_squeezed_transpose_is_a_view() -> Result<()> {
        let x = randn([1, 3, 2])?.transpose(1, 2)?;
        assert!(!x.squeeze(0)?.is_contiguous() && !x.unsqueeze(0)?.is_contiguous());
        Ok(())
    }
}
