//! What `MultiheadAttention` computes.

use super::{MultiheadAttention, NAME};
use crate::error::{Error, Result};
use crate::module::Call;
use crate::ops::options::tensor_options;
use crate::ops::{cat, where_, DropoutOptions, ScaledDotProductAttentionOptions};
use crate::{DType, Tensor};

tensor_options! {
    /// The optional arguments of [`MultiheadAttention::forward_with`]; the defaults are PyTorch's.
    MultiheadAttentionOptions {
        /// Which keys are padding, `[N, S]`: in bytes, those where it is not 0; floats are added to the scores. Default: none.
        key_padding_mask: Option<Tensor> = None,
        /// Whether the weights are a result too. Default: true.
        need_weights: bool = true,
        /// What each query does not see, `[L, S]` or `[N · num_heads, L, S]`: in bytes, the keys where it is not 0; floats are added to
        /// the scores. Default: none.
        attn_mask: Option<Tensor> = None,
        /// Whether the weights are the mean of all heads'. Default: true.
        average_attn_weights: bool = true,
        /// Says that `attn_mask` is the causal one, which then need not be read. Default: false.
        is_causal: bool = false,
    }
}

/// The sizes of a call.
#[derive(Clone, Copy)]
struct Sizes {
    batch: usize,
    heads: usize,
    queries: usize,
    keys: usize,
}

impl MultiheadAttention {
    pub(super) fn attend(
        &self,
        inputs: [&Tensor; 3],
        options: MultiheadAttentionOptions,
    ) -> Result<(Tensor, Option<Tensor>)> {
        let sizes = self.check(inputs, &options)?;
        let batched = inputs[0].rank() == 3;
        let [q, k, v] = self.projected(inputs.map(|x| match (batched, self.batch_first) {
            (false, _) => x.unsqueeze(0),
            (true, false) => x.transpose(0, 1),
            (true, true) => Ok(x.clone()),
        }))?;
        let further = k.dims()[2] - sizes.keys;
        let (mask, causal) = sizes.mask(&options, &q, further)?;
        let dropout = if self.state.active() {
            self.dropout
        } else {
            0.
        };
        let (y, weights) = if options.need_weights {
            let scale = 1. / (q.dims()[3] as f64).sqrt();
            let mut scores = q.mul(scale)?.matmul(k.transpose(-2, -1)?)?;
            if let Some(mask) = &mask {
                scores = scores.add(mask)?;
            }
            let dropout = DropoutOptions::default().p(dropout);
            let weights = scores.softmax(-1)?.dropout_with(dropout)?;
            (weights.matmul(&v)?, Some(weights))
        } else {
            let options = ScaledDotProductAttentionOptions::default()
                .attn_mask(mask)
                .dropout_p(dropout)
                .is_causal(causal);
            (q.scaled_dot_product_attention_with(&k, &v, options)?, None)
        };
        let y = y.transpose(1, 2)?;
        let y = y.reshape([sizes.batch, sizes.queries, self.embed_dim])?;
        let y = self.out_proj.call((y,))?;
        let y = match (batched, self.batch_first) {
            (false, _) => y.squeeze(0)?,
            (true, false) => y.transpose(0, 1)?,
            (true, true) => y,
        };
        let shown = |weights: Tensor| {
            let weights = match options.average_attn_weights {
                true => weights.mean(1)?,
                false => weights,
            };
            if batched {
                Ok(weights)
            } else {
                weights.squeeze(0)
            }
        };
        Ok((y, weights.map(shown).transpose()?))
    }

    /// Queries, keys and values as the heads see them, `[N, num_heads, L or S, d]`.
    fn projected(&self, inputs: [Result<Tensor>; 3]) -> Result<[Tensor; 3]> {
        let [q, k, v] = inputs;
        let parts = |param: &Option<crate::Param>| -> Result<[Option<Tensor>; 3]> {
            let Some(param) = param else {
                return Ok([None, None, None]);
            };
            let part = |i: usize| {
                param
                    .narrow(0, i * self.embed_dim, self.embed_dim)
                    .map(Some)
            };
            Ok([part(0)?, part(1)?, part(2)?])
        };
        let joint = parts(&self.in_proj_weight)?;
        let own = [
            &self.q_proj_weight,
            &self.k_proj_weight,
            &self.v_proj_weight,
        ];
        let bias = parts(&self.in_proj_bias)?;
        let project = |i: usize, x: Tensor| match (&joint[i], own[i]) {
            (Some(weight), _) => x.linear(weight, bias[i].as_ref()),
            (None, Some(weight)) => x.linear(weight, bias[i].as_ref()),
            (None, None) => Err(Error::op(NAME, "there is no weight: this is a bug")),
        };
        let q = project(0, q?)?;
        let k = self.with_further(project(1, k?)?, self.bias_k.as_deref())?;
        let v = self.with_further(project(2, v?)?, self.bias_v.as_deref())?;
        Ok([self.in_heads(q)?, self.in_heads(k)?, self.in_heads(v)?])
    }

    /// The keys or values, with a learnt one and one of zeros at the end, where the settings say so.
    fn with_further(&self, x: Tensor, learnt: Option<&Tensor>) -> Result<Tensor> {
        let one = [x.dims()[0], 1, self.embed_dim];
        let mut all = vec![x];
        if let Some(learnt) = learnt {
            all.push(learnt.to_dtype(all[0].dtype())?.broadcast_to(one)?);
        }
        if self.add_zero_attn {
            all.push(Tensor::zeros(one, all[0].dtype(), all[0].device())?);
        }
        match all.len() {
            1 => Ok(all.remove(0)),
            _ => cat(all, 1),
        }
    }

