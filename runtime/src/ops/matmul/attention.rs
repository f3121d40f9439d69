//! `scaled_dot_product_attention`.

use std::array::from_fn;
use std::borrow::Cow;

use candle_core::{DType, Tensor as Data};

use super::cpu::{part, readable};
use crate::error::{Error, Result};
use crate::kernels::{in_dtype, output, strided, values, Attention, Exponential, Lanes, Matrix};
use crate::ops::compute::{compute_dtype, dense, expect_dtype, expect_float, has_kernels, wide};
use crate::ops::options::tensor_options;
use crate::ops::{where_, DropoutOptions};
use crate::tensor::autocast::{cast, cast_optional};
use crate::tensor::{when, Tensor};

const OP: &str = "scaled_dot_product_attention";

tensor_options! {
    /// The optional arguments of [`Tensor::scaled_dot_product_attention_with`]; the defaults are PyTorch's.
    ScaledDotProductAttentionOptions {
        /// What is added to the scores, floats of the queries' type; or, in bytes, which keys each query sees: those where it is
        /// not 0. It broadcasts to `[.., queries, keys]`. Default: none.
        attn_mask: Option<Tensor> = None,
        /// The probability that a share becomes 0, as in [`dropout`](Tensor::dropout). Default: 0.
        dropout_p: f64 = 0.,
        /// Whether a query only sees the keys up to its own position; not together with a mask. Default: false.
        is_causal: bool = false,
        /// The factor of the scores. Default: 1 / √E.
        scale: Option<f64> = None,
    }
}

impl Tensor {
    /// Attention of these queries to keys and values (`torch.nn.functional.scaled_dot_product_attention`):
    /// softmax(q·kᵀ / √E)·v.
    ///
    /// The queries are `[.., L, E]`, the keys `[.., S, E]`, the values `[.., S, Ev]`, the result is `[.., L, Ev]`; the dimensions in
    /// front broadcast. Where these are the same and nothing is masked or dropped, the CPU works on some queries at a time, forward
    /// and backward, so that the scores are never in memory.
    ///
    /// # Errors
    /// If the shapes don't fit, or the types differ or are no floats.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let q = Tensor::new(&[[0f64, 0.]], &Device::Cpu)?;
    /// let v = Tensor::new(&[[1f64, 2.], [3., 6.]], &Device::Cpu)?;
    /// assert_eq!(q.scaled_dot_product_attention(&v, &v)?.to_vec2::<f64>()?, [[2., 4.]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn scaled_dot_product_attention(
        &self,
        key: impl AsRef<Tensor>,
        value: impl AsRef<Tensor>,
    ) -> Result<Tensor> {
        self.scaled_dot_product_attention_with(key, value, Default::default())
    }

    /// [`scaled_dot_product_attention`](Self::scaled_dot_product_attention) with a mask, dropout, or another scale.
    ///
    /// # Errors
    /// Those of [`scaled_dot_product_attention`](Self::scaled_dot_product_attention); if the mask doesn't fit, or comes together
    /// with `is_causal`; if `dropout_p` is not from 0 to 1.
    ///
    /// ```
    /// # use taper::{ops::ScaledDotProductAttentionOptions, Device, Tensor};
    /// let x = Tensor::new(&[[1f64, 0.], [0., 1.]], &Device::Cpu)?;
    /// let options = ScaledDotProductAttentionOptions::default().is_causal(true);
    /// let y = x.scaled_dot_product_attention_with(&x, &x, options)?;
    /// assert_eq!(y.to_vec2::<f64>()?[0], [1., 0.]); // the first sees itself alone
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn scaled_dot_product_attention_with(
        &self,
        key: impl AsRef<Tensor>,
        value: impl AsRef<Tensor>,
        options: ScaledDotProductAttentionOptions,
    ) -> Result<Tensor> {
        let [q, k, v] = cast(OP, [self, key.as_ref(), value.as_ref()])?;
        let mask = cast_optional(OP, options.attn_mask.as_ref())?.map(Cow::into_owned);
        let options = options.attn_mask(mask);
        check(&q, &k, &v, &options)?;
        let width = q.dims()[q.rank() - 1];
        let scale = options.scale.unwrap_or(1. / (width as f64).sqrt());
        let plain = options.attn_mask.is_none() && options.dropout_p == 0.;
        let front = |x: &Tensor| x.dims()[..x.rank() - 2].to_vec();
        if plain && front(&q) == front(&k) && front(&q) == front(&v) && scale.is_finite() {
            let sizes = Attention {
                entries: front(&q).iter().product(),
                queries: q.dims()[q.rank() - 2],
                keys: k.dims()[k.rank() - 2],
                width,
                value_width: v.dims()[v.rank() - 1],
                scale,
                causal: options.is_causal,
            };
            let kernel = has_kernels(q.as_candle()) && sizes.keys.min(width) > 0;
            match compute_dtype(q.dtype()) {
                DType::F32 if kernel => return fused::<f32>(sizes, [&q, &k, &v]),
                DType::F64 if kernel => return fused::<f64>(sizes, [&q, &k, &v]),
                _ => {}
            }
        }
        composed(&q, &k, &v, &options, scale)
    }
}

