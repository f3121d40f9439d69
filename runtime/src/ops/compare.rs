//! `eq`, `ne`, `lt`, `le`, `gt`, `ge`.

use candle_core::Tensor as Data;

use crate::error::Result;
use crate::ops::operand::{broadcast_shape, promoted, Operand};
use crate::ops::rule::receiver;
use crate::tensor::Tensor;
use crate::trace::{Args, Kind, Tracer, Value};

fn compare(
    op: &'static str,
    a: &Tensor,
    b: impl Operand,
    f: impl FnOnce(&Data, &Data) -> candle_core::Result<Data>,
) -> Result<Tensor> {
    let (a, b) = promoted(a, b.value())?;
    broadcast_shape(op, &[a.shape(), b.shape()])?;
    Ok(f(a.as_candle(), b.as_candle())?.into())
}

macro_rules! comparisons {
    ($($(#[$doc:meta])* $name:ident $candle:ident;)*) => {
        impl Tensor {
            $(
                $(#[$doc])*
                ///
                /// The result has type u8, broadcasts, and has no gradient.
                ///
                /// # Errors
                /// If the shapes don't broadcast.
                pub fn $name(&self, other: impl Operand) -> Result<Tensor> {
                    compare(stringify!($name), self, other, Data::$candle)
                }
            )*
        }
    };
}

comparisons! {
    /// 1 where the two are equal, else 0 (`torch.eq`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2., 3.], &Device::Cpu)?;
    /// assert_eq!(x.eq(2)?.to_vec::<u8>()?, [0, 1, 0]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    eq broadcast_eq;

    /// 1 where the two differ, else 0 (`torch.ne`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2., 3.], &Device::Cpu)?;
    /// assert_eq!(x.ne(2)?.to_vec::<u8>()?, [1, 0, 1]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    ne broadcast_ne;

    /// 1 where `self` < `other`, else 0 (`torch.lt`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2., 3.], &Device::Cpu)?;
    /// assert_eq!(x.lt(2)?.to_vec::<u8>()?, [1, 0, 0]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    lt broadcast_lt;

    /// 1 where `self` ≤ `other`, else 0 (`torch.le`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2., 3.], &Device::Cpu)?;
    /// assert_eq!(x.le(2)?.to_vec::<u8>()?, [1, 1, 0]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    le broadcast_le;

    /// 1 where `self` > `other`, else 0 (`torch.gt`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2., 3.], &Device::Cpu)?;
    /// assert_eq!(x.gt(2)?.to_vec::<u8>()?, [0, 0, 1]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    gt broadcast_gt;

    /// 1 where `self` ≥ `other`, else 0 (`torch.ge`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2., 3.], &Device::Cpu)?;
    /// assert_eq!(x.ge(2)?.to_vec::<u8>()?, [0, 1, 1]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    ge broadcast_ge;
}

macro_rules! comparison_rules {
    ($($rule:ident $op:literal;)*) => {$(
        pub(super) const fn $rule(t: &mut Tracer<'_>, args: &Args) -> Value {
            receiver!(args);
            t.broadcast_values($op, args, Kind::Bool)
        }
    )*};
}

comparison_rules! {
    trace_eq "eq";
    trace_ne "ne";
    trace_lt "lt";
    trace_le "le";
    trace_gt "gt";
    trace_ge "ge";
}

#[cfg(test)]
mod tests {
    use crate::{Device, Result, Tensor};

    #[test]
    fn a_float_is_compared_with_integers_as_a_float() -> Result<()> {
        let x = Tensor::new(&[0i64, 1], &Device::Cpu)?;
        assert_eq!(x.gt(0.5)?.to_vec::<u8>()?, [0, 1]);
        let row = Tensor::new(&[[0f32, 1.]], &Device::Cpu)?;
        assert_eq!(
            row.eq(Tensor::new(&[[0f32], [1.]], &Device::Cpu)?)?
                .to_vec2::<u8>()?,
            [[1, 0], [0, 1]]
        );
        assert!(row.lt(Tensor::new(&[1f32, 2., 3.], &Device::Cpu)?).is_err());
        Ok(())
    }
}
