//! `TransformerEncoderLayer`: self-attention and two linear layers, each with a residual and a normalisation.

use super::{child, encodes, TransformerEncoderOptions};
use crate::module::{Build, Call, Module, Rule, State, Visitor, VisitorMut};
use crate::nn::{Dropout, LayerNorm, Linear, MultiheadAttention, MultiheadAttentionOptions};
use crate::trace::{hash, Args, Bound, Dim, Kind, Tracer, Truth, Value};
use crate::{Result, Tensor};

crate::nn::setting::words! {
    /// The activation between the linear layers of an encoder layer.
    pub enum EncoderActivation {
        /// max(x, 0).
        Relu = "relu",
        /// x·Φ(x).
        Gelu = "gelu",
    }
}

crate::nn::layer! {
    /// Self-attention and a feed-forward network, each with a residual and a normalisation (PyTorch:
    /// `torch.nn.TransformerEncoderLayer`).
    ///
    /// With `sa(x) = dropout1(self_attn(x, x, x))` and `ff(x) = dropout2(linear2(dropout(activation(linear1(x)))))`:
    ///
    /// ```text
    /// x = norm1(x + sa(x))         with norm_first:   x = x + sa(norm1(x))
    /// y = norm2(x + ff(x))                            y = x + ff(norm2(x))
    /// ```
    ///
    /// - Input and output `[L, N, d_model]`, or `[N, L, d_model]` with `batch_first`, or `[L, d_model]`: one sample.
    /// - Masks: [`TransformerEncoderOptions`].
    /// - Parameters: those of `self_attn` ([`MultiheadAttention`]), `linear1`, `linear2` ([`Linear`]), `norm1` and `norm2`
    ///   ([`LayerNorm`]), under these names.
    ///
    /// PyTorch's activation may be any function; here it is one of two words, and another network is written in the language.
    ///
    /// # Errors
    /// If the input's rank or its features don't fit, or a mask doesn't.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let layer = TransformerEncoderLayer::config(2).dim_feedforward(16).input([5, 3, 8]).init(&Device::Cpu)?;
    /// let x = Tensor::ones((5, 3, 8), DType::F32, &Device::Cpu)?;
    /// assert_eq!(layer.forward(&x)?.dims(), [5, 3, 8]);
    /// # Ok(()) }
    /// ```
    pub struct TransformerEncoderLayer {
        /// The attention.
        pub self_attn: MultiheadAttention,
        /// From `d_model` to `dim_feedforward`.
        pub linear1: Linear,
        /// After the activation.
        pub dropout: Dropout,
        /// From `dim_feedforward` to `d_model`.
        pub linear2: Linear,
        /// Of the attention.
        pub norm1: LayerNorm,
        /// Of the feed-forward network.
        pub norm2: LayerNorm,
        /// After the attention.
        pub dropout1: Dropout,
        /// After the feed-forward network.
        pub dropout2: Dropout,
        activation: EncoderActivation,
        norm_first: bool,
    }

    /// Settings of [`TransformerEncoderLayer`].
    pub config TransformerEncoderLayerConfig {
        required {
            /// Number of heads, which divides `d_model`.
            nhead: usize,
        }
        optional {
            /// Features between the linear layers.
            dim_feedforward: usize = 2048,
            /// The probability of all dropouts, that of the attention's weights too.
            dropout: f64 = 0.1,
            /// `"relu"` or `"gelu"`.
            activation: EncoderActivation = "relu",
            /// What is added to the variance in the normalisations.
            layer_norm_eps: f64 = 1e-5,
            /// Whether the batch is the first dimension.
            batch_first: bool = false,
            /// Whether the normalisations come before attention and feed-forward network, not after.
            norm_first: bool = false,
            /// Whether the linear layers, the attention and the normalisations have biases.
            bias: bool = true,
        }
        inferred { d_model }
    }
}

const NAME: &str = "TransformerEncoderLayer";