fn check(
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    options: &ScaledDotProductAttentionOptions,
) -> Result<()> {
    expect_float(OP, "queries", q)?;
    expect_dtype(OP, q.dtype(), "key", k)?;
    expect_dtype(OP, q.dtype(), "value", v)?;
    let fits = match (q.dims(), k.dims(), v.dims()) {
        ([.., _, e], [.., s, ek], [.., sv, _]) => e == ek && s == sv,
        _ => false,
    };
    if !fits {
        let message = format!(
            "expected queries [.., L, E], keys [.., S, E] and values [.., S, Ev], but the shapes are {:?}, {:?} and {:?}",
            q.dims(),
            k.dims(),
            v.dims()
        );
        return Err(Error::op(OP, message));
    }
    let Some(mask) = &options.attn_mask else {
        return Ok(());
    };
    if options.is_causal {
        let message = "expected a mask or `is_causal`, but both are given";
        return Err(Error::op(OP, message).help("make one mask of the two"));
    }
    match mask.dtype() {
        DType::U8 => Ok(()),
        _ => expect_dtype(OP, q.dtype(), "mask", mask),
    }
}

/// The attention as its parts.
fn composed(
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    options: &ScaledDotProductAttentionOptions,
    scale: f64,
) -> Result<Tensor> {
    let mut scores = q.matmul(k.transpose(-2, -1)?)?.mul(scale)?;
    let never = Tensor::full((), f64::NEG_INFINITY, scores.dtype(), scores.device())?;
    if options.is_causal {
        let [queries, keys] = [scores.dim(-2)?, scores.dim(-1)?];
        let seen = |i: usize| (0..keys).map(move |j| u8::from(j <= i));
        let seen: Vec<u8> = (0..queries).flat_map(seen).collect();
        let seen = Tensor::from_vec(seen, (queries, keys), scores.device())?;
        scores = where_(&seen, &scores, &never)?;
    }
    if let Some(mask) = &options.attn_mask {
        scores = match mask.dtype() {
            DType::U8 => where_(mask, &scores, &never)?,
            _ => scores.add(mask)?,
        };
    }
    let dropout = DropoutOptions::default().p(options.dropout_p);
    scores.softmax(-1)?.dropout_with(dropout)?.matmul(v)
}

/// The attention block by block: the backward pass computes the scores once more. Half types are rounded at the end alone, as in
/// PyTorch.
fn fused<T: Lanes + Exponential>(sizes: Attention, [q, k, v]: [&Tensor; 3]) -> Result<Tensor> {
    let inputs = readable_all([q, k, v].map(Tensor::as_candle))?;
    let shape = |like: &Tensor, width: usize| {
        let mut shape = like.dims().to_vec();
        shape[like.rank() - 1] = width;
        shape
    };
    let locked = inputs.each_ref().map(strided);
    let values_of = [
        locked[0].slice::<T>()?,
        locked[1].slice()?,
        locked[2].slice()?,
    ];
    let (out, logs) = sizes.forward(entries(&inputs, values_of));
    let out = in_dtype(&output(out, shape(q, sizes.value_width))?, q.dtype())?;
    let logs = output(logs, sizes.entries * sizes.queries)?;
    let any = [q, k, v].iter().any(|x| x.requires_grad());
    let saved = [q, k, v].map(|x| x.save_if(any));
    let shapes = [q, k, v].map(|x| x.shape().clone());
    let result = out.clone();
    Ok(Tensor::record(OP, out, [q, k, v], move |grad, needs| {
        let inputs = readable_all([saved[0].get()?, saved[1].get()?, saved[2].get()?])?;
        let locked = inputs.each_ref().map(strided);
        let values_of = [
            locked[0].slice::<T>()?,
            locked[1].slice()?,
            locked[2].slice()?,
        ];
        let (out, grad) = (wide(&result)?, dense(grad)?);
        let (out, logs, grad) = (values(&out)?, values(&logs)?, values(&grad)?);
        let rows = [out.slice::<T>()?, logs.slice()?, grad.slice()?];
        let grads = sizes.backward(entries(&inputs, values_of), rows);
        let mut grads = grads.into_iter().zip(&shapes).zip(needs);
        let mut next = || match grads.next() {
            Some(((grad, shape), needed)) => when(needed, || {
                Ok(in_dtype(&output(grad, shape)?, result.dtype())?)
            }),
            None => Ok(None),
        };
        Ok([next()?, next()?, next()?])
    }))
}

