//! `flip` and `roll`: the elements in another order along their dimensions.

use crate::error::Result;
use crate::ops::rule::{bound, checked, receiver};
use crate::ops::Size;
use crate::tensor::{Dim, Dims, Tensor};
use crate::trace::{Args, Param, Takes, Tracer, Value};

impl Tensor {
    /// The elements in reverse order along the dimensions (`torch.flip`); a copy.
    ///
    /// # Errors
    /// If there is no such dimension.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 2., 3.], [4., 5., 6.]], &Device::Cpu)?;
    /// assert_eq!(x.flip(-1)?.to_vec2::<f32>()?, [[3., 2., 1.], [6., 5., 4.]]);
    /// assert_eq!(x.flip([0, 1])?.to_vec2::<f32>()?, [[6., 5., 4.], [3., 2., 1.]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn flip(&self, dims: impl Into<Dims>) -> Result<Tensor> {
        let dims = dims.into().resolve(self.rank(), "flip")?;
        dims.into_iter().try_fold(self.clone(), |x, dim| {
            let size = x.dims()[dim] as i64;
            x.reordered("flip", dim, (0..size).rev())
        })
    }

    /// The elements moved `shift` positions up along a dimension, those that leave coming in again at the other end
    /// (`torch.roll`); a copy.
    ///
    /// # Errors
    /// If there is no such dimension.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2., 3., 4.], &Device::Cpu)?;
    /// assert_eq!(x.roll(1, 0)?.to_vec::<f32>()?, [4., 1., 2., 3.]);
    /// assert_eq!(x.roll(-1, 0)?.to_vec::<f32>()?, [2., 3., 4., 1.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn roll(&self, shift: impl Into<Size>, dim: impl Into<Dim>) -> Result<Tensor> {
        let dim = dim.into().resolve(self.rank(), "roll")?;
        let size = self.dims()[dim] as i64;
        if size == 0 {
            return Ok(self.clone());
        }
        let shift = shift.into().signed().rem_euclid(size);
        self.reordered("roll", dim, (0..size).map(|i| (i - shift).rem_euclid(size)))
    }

    /// Records the selection of positions that are within the dimension.
    pub(crate) fn reordered(
        &self,
        op: &'static str,
        dim: usize,
        order: impl Iterator<Item = i64>,
    ) -> Result<Tensor> {
        let order: Vec<i64> = order.collect();
        let count = order.len();
        let index = candle_core::Tensor::from_vec(order, count, self.device())?;
        self.selected(op, dim, index)
    }
}

const FLIP: &[Param] = &[Param::required("dims", Takes::Any)];

const ROLL: &[Param] = &[
    Param::required("shift", Takes::Int),
    Param::required("dim", Takes::Int),
];

/// The shape rule of `flip`.
pub(super) const fn trace_flip(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "flip", FLIP, args);
    checked!(t.axes("flip", &x, b.value(0)));
    t.called("flip", args, Value::Tensor(x.of_kind(x.kind)))
}

/// The shape rule of `roll`.
pub(super) const fn trace_roll(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "roll", ROLL, args);
    checked!(t.axis("roll", &x, b.value(1)));
    t.called("roll", args, Value::Tensor(x.of_kind(x.kind)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, randn};

    #[test]
    fn gradient() -> Result<()> {
        gradcheck(|x| x[0].flip([0, -1]), &[randn([2, 1, 3])?])?;
        gradcheck(|x| x[0].flip(()), &[randn([0, 3])?])?;
        gradcheck(|x| x[0].roll(-7, 1), &[randn([2, 3])?])?;
        gradcheck(|x| x[0].roll(1, 0), &[randn([0])?])
    }
}
