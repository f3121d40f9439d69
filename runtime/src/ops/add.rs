//! `add`: element by element, with broadcasting.

use crate::error::{Error, Result};
use crate::ops::Operand;
use crate::tensor::{grad_to_shape, when, Tensor};

impl Tensor {
    /// `self + other`, broadcast against each other (`torch.add`).
    ///
    /// # Errors
    /// If the shapes don't broadcast or the types differ.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32], [2.]], &Device::Cpu)?;
    /// let y = Tensor::new(&[10f32, 20.], &Device::Cpu)?;
    /// assert_eq!(x.add(&y)?.to_vec2::<f32>()?, [[11., 21.], [12., 22.]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn add(&self, other: impl Operand) -> Result<Tensor> {
        let other = other.beside(self)?;
        let (lhs, rhs) = (self.as_candle(), other.as_candle());
        if lhs.dtype() != rhs.dtype() {
            let message = format!(
                "expected two tensors of one type, but they have {:?} and {:?}",
                lhs.dtype(),
                rhs.dtype()
            );
            return Err(Error::op("add", message).help("convert one of them with `to_dtype`"));
        }
        let data = lhs.broadcast_add(rhs).map_err(|_| {
            Error::op(
                "add",
                format!(
                    "shapes {:?} and {:?} don't broadcast",
                    lhs.dims(),
                    rhs.dims()
                ),
            )
        })?;
        let shapes = [lhs.shape().clone(), rhs.shape().clone()];
        Ok(Tensor::record(
            "add",
            data,
            [self, &other],
            move |grad, [a, b]| {
                Ok([
                    when(a, || grad_to_shape(grad, &shapes[0]))?,
                    when(b, || grad_to_shape(grad, &shapes[1]))?,
                ])
            },
        ))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{gradcheck, randn};
    use crate::Result;

    #[test]
    fn gradient() -> Result<()> {
        let add = |x: &[crate::Tensor]| x[0].add(&x[1]);
        gradcheck(add, &[randn([3, 5])?, randn([3, 5])?])?;
        gradcheck(add, &[randn([3, 1])?, randn([2, 1, 5])?])?;
        gradcheck(add, &[randn([0, 3])?, randn([1, 3])?])?;
        gradcheck(|x| x[0].add(&x[0]), &[randn(())?])
    }
}