    fn in_heads(&self, x: Tensor) -> Result<Tensor> {
        let (batch, length) = (x.dims()[0], x.dims()[1]);
        let width = self.embed_dim / self.num_heads;
        x.reshape([batch, length, self.num_heads, width])?
            .transpose(1, 2)
    }

    fn check(&self, inputs: [&Tensor; 3], options: &MultiheadAttentionOptions) -> Result<Sizes> {
        let [q, k, v] = inputs.map(Tensor::dims);
        let features =
            |own: &Option<crate::Param>| own.as_ref().map_or(self.embed_dim, |w| w.dims()[1]);
        let wanted = [
            self.embed_dim,
            features(&self.k_proj_weight),
            features(&self.v_proj_weight),
        ];
        let rank = q.len();
        let fits = (2..=3).contains(&rank)
            && [q, k, v].iter().all(|dims| dims.len() == rank)
            && [q, k, v]
                .iter()
                .zip(wanted)
                .all(|(dims, size)| dims[rank - 1] == size);
        let (batch_at, time_at) = match (rank, self.batch_first) {
            (3, true) => (Some(0), 1),
            (3, false) => (Some(1), 0),
            _ => (None, 0),
        };
        let same = |at: usize| q[at] == k[at] && k[at] == v[at];
        if !fits || k[time_at] != v[time_at] || !batch_at.is_none_or(same) {
            let batch = match batch_at {
                Some(0) => "N, L, | N, S, ",
                Some(_) => "L, N, | S, N, ",
                None => "L, | S, ",
            };
            let (query, key) = batch.split_once("| ").unwrap_or_default();
            let message = format!(
                "expected a query [{query}{}], a key [{key}{}] and a value [{key}{}], but the shapes are {q:?}, {k:?} and {v:?}",
                wanted[0], wanted[1], wanted[2]
            );
            return Err(Error::op(NAME, message));
        }
        let sizes = Sizes {
            batch: batch_at.map_or(1, |at| q[at]),
            heads: self.num_heads,
            queries: q[time_at],
            keys: k[time_at],
        };
        sizes.check_masks(options, batch_at.is_some())?;
        Ok(sizes)
    }
}

impl Sizes {
    fn check_masks(&self, options: &MultiheadAttentionOptions, batched: bool) -> Result<()> {
        let Sizes {
            batch,
            heads,
            queries,
            keys,
        } = *self;
        if let Some(mask) = &options.key_padding_mask {
            let wanted: &[usize] = if batched { &[batch, keys] } else { &[keys] };
            if mask.dims() != wanted {
                let message = format!(
                    "expected a key_padding_mask {wanted:?}, but it has shape {:?}",
                    mask.dims()
                );
                return Err(Error::op(NAME, message));
            }
        }
        let Some(mask) = &options.attn_mask else {
            if options.is_causal {
                let message = "`is_causal` says that `attn_mask` is causal, but there is none";
                return Err(
                    Error::op(NAME, message).help("pass the causal mask as `attn_mask` too")
                );
            }
            return Ok(());
        };
        if mask.dims() != [queries, keys] && mask.dims() != [batch * heads, queries, keys] {
            let message = format!(
                "expected an attn_mask [{queries}, {keys}] or [{}, {queries}, {keys}], but it has shape {:?}",
                batch * heads,
                mask.dims()
            );
            return Err(Error::op(NAME, message));
        }
        Ok(())
    }

    /// What is added to the scores of `q` and `further` keys at the end, which all see; and whether the causal mask is asked for by
    /// its name instead.
    fn mask(
        &self,
        options: &MultiheadAttentionOptions,
        q: &Tensor,
        further: usize,
    ) -> Result<(Option<Tensor>, bool)> {
        let padding = options.key_padding_mask.as_ref();
        if options.is_causal && padding.is_none() && !options.need_weights {
            return Ok((None, true));
        }
        let added = |mask: &Tensor| added(mask, q)?.pad([0, further]);
        let mask = options.attn_mask.as_ref().map(|mask| {
            let mask = added(mask)?;
            match mask.rank() {
                2 => Ok(mask),
                _ => mask.reshape([self.batch, self.heads, self.queries, self.keys + further]),
            }
        });
        let padding =
            padding.map(|mask| added(mask)?.reshape([self.batch, 1, 1, self.keys + further]));
        Ok((
            match (mask.transpose()?, padding.transpose()?) {
                (Some(mask), Some(padding)) => Some(mask.add(padding)?),
                (mask, padding) => mask.or(padding),
            },
            false,
        ))
    }
}

/// A mask as what is added to scores of the type of `like`: −∞ for what is not seen.
fn added(mask: &Tensor, like: &Tensor) -> Result<Tensor> {
    if mask.dtype().is_float() {
        return mask.to_dtype(like.dtype());
    }
    if mask.dtype() != DType::U8 {
        let message = format!(
            "expected a mask of bytes or floats, but it has type {:?}",
            mask.dtype()
        );
        return Err(Error::op(NAME, message).help("convert it with `to_dtype(DType::U8)`"));
    }
    let number = |x: f64| Tensor::full((), x, like.dtype(), like.device());
    where_(mask, &number(f64::NEG_INFINITY)?, &number(0.)?)
}
