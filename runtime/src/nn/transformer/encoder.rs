//! `TransformerEncoder`: encoder layers one after the other.

use super::{
    child, encodes, EncoderActivation, TransformerEncoderLayer, TransformerEncoderOptions,
};
use crate::module::{Build, Call, Module, Rule, State, Visitor, VisitorMut};
use crate::nn::LayerNorm;
use crate::trace::{hash, Args, Bound, Dim, Kind, Text, Tracer, Value};
use crate::{Result, Tensor};

crate::nn::layer! {
    /// Encoder layers one after the other (PyTorch: `torch.nn.TransformerEncoder`).
    ///
    /// - Input and output as of [`TransformerEncoderLayer`].
    /// - Parameters: those of `layers.0`, `layers.1`, … and, with `norm`, of `norm`.
    ///
    /// PyTorch takes a layer and copies it `num_layers` times, so that all begin with the same weights, and takes a norm; here the
    /// layer's settings are the stack's, each layer draws its own weights, and `norm` is a [`LayerNorm`] with `layer_norm_eps`
    /// and `bias`. `enable_nested_tensor` and `mask_check` are about a shortcut that there isn't here.
    ///
    /// # Errors
    /// As the layers'.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let encoder = TransformerEncoder::config(2, 3).dim_feedforward(16).norm(true).input([5, 3, 8]).init(&Device::Cpu)?;
    /// let x = Tensor::ones((5, 3, 8), DType::F32, &Device::Cpu)?;
    /// assert_eq!(encoder.forward(&x)?.dims(), [5, 3, 8]);
    /// assert_eq!(encoder.layers.len(), 3);
    /// # Ok(()) }
    /// ```
    pub struct TransformerEncoder {
        /// The layers.
        pub layers: Vec<TransformerEncoderLayer>,
        /// The normalisation at the end, if there is one.
        pub norm: Option<LayerNorm>,
    }

    /// Settings of [`TransformerEncoder`].
    pub config TransformerEncoderConfig {
        required {
            /// Number of heads, which divides `d_model`.
            nhead: usize,
            /// Number of layers.
            num_layers: usize,
        }
        optional {
            /// Features between the linear layers.
            dim_feedforward: usize = 2048,
            /// The probability of all dropouts.
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
            /// Whether there is a normalisation at the end.
            norm: bool = false,
        }
        inferred { d_model }
    }
}

const NAME: &str = "TransformerEncoder";

/// The settings that are the layers' too.
const OF_LAYERS: [&str; 9] = [
    "nhead",
    "dim_feedforward",
    "dropout",
    "activation",
    "layer_norm_eps",
    "batch_first",
    "norm_first",
    "bias",
    "d_model",
];

impl Rule<TransformerEncoder> {
    /// The shape rule. Masks may follow the input.
    pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        let table = TransformerEncoder::TABLE;
        let Some((b, x)) = t.layer(NAME, table, args, inputs, Kind::Float) else {
            return Value::Any;
        };
        let count = b.int(row!(TransformerEncoder.num_layers));
        if t.algebra.less(count, Dim::Known(1)).is_yes() {
            let mut m = Text::new();
            m.push("TransformerEncoder: `num_layers` must be at least 1, but is ");
            t.write_dim(count, &mut m);
            return t.fail(&m);
        }
        let count = match t.algebra.known(count) {
            Some(count) => count,
            None => {
                t.unknown_params();
                1
            }
        };
        let settings = of_layers(&b);
        let mut call = *inputs;
        let mut i = 0;
        while i < count {
            t.enter(hash("layers"), "layers", Some(i), false);
            let y = Rule::<TransformerEncoderLayer>::RULE.trace(t, &settings, &call);
            call.set(0, t.leave_with(y));
            i += 1;
        }
        let y = call.value(0);
        if !t.decided(b.flag(row!(TransformerEncoder.norm))) || !x.ranked {
            return y;
        }
        let size = t.list(&[Value::Dim(x.last())]);
        child!(
            t,
            LayerNorm "norm",
            [
                "normalized_shape": size,
                "eps": b.value(row!(TransformerEncoder.layer_norm_eps)),
                "bias": b.value(row!(TransformerEncoder.bias)),
            ],
            &Args::forward(y)
        )
    }
}

const fn of_layers(b: &Bound) -> Args {
    let mut settings = Args::new();
    let mut i = 0;
    while i < OF_LAYERS.len() {
        let value = b.value(crate::trace::row(TransformerEncoder::TABLE, OF_LAYERS[i]));
        if !matches!(value, Value::Unit) {
            settings.named(OF_LAYERS[i], value);
        }
        i += 1;
    }
    settings
}

impl TransformerEncoder {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        Ok(TransformerEncoder {
            layers: at.list(hash("layers"))?,
            norm: at.optional(hash("norm"))?,
            state: State::new(),
        })
    }

    fn encode(&self, x: &Tensor, options: TransformerEncoderOptions) -> Result<Tensor> {
        let mut x = x.clone();
        let TransformerEncoderOptions {
            mask,
            src_key_padding_mask: padding,
            is_causal,
        } = options;
        for layer in &self.layers {
            x = layer.call((x, mask.clone(), padding.clone(), is_causal))?;
        }
        match &self.norm {
            Some(norm) => norm.call((x,)),
            None => Ok(x),
        }
    }
}

impl Module for TransformerEncoder {
    fn type_name(&self) -> &'static str {
        NAME
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        visitor.module("layers", &self.layers);
        if let Some(norm) = &self.norm {
            visitor.module("norm", norm);
        }
    }

    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) -> Result<()> {
        visitor.module("layers", &mut self.layers)?;
        match &mut self.norm {
            Some(norm) => visitor.module("norm", norm),
            None => Ok(()),
        }
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
    TransformerEncoder
}