impl Rule<TransformerEncoderLayer> {
    /// The shape rule. Masks may follow the input.
    pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        let table = TransformerEncoderLayer::TABLE;
        let Some((b, x)) = t.layer(NAME, table, args, inputs, Kind::Float) else {
            return Value::Any;
        };
        let activation = b.value(row!(TransformerEncoderLayer.activation));
        if !t.check_word(NAME, "activation", activation, EncoderActivation::WORDS) {
            return Value::Any;
        }
        if !x.ranked {
            return t.called(NAME, inputs, Value::Tensor(x));
        }
        if x.rank != 2 && x.rank != 3 {
            return t.wants_rank(NAME, "2 or 3 dimensions, the last of d_model", &x);
        }
        let given = b.value(row!(TransformerEncoderLayer.d_model));
        if !t.check_inferred(NAME, "features", &x, x.last(), given) {
            return Value::Any;
        }
        let (src, size) = (Value::Tensor(x), x.last());
        let first = b.flag(row!(TransformerEncoderLayer.norm_first));
        match t.algebra.decide(first) {
            Truth::Yes => {
                let y = normalised(t, &b, "norm1", size, src);
                let y = attention(t, &b, inputs, y);
                let x1 = add(t, src, y);
                let y = normalised(t, &b, "norm2", size, x1);
                let y = feed_forward(t, &b, size, y);
                add(t, x1, y)
            }
            // Where it isn't known, the shapes are the same.
            _ => {
                let y = attention(t, &b, inputs, src);
                let y = add(t, src, y);
                let x1 = normalised(t, &b, "norm1", size, y);
                let y = feed_forward(t, &b, size, x1);
                let y = add(t, x1, y);
                normalised(t, &b, "norm2", size, y)
            }
        }
    }
}

const fn attention(t: &mut Tracer<'_>, b: &Bound, inputs: &Args, x: Value) -> Value {
    let mut call = Args::forward(x);
    call.positional(x);
    call.positional(x);
    call.positional(if inputs.len() > 2 {
        inputs.value(2)
    } else {
        Value::Unit
    });
    call.positional(Value::flag(false));
    call.positional(if inputs.len() > 1 {
        inputs.value(1)
    } else {
        Value::Unit
    });
    let results = child!(
        t,
        MultiheadAttention "self_attn",
        [
            "num_heads": b.value(row!(TransformerEncoderLayer.nhead)),
            "dropout": b.value(row!(TransformerEncoderLayer.dropout)),
            "bias": b.value(row!(TransformerEncoderLayer.bias)),
            "batch_first": b.value(row!(TransformerEncoderLayer.batch_first)),
        ],
        &call
    );
    let y = t.element(results, 0);
    dropped(t, b, "dropout1", y)
}

const fn dropped(t: &mut Tracer<'_>, b: &Bound, name: &'static str, x: Value) -> Value {
    let p = b.value(row!(TransformerEncoderLayer.dropout));
    child!(t, Dropout name, ["p": p], &Args::forward(x))
}

const fn feed_forward(t: &mut Tracer<'_>, b: &Bound, size: Dim, x: Value) -> Value {
    let bias = b.value(row!(TransformerEncoderLayer.bias));
    let inner = b.value(row!(TransformerEncoderLayer.dim_feedforward));
    let x = child!(
        t,
        Linear "linear1",
        ["out_features": inner, "bias": bias],
        &Args::forward(x)
    );
    let mut operand = Args::new();
    operand.positional(x);
    let x = match b.value(row!(TransformerEncoderLayer.activation)) {
        Value::Str(word) => t.op(hash(word), &operand),
        _ => x,
    };
    let x = dropped(t, b, "dropout", x);
    let size = Value::Dim(size);
    let x = child!(
        t,
        Linear "linear2",
        ["out_features": size, "bias": bias],
        &Args::forward(x)
    );
    dropped(t, b, "dropout2", x)
}

const fn normalised(
    t: &mut Tracer<'_>,
    b: &Bound,
    name: &'static str,
    size: Dim,
    x: Value,
) -> Value {
    let (eps, bias) = (
        b.value(row!(TransformerEncoderLayer.layer_norm_eps)),
        b.value(row!(TransformerEncoderLayer.bias)),
    );
    let shape = t.list(&[Value::Dim(size)]);
    child!(
        t,
        LayerNorm name,
        ["normalized_shape": shape, "eps": eps, "bias": bias],
        &Args::forward(x)
    )
}

const fn add(t: &mut Tracer<'_>, a: Value, b: Value) -> Value {
    let mut args = Args::new();
    args.positional(a);
    args.positional(b);
    t.op(hash("add"), &args)
}