/// Matrices in the type that is computed in, whose rows or columns lie without gaps.
fn readable_all([q, k, v]: [&Data; 3]) -> Result<[Data; 3]> {
    let of = |x: &Data| -> Result<Data> {
        let x = &wide(x)?;
        let gaps = x.stride()[x.rank() - 2..].iter().all(|&stride| stride != 1);
        Ok(if gaps { x.contiguous()? } else { readable(x)? })
    };
    Ok([of(q)?, of(k)?, of(v)?])
}

/// Queries, keys and values of an entry.
fn entries<'a, T: Sync>(
    tensors: &'a [Data; 3],
    values: [&'a [T]; 3],
) -> impl Fn(usize) -> [Matrix<'a, T>; 3] + Sync {
    move |entry| from_fn(|i| part(&tensors[i], values[i], entry))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::compute::plain_only;
    use crate::testing::{assert_close, gradcheck, randn};
    use crate::{Device, Param};

    fn options() -> ScaledDotProductAttentionOptions {
        Default::default()
    }

    fn attend(x: &[Tensor], options: &ScaledDotProductAttentionOptions) -> Result<Tensor> {
        x[0].scaled_dot_product_attention_with(&x[1], &x[2], options.clone())
    }

    #[test]
    fn gradient() -> Result<()> {
        for causal in [false, true] {
            let options = options().is_causal(causal);
            for (front, [l, s, e, v]) in [
                (&[][..], [1, 1, 1, 1]),
                (&[2], [3, 3, 2, 2]),
                (&[2, 2], [2, 4, 3, 1]),
                (&[1], [4, 2, 1, 3]),
                (&[0], [2, 2, 2, 2]),
            ] {
                let of = |rows, columns| randn([front, &[rows, columns]].concat());
                gradcheck(|x| attend(x, &options), &[of(l, e)?, of(s, e)?, of(s, v)?])?;
            }
        }
        let scaled = options().scale(-0.7);
        let (q, k) = (randn([2, 3, 2])?, randn([2, 4, 2])?);
        gradcheck(|x| attend(x, &scaled), &[q.clone(), k.clone(), k.clone()])?;
        let mask = Tensor::new(&[[1u8, 0, 1, 0], [0, 1, 1, 1], [1, 1, 1, 1]], &Device::Cpu)?;
        let masked = options().attn_mask(mask);
        gradcheck(|x| attend(x, &masked), &[q.clone(), k.clone(), k.clone()])?;
        gradcheck(
            |x| attend(x, &options().attn_mask(x[3].clone())),
            &[q, k.clone(), k, randn([3, 1])?],
        )
    }

    /// Several blocks of queries, and sizes that are no multiples of a vector.
    #[test]
    fn the_fused_form_and_its_parts_agree() -> Result<()> {
        for [l, s, e, v] in [[130, 260, 19, 9], [300, 40, 8, 33], [70, 150, 33, 40]] {
            for causal in [false, true] {
                let x = [randn([2, l, e])?, randn([2, s, e])?, randn([2, s, v])?];
                let options = options().is_causal(causal);
                let plain = plain_only::run(|| attend(&x, &options))?;
                assert_close(
                    "f64",
                    attend(&x, &options)?.as_candle(),
                    plain.as_candle(),
                    1e-13,
                )?;
                let [q, k, v] = x.each_ref().map(|x| x.to_dtype(DType::F32));
                let x = [q?, k?, v?];
                let found = attend(&x, &options)?.to_dtype(DType::F64)?;
                assert_close("f32", found.as_candle(), plain.as_candle(), 1e-5)?;
                let gradients = || -> Result<Vec<Tensor>> {
                    let x = x.each_ref().map(|x| Param::new(x.to_dtype(DType::F64)?));
                    let [q, k, v] = x;
                    let (q, k, v) = (q?, k?, v?);
                    let y = q.scaled_dot_product_attention_with(&k, &v, options.clone())?;
                    y.square()?.sum(())?.backward()?;
                    let grads = [&q, &k, &v].map(|x| x.grad());
                    Ok(grads.into_iter().flatten().collect())
                };
                let (found, plain) = (gradients()?, plain_only::run(gradients)?);
                assert_eq!((found.len(), plain.len()), (3, 3));
                for (found, plain) in found.iter().zip(&plain) {
                    assert_close("gradient", found.as_candle(), plain.as_candle(), 1e-11)?;
                }
            }
        }
        Ok(())
    }

    /// Half types are rounded at the end alone: as near to f32 as their last digit.
    #[test]
    fn half_types_are_computed_in_f32() -> Result<()> {
        let x = [[2, 20, 9], [2, 30, 9], [2, 30, 5]].map(randn);
        let [q, k, v] = x;
        let x = [q?, k?, v?];
        for (half, digit) in [(DType::BF16, 1. / 256.), (DType::F16, 1. / 2048.)] {
            let results = |wide: bool| -> Result<Vec<Tensor>> {
                let of = |x: &Tensor| -> Result<Param> {
                    let x = x.to_dtype(half)?;
                    Param::new(if wide { x.to_dtype(DType::F32)? } else { x })
                };
                let (q, k, v) = (of(&x[0])?, of(&x[1])?, of(&x[2])?);
                let y = q.scaled_dot_product_attention(&k, &v)?;
                assert_eq!(y.dtype(), q.dtype());
                y.sum(())?.backward()?;
                let grads = [&q, &k, &v].map(|x| x.grad()).into_iter().flatten();
                [y].into_iter()
                    .chain(grads)
                    .map(|x| x.to_dtype(DType::F64))
                    .collect()
            };
            let (found, expected) = (results(false)?, results(true)?);
            assert_eq!((found.len(), expected.len()), (4, 4));
            for (found, expected) in found.iter().zip(&expected) {
                assert_close("half", found.as_candle(), expected.as_candle(), 2. * digit)?;
            }
        }
        Ok(())
    }

    /// Neither rows nor columns are without gaps, or there is but one of them.
    #[test]
    fn any_strides() -> Result<()> {
        for [l, s, e, v] in [[3, 4, 2, 3], [1, 3, 2, 2], [3, 1, 1, 2], [1, 1, 1, 1]] {
            let of = |rows, columns| {
                randn([rows, columns, 2, 2])?
                    .permute([2, 0, 1, 3])?
                    .select(-1, 1)
            };
            let x = [of(l, e)?, of(s, e)?, of(s, v)?];
            let dense = [x[0].contiguous()?, x[1].contiguous()?, x[2].contiguous()?];
            let (found, expected) = (attend(&x, &options())?, attend(&dense, &options())?);
            assert_close("strides", found.as_candle(), expected.as_candle(), 1e-14)?;
            gradcheck(|x| attend(x, &options()), &x)?;
        }
        Ok(())
    }

    #[test]
    fn refusals() -> Result<()> {
        let x = randn([2, 3])?;
        let message = |result: Result<Tensor>| {
            let error = result.err().map(|error| error.to_string());
            error.unwrap_or_default()
        };
        assert_eq!(
            message(x.scaled_dot_product_attention(randn([2, 4])?, &x)),
            "scaled_dot_product_attention: expected queries [.., L, E], keys [.., S, E] and values [.., S, Ev], but the shapes are \
             [2, 3], [2, 4] and [2, 3]"
        );
        let both = options().is_causal(true).attn_mask(randn([2, 2])?);
        assert!(
            message(attend(&[x.clone(), x.clone(), x.clone()], &both)).contains("both are given")
        );
        let dropped = options().dropout_p(2.);
        assert!(attend(&[x.clone(), x.clone(), x.clone()], &dropped).is_err());
        assert!(x
            .scaled_dot_product_attention(x.to_dtype(DType::F32)?, &x)
            .is_err());
        Ok(())
    }
}
