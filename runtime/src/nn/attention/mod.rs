//! `MultiheadAttention`: several attentions beside each other, between projections.

mod forward;
mod rule;
#[cfg(test)]
mod tests;

use std::borrow::Borrow;

pub use forward::MultiheadAttentionOptions;
pub(super) use rule::OUT_PROJ;

use super::Linear;
use crate::init::Init;
use crate::module::{call, Build, Call, Module, State, Visitor, VisitorMut};
use crate::tensor::Tensors;
use crate::{Param, Result, Tensor};

super::layer! {
    /// Attention in several heads, each on a part of the projected queries, keys and values (PyTorch:
    /// `torch.nn.MultiheadAttention`).
    ///
    /// Of every head the result is `softmax(q·kᵀ / √d)·v` with `d = embed_dim / num_heads`, where q, k and v are the head's parts of
    /// `query·W_qᵀ + b_q`, `key·W_kᵀ + b_k` and `value·W_vᵀ + b_v`; the heads side by side go through `out_proj`. With L queries, S keys
    /// and a batch of N:
    ///
    /// - Query `[L, N, embed_dim]`, key `[S, N, kdim]`, value `[S, N, vdim]`; the batch first with `batch_first`, or without one.
    /// - Output: of the query's shape; and the weights `[N, L, S]`, the heads' mean, or `[N, num_heads, L, S]` without
    ///   `average_attn_weights`. With `need_weights` off there are none, and the attention is computed block by block
    ///   ([`scaled_dot_product_attention`](Tensor::scaled_dot_product_attention)).
    /// - `key_padding_mask` `[N, S]` and `attn_mask` `[L, S]` or `[N · num_heads, L, S]`: in bytes, what is not 0 is **not** seen; floats
    ///   are added to the scores.
    /// - `in_proj_weight` `[3 · embed_dim, embed_dim]`, Xavier uniform; if kdim or vdim is another size `q_proj_weight`
    ///   `[embed_dim, embed_dim]`, `k_proj_weight` `[embed_dim, kdim]` and `v_proj_weight` `[embed_dim, vdim]`. `in_proj_bias`
    ///   `[3 · embed_dim]`, zeros. With `add_bias_kv`, `bias_k` and `bias_v` `[1, 1, embed_dim]`, Xavier normal, are a further key and
    ///   value. `out_proj`: a [`Linear`], its bias zeros.
    ///
    /// A configuration's inputs are the query's, key's and value's; those that are not stated are like the one before.
    ///
    /// In `#[forward]`: `let (y, weights) = self.attention(q, k, v);`, or with all of PyTorch's arguments by position.
    ///
    /// # Errors
    /// If the shapes don't fit each other or the weights, or `is_causal` is set without a mask.
    ///
    /// ```
    /// use taper::nn::MultiheadAttentionOptions;
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let attention = MultiheadAttention::config(2).batch_first(true).input([3, 5, 8]).init(&Device::Cpu)?;
    /// let x = Tensor::ones((3, 5, 8), DType::F32, &Device::Cpu)?;
    /// let (y, weights) = attention.forward(&x, &x, &x)?;
    /// assert_eq!((y.dims(), weights.map(|w| w.dims().to_vec())), (&[3, 5, 8][..], Some(vec![3, 5, 5])));
    ///
    /// let options = MultiheadAttentionOptions::default().need_weights(false);
    /// let (z, weights) = attention.forward_with(&x, &x, &x, options)?;
    /// assert!(weights.is_none() && y.sub(z)?.abs()?.max(())?.item()? < 1e-6);
    /// # Ok(()) }
    /// ```
    pub struct MultiheadAttention {
        /// The weights of queries, keys and values one below the other, if all have `embed_dim` features.
        pub in_proj_weight: Option<Param>,
        /// The weight of queries, if there are separate ones.
        pub q_proj_weight: Option<Param>,
        /// The weight of keys, if there are separate ones.
        pub k_proj_weight: Option<Param>,
        /// The weight of values, if there are separate ones.
        pub v_proj_weight: Option<Param>,
        /// `[3 · embed_dim]`, unless `bias` is off.
        pub in_proj_bias: Option<Param>,
        /// A further key, with `add_bias_kv`.
        pub bias_k: Option<Param>,
        /// A further value, with `add_bias_kv`.
        pub bias_v: Option<Param>,
        /// What the heads' results go through. PyTorch prints it under a name of its own.
        pub out_proj: Linear,
        embed_dim: usize,
        num_heads: usize,
        dropout: f64,
        add_zero_attn: bool,
        batch_first: bool,
    }

    /// Settings of [`MultiheadAttention`].
    pub config MultiheadAttentionConfig {
        required {
            /// Number of heads, which divides `embed_dim`.
            num_heads: usize,
        }
        optional {
            /// The probability that a weight becomes 0, in training.
            dropout: f64 = 0.,
            /// Whether the projections have biases.
            bias: bool = true,
            /// Whether there is a further key and value, which are learnt.
            add_bias_kv: bool = false,
            /// Whether there is a further key and value of zeros.
            add_zero_attn: bool = false,
            /// Whether the batch is the first dimension.
            batch_first: bool = false,
        }
        inferred { embed_dim, kdim, vdim }
    }

    calls: several;
}

const NAME: &str = "MultiheadAttention";

/// The output and, if they are wanted, the weights.
type Results = (Tensor, Option<Tensor>);