impl TransformerEncoderLayer {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        let activation = at.word(row!(TransformerEncoderLayer.activation));
        Ok(TransformerEncoderLayer {
            self_attn: at.one(hash("self_attn"), "self_attn")?,
            linear1: at.one(hash("linear1"), "linear1")?,
            dropout: at.one(hash("dropout"), "dropout")?,
            linear2: at.one(hash("linear2"), "linear2")?,
            norm1: at.one(hash("norm1"), "norm1")?,
            norm2: at.one(hash("norm2"), "norm2")?,
            dropout1: at.one(hash("dropout1"), "dropout1")?,
            dropout2: at.one(hash("dropout2"), "dropout2")?,
            activation: activation.unwrap_or("relu").into(),
            norm_first: at.flag(row!(TransformerEncoderLayer.norm_first))?,
            state: State::new(),
        })
    }

    fn encode(&self, x: &Tensor, options: TransformerEncoderOptions) -> Result<Tensor> {
        if self.norm_first {
            let x = x.add(self.attend(self.norm1.call((x,))?, options)?)?;
            return x.add(self.feed_forward(self.norm2.call((&x,))?)?);
        }
        let x = self
            .norm1
            .call((x.add(self.attend(x.clone(), options)?)?,))?;
        self.norm2.call((x.add(self.feed_forward(x.clone())?)?,))
    }

    fn attend(&self, x: Tensor, options: TransformerEncoderOptions) -> Result<Tensor> {
        let options = MultiheadAttentionOptions::default()
            .need_weights(false)
            .attn_mask(options.mask)
            .key_padding_mask(options.src_key_padding_mask)
            .is_causal(options.is_causal);
        let (y, _) = self.self_attn.forward_with(&x, &x, &x, options)?;
        self.dropout1.call((y,))
    }

    fn feed_forward(&self, x: Tensor) -> Result<Tensor> {
        let x = self.linear1.call((x,))?;
        let x = match self.activation {
            EncoderActivation::Gelu => x.gelu()?,
            _ => x.relu()?,
        };
        let x = self.linear2.call((self.dropout.call((x,))?,))?;
        self.dropout2.call((x,))
    }
}

impl Module for TransformerEncoderLayer {
    fn type_name(&self) -> &'static str {
        NAME
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        visitor.module("self_attn", &self.self_attn);
        visitor.module("linear1", &self.linear1);
        visitor.module("dropout", &self.dropout);
        visitor.module("linear2", &self.linear2);
        visitor.module("norm1", &self.norm1);
        visitor.module("norm2", &self.norm2);
        visitor.module("dropout1", &self.dropout1);
        visitor.module("dropout2", &self.dropout2);
    }

    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) -> Result<()> {
        visitor.module("self_attn", &mut self.self_attn)?;
        visitor.module("linear1", &mut self.linear1)?;
        visitor.module("dropout", &mut self.dropout)?;
        visitor.module("linear2", &mut self.linear2)?;
        visitor.module("norm1", &mut self.norm1)?;
        visitor.module("norm2", &mut self.norm2)?;
        visitor.module("dropout1", &mut self.dropout1)?;
        visitor.module("dropout2", &mut self.dropout2)
    }

    fn state(&self) -> Option<&State> {
        Some(&self.state)
    }
}

encodes! {
    /// [`forward`](crate::module::Forward::forward) with masks.
    ///
    /// # Errors
    /// If the input or a mask doesn't fit, or `is_causal` is set without a mask.
    ///
    /// ```
    /// use taper::nn::TransformerEncoderOptions;
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let layer = TransformerEncoderLayer::config(2).input([2, 8]).init(&Device::Cpu)?;
    /// layer.eval();
    /// let x = Tensor::randn((2, 8), DType::F32, &Device::Cpu)?;
    /// // The first position doesn't see the second.
    /// let causal = Tensor::new(&[[0u8, 1], [0, 0]], &Device::Cpu)?;
    /// let y = layer.forward_with(&x, TransformerEncoderOptions::default().mask(causal))?;
    /// let alone = layer.forward(&x.narrow(0, 0, 1)?)?;
    /// assert!(y.narrow(0, 0, 1)?.sub(alone)?.abs()?.max(())?.item()? < 1e-5);
    /// # Ok(()) }
    /// ```
    TransformerEncoderLayer
}
