//! `candle`: plain Candle code amid taper's operations, with Candle's own gradient.

use candle_core::{Tensor as Data, Var};

use super::Sizes;
use crate::error::{Error, Result};
use crate::ops::rule::checked;
use crate::tensor::{is_grad_enabled, Tensor};
use crate::trace::{Args, Kind, TensorValue, Tracer, Value};

const OP: &str = "candle";

/// Runs Candle code and checks that a tensor of the promised sizes comes out, `-1` being any.
///
/// # Errors
/// Those of the code, and if its result has other sizes.
pub fn escape<const N: usize>(
    inputs: [&Tensor; N],
    sizes: impl Into<Sizes>,
    code: impl FnOnce([Data; N]) -> candle_core::Result<Data>,
) -> Result<Tensor> {
    let sizes = sizes.into();
    let run = |given: Vec<Data>| match <[Data; N]>::try_from(given) {
        Ok(given) => Ok(code(given)?),
        Err(_) => Err(Error::op(OP, "an input is missing: this is a bug in taper")),
    };
    let y = foreign(OP, &inputs.map(|x| (x, None)), run)?;
    check_promise(&sizes, &y)?;
    Ok(y)
}

fn check_promise(sizes: &Sizes, y: &Tensor) -> Result<()> {
    let sizes: Vec<i64> = sizes.as_slice().iter().map(|size| size.signed()).collect();
    let fits = |(&size, &dim): (&i64, &usize)| size < 0 || size as usize == dim;
    if sizes.len() == y.rank() && sizes.iter().zip(y.dims()).all(fits) {
        return Ok(());
    }
    let open = |&size: &i64| {
        if size < 0 {
            "_".to_owned()
        } else {
            size.to_string()
        }
    };
    let promised: Vec<String> = sizes.iter().map(open).collect();
    let message = format!(
        "the code promises [{}], but returned a tensor of shape {:?}",
        promised.join(", "),
        y.dims()
    );
    Err(Error::op(OP, message))
}

/// Runs Candle code on the inputs' values. Its gradient with respect to them is Candle's own: each input that needs one
/// is handed over as a variable, `Some` being the one that the code knows already.
pub(crate) fn foreign(
    op: &'static str,
    inputs: &[(&Tensor, Option<&Var>)],
    code: impl FnOnce(Vec<Data>) -> Result<Data>,
) -> Result<Tensor> {
    let leaf = |&(x, known): &(&Tensor, Option<&Var>)| match known {
        Some(var) => Ok(Some(var.clone())),
        None if is_grad_enabled() && x.requires_grad() => {
            Ok(Some(Var::from_tensor(x.as_candle())?))
        }
        None => Ok::<_, Error>(None),
    };
    let leaves = inputs.iter().map(leaf).collect::<Result<Vec<_>>>()?;
    let given = inputs.iter().zip(&leaves).map(|((x, _), leaf)| match leaf {
        Some(var) => var.as_tensor().clone(),
        None => x.as_candle().clone(),
    });
    let y = code(given.collect())?;
    let data = y.detach();
    // Code that cuts Candle's graph, as candle-nn's fused operations do, gives constants, not zero gradients.
    if !data.dtype().is_float() || !y.track_op() {
        return Ok(data.into());
    }
    // What the code reads in place must not have changed before the backward pass.
    let kept = |&(x, known): &(&Tensor, Option<&Var>)| x.save_if(known.is_some());
    let kept: Vec<_> = inputs.iter().map(kept).collect();
    let known: Vec<bool> = inputs.iter().map(|(_, known)| known.is_some()).collect();
    let inputs: Vec<&Tensor> = inputs.iter().map(|(x, _)| *x).collect();
    Ok(Tensor::record_list(
        op,
        data,
        &inputs,
        move |grad, needs| {
            for (kept, _) in kept.iter().zip(&known).filter(|(_, known)| **known) {
                kept.get()?;
            }
            let grads = (&y * grad)?.sum_all()?.backward()?;
            let of = |(leaf, &needed): (&Option<Var>, &bool)| {
                let leaf = leaf.as_ref().filter(|_| needed)?;
                grads.get(leaf.as_tensor()).map(Data::detach)
            };
            Ok(leaves.iter().zip(needs).map(of).collect())
        },
    ))
}

/// `candle([x, y], [b, _, c], |x, y| …)`
pub(crate) const fn trace_candle(t: &mut Tracer<'_>, args: &Args) -> Value {
    let sizes = checked!(t.sizes("candle", args.value(1)));
    let mut out = TensorValue::unranked(Kind::Any);
    if sizes.known {
        // An inferred size is unknown already.
        out.ranked = true;
        out.rank = sizes.len;
        out.dims = sizes.dims;
    }
    t.called("candle", args, Value::Tensor(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, randn};
    use crate::{no_grad, DType, Device};

    #[test]
    fn the_gradient_is_candles_own() -> Result<()> {
        let inputs = [randn([2, 3])?, randn([3])?];
        gradcheck(
            |x| escape([&x[0], &x[1]], [2, -1], |[x, y]| x.broadcast_mul(&y)?.sqr()),
            &inputs,
        )?;
        // A transposed input, used twice, and one that is not used.
        gradcheck(
            |x| {
                let t = x[0].transpose(0, 1)?;
                escape([&t, &x[1]], [3, 2], |[x, _]| &x + x.exp()?)
            },
            &inputs,
        )
    }

    #[test]
    fn the_promise_is_checked() -> Result<()> {
        let x = randn([2, 3])?;
        let error = escape([&x], [-1, 4], |[x]| Ok(x)).unwrap_err().to_string();
        let expected = "candle: the code promises [_, 4], but returned a tensor of shape [2, 3]";
        assert_eq!(error, expected);
        assert!(escape([&x], [-1], |[x]| Ok(x)).is_err());
        assert!(escape([&x], [2, 3], |[_]| candle_core::bail!("no")).is_err());
        Ok(())
    }

    #[test]
    fn integers_and_no_grad_record_nothing() -> Result<()> {
        let x = crate::Param::new(randn([2, 3])?)?;
        let index = escape([&x], [2], |[x]| x.argmax(1))?;
        assert!(!index.requires_grad() && index.dtype() == DType::U32);
        let y = no_grad(|| escape([&x], [2, 3], |[x]| x * 2.))?;
        assert!(!y.requires_grad());
        let ids = Tensor::new(&[1u32], &Device::Cpu)?;
        let y = escape([&x, &ids], [2, 1], |[x, ids]| x.index_select(&ids, 1))?;
        y.sum(())?.backward()?;
        let grad = x.grad().map(|g| g.to_vec::<f64>()).transpose()?;
        assert_eq!(grad, Some(vec![0., 1., 0., 0., 1., 0.]));
        Ok(())
    }
}