impl MultiheadAttention {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        let embed = at.input_size(-1)?;
        let mut weight = |name: &str| match at.shape_of(name) {
            Ok(shape) => Ok(Some(at.param(name, &shape, &Init::xavier_uniform(1.))?)),
            Err(_) => Ok::<_, crate::Error>(None),
        };
        let in_proj_weight = weight("in_proj_weight")?;
        let [q_proj_weight, k_proj_weight, v_proj_weight] = [
            weight("q_proj_weight")?,
            weight("k_proj_weight")?,
            weight("v_proj_weight")?,
        ];
        if in_proj_weight.is_none() && q_proj_weight.is_none() {
            // Says what isn't known.
            at.shape_of("in_proj_weight")?;
        }
        let bias = at.flag(row!(MultiheadAttention.bias))?;
        let further = at.flag(row!(MultiheadAttention.add_bias_kv))?;
        let in_proj_bias = bias.then(|| at.param("in_proj_bias", &[3 * embed], &Init::ZEROS));
        let in_proj_bias = in_proj_bias.transpose()?;
        let mut key = |name| {
            let key = further.then(|| at.param(name, &[1, 1, embed], &Init::xavier_normal(1.)));
            key.transpose()
        };
        let (bias_k, bias_v) = (key("bias_k")?, key("bias_v")?);
        let stored = at.is_stored("out_proj.bias");
        let out_proj: Linear = at.one(OUT_PROJ, "out_proj")?;
        if let (Some(bias), false) = (&out_proj.bias, stored) {
            Init::ZEROS.fill(bias)?;
        }
        Ok(MultiheadAttention {
            in_proj_weight,
            q_proj_weight,
            k_proj_weight,
            v_proj_weight,
            in_proj_bias,
            bias_k,
            bias_v,
            out_proj,
            embed_dim: embed,
            num_heads: at.int(row!(MultiheadAttention.num_heads))?,
            dropout: at.float(row!(MultiheadAttention.dropout))?,
            add_zero_attn: at.flag(row!(MultiheadAttention.add_zero_attn))?,
            batch_first: at.flag(row!(MultiheadAttention.batch_first))?,
            state: State::new(),
        })
    }

    /// The output and the weights, the mean of all heads'.
    ///
    /// # Errors
    /// If the shapes don't fit.
    pub fn forward(
        &self,
        query: impl Borrow<Tensor>,
        key: impl Borrow<Tensor>,
        value: impl Borrow<Tensor>,
    ) -> Result<Results> {
        self.forward_with(query, key, value, Default::default())
    }

    /// [`forward`](Self::forward) with masks, or without the weights.
    ///
    /// # Errors
    /// If the shapes don't fit, or `is_causal` is set without a mask.
    pub fn forward_with(
        &self,
        query: impl Borrow<Tensor>,
        key: impl Borrow<Tensor>,
        value: impl Borrow<Tensor>,
        options: MultiheadAttentionOptions,
    ) -> Result<Results> {
        let inputs = [query.borrow(), key.borrow(), value.borrow()];
        let seen = self.state.watch(&inputs.map(Some));
        let result = self.attend(inputs, options);
        self.state.show(seen, result, |y, found| y.collect(found))
    }
}

impl Module for MultiheadAttention {
    fn type_name(&self) -> &'static str {
        NAME
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        for (name, param) in [
            ("in_proj_weight", &self.in_proj_weight),
            ("q_proj_weight", &self.q_proj_weight),
            ("k_proj_weight", &self.k_proj_weight),
            ("v_proj_weight", &self.v_proj_weight),
            ("in_proj_bias", &self.in_proj_bias),
            ("bias_k", &self.bias_k),
            ("bias_v", &self.bias_v),
        ] {
            if let Some(param) = param {
                visitor.param(name, param);
            }
        }
        visitor.module("out_proj", &self.out_proj);
    }

    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) -> Result<()> {
        for (name, param) in [
            ("in_proj_weight", &mut self.in_proj_weight),
            ("q_proj_weight", &mut self.q_proj_weight),
            ("k_proj_weight", &mut self.k_proj_weight),
            ("v_proj_weight", &mut self.v_proj_weight),
            ("in_proj_bias", &mut self.in_proj_bias),
            ("bias_k", &mut self.bias_k),
            ("bias_v", &mut self.bias_v),
        ] {
            if let Some(param) = param {
                visitor.param(name, param)?;
            }
        }
        visitor.module("out_proj", &mut self.out_proj)
    }

    fn state(&self) -> Option<&State> {
        Some(&self.state)
    }
}

impl<Q: Borrow<Tensor>, K: Borrow<Tensor>, V: Borrow<Tensor>> Call<(Q, K, V)>
    for MultiheadAttention
{
    type Output = Results;

    fn call(&self, (query, key, value): (Q, K, V)) -> Result<Results> {
        let inputs = (
            query.borrow().clone(),
            key.borrow().clone(),
            value.borrow().clone(),
        );
        call(self, inputs, |layer, (query, key, value)| {
            layer.forward(query, key, value)
        })
    }
}

/// Query, key and value, and the optional arguments in PyTorch's order.
type All<Q, K, V> = (Q, K, V, Option<Tensor>, bool, Option<Tensor>, bool, bool);

impl<Q: Borrow<Tensor>, K: Borrow<Tensor>, V: Borrow<Tensor>> Call<All<Q, K, V>>
    for MultiheadAttention
{
    type Output = Results;

    fn call(&self, args: All<Q, K, V>) -> Result<Results> {
        let (query, key, value, padding, weights, mask, average, causal) = args;
        let tensors = (
            query.borrow().clone(),
            key.borrow().clone(),
            value.borrow().clone(),
        );
        let options = (padding, weights, mask, average, causal);
        call(self, (tensors, options), |layer, (tensors, options)| {
            let ((query, key, value), (padding, weights, mask, average, causal)) =
                (tensors, options);
            let options = MultiheadAttentionOptions::default()
                .key_padding_mask(padding)
                .need_weights(weights)
                .attn_mask(mask)
                .average_attn_weights(average)
                .is_causal(causal);
            layer.forward_with(query, key, value, options)
        })
    }
}
