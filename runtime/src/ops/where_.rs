//! `where_`: choose between two tensors.

use candle_core::DType;

use crate::error::{Error, Result};
use crate::ops::operand::{broadcast_shape, promoted, Operand, Value};
use crate::ops::rule::checked;
use crate::tensor::{grad_to_shape, when, Tensor};
use crate::trace::{Args, Kind, Param, Takes, Text, Tracer, Value as Traced};

/// `input` where the condition is not zero and `other` elsewhere, all three broadcast against each other (`torch.where`).
///
/// # Errors
/// If the shapes don't broadcast or the condition is not a tensor of u8, u32 or i64.
///
/// ```
/// # use taper::{ops::where_, Device, Tensor};
/// let x = Tensor::new(&[-1f32, 2.], &Device::Cpu)?;
/// assert_eq!(where_(x.gt(0)?, &x, 0.0)?.to_vec::<f32>()?, [0., 2.]);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn where_(
    condition: impl AsRef<Tensor>,
    input: impl Operand,
    other: impl Operand,
) -> Result<Tensor> {
    let condition = condition.as_ref();
    if !matches!(condition.dtype(), DType::U8 | DType::U32 | DType::I64) {
        let message = format!(
            "expected a condition of type U8, but it has type {:?}",
            condition.dtype()
        );
        return Err(Error::op("where_", message).help("compare it: `x.ne(0)`"));
    }
    let (a, b) = choices(condition, input.value(), other.value())?;
    let shape = broadcast_shape("where_", &[condition.shape(), a.shape(), b.shape()])?;
    // Candle wants its operands in row-major order where the condition is.
    let chosen = condition.as_candle().broadcast_as(&shape)?.contiguous()?;
    let part = |x: &Tensor| x.as_candle().broadcast_as(&shape)?.contiguous();
    let data = chosen.where_cond(&part(&a)?, &part(&b)?)?;
    let shapes = [a.shape().clone(), b.shape().clone()];
    Ok(Tensor::record(
        "where_",
        data,
        [&a, &b],
        move |grad, [a, b]| {
            let (grad, zeros) = (grad.contiguous()?, grad.zeros_like()?);
            Ok([
                when(a, || {
                    grad_to_shape(&chosen.where_cond(&grad, &zeros)?, &shapes[0])
                })?,
                when(b, || {
                    grad_to_shape(&chosen.where_cond(&zeros, &grad)?, &shapes[1])
                })?,
            ])
        },
    ))
}

/// Both choices in their common type; of two numbers, floats if either is one.
fn choices(condition: &Tensor, a: Value<'_>, b: Value<'_>) -> Result<(Tensor, Tensor)> {
    match (a, b) {
        (Value::Tensor(a), b) => promoted(a, b),
        (a, Value::Tensor(b)) => promoted(b, a).map(|(b, a)| (a, b)),
        (a, b) => {
            let is_float = matches!(a, Value::Float(_)) || matches!(b, Value::Float(_));
            let dtype = if is_float { DType::F32 } else { DType::I64 };
            let like = Tensor::zeros((), dtype, condition.device())?;
            Ok((promoted(&like, a)?.1, promoted(&like, b)?.1))
        }
    }
}

const WHERE: &[Param] = &[
    Param::required("condition", Takes::Any),
    Param::required("input", Takes::Any),
    Param::required("other", Takes::Any),
];

/// The shape rule of `where_`.
pub(super) const fn trace_where_(t: &mut Tracer<'_>, args: &Args) -> Traced {
    let b = checked!(t.bind("where_", WHERE, args));
    let condition = checked!(t.operand(b.value(0)));
    if let Kind::Float = condition.kind {
        let mut m = Text::new();
        m.push("where_: the condition ");
        t.write_shape(&condition, &mut m);
        m.push(" holds floats\nhelp: compare it: `.ne(0)`");
        return t.fail(&m);
    }
    let mut operands = Args::new();
    operands.positional(b.value(1));
    operands.positional(b.value(2));
    operands.positional(b.value(0));
    let mut choices = Args::new();
    choices.positional(b.value(1));
    choices.positional(b.value(2));
    let kind = t.promoted_kind(&choices);
    let out = checked!(t.broadcast_all("where_", &operands));
    t.called("where_", args, Traced::Tensor(out.of_kind(kind)))
}

#[cfg(test)]
mod tests {
    use super::where_;
    use crate::testing::{gradcheck, randn};
    use crate::{Device, Result, Tensor};

    #[test]
    fn gradients() -> Result<()> {
        let condition = randn([3, 5])?.gt(0.1)?;
        gradcheck(
            |x| where_(&condition, &x[0], &x[1]),
            &[randn([3, 5])?, randn([3, 5])?],
        )?;
        gradcheck(
            |x| where_(&condition, &x[0], &x[1]),
            &[randn([2, 1, 5])?, randn([1])?],
        )?;
        gradcheck(|x| where_(&condition, 1, &x[0]), &[randn([3, 5])?])?;
        let transposed = Tensor::from(condition.as_candle().t()?);
        gradcheck(|x| where_(&transposed, &x[0], 0.5), &[randn([5, 3])?])?;
        let none = randn([0, 3])?.gt(0.)?;
        gradcheck(
            |x| where_(&none, &x[0], &x[1]),
            &[randn([1, 3])?, randn([0, 1])?],
        )
    }

    #[test]
    fn numbers_are_choices_and_a_float_is_no_condition() -> Result<()> {
        let x = Tensor::new(&[-1f32, 1.], &Device::Cpu)?;
        assert_eq!(where_(x.gt(0)?, 1, 0.5)?.to_vec1::<f32>()?, [0.5, 1.]);
        assert!(where_(&x, 1, 0).is_err());
        Ok(())
    }
}
