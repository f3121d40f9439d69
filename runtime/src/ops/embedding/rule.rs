//! The shape rule of `embedding`.

use crate::ops::rule::{bound, checked, receiver};
use crate::trace::{Args, Dim, Kind, Param, Takes, TensorValue, Text, Tracer, Value};

const EMBEDDING: &[Param] = &[
    Param::required("weight", Takes::Any),
    Param::optional("padding_idx", Takes::Any, Value::Unit),
    Param::optional("max_norm", Takes::Any, Value::Unit),
    Param::optional("norm_type", Takes::Float, Value::Num(2.)),
    Param::optional("scale_grad_by_freq", Takes::Bool, Value::flag(false)),
    Param::optional("sparse", Takes::Bool, Value::flag(false)),
];

/// `tokens.embedding(&weight)`: integers `[…]` and a weight `[num_embeddings, embedding_dim]`.
pub(crate) const fn trace_embedding(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "embedding", EMBEDDING, args);
    let weight = checked!(t.operand(b.value(0)));
    let mut size = Dim::Unknown;
    if weight.ranked {
        if weight.rank != 2 {
            let mut m = Text::new();
            m.push("embedding: expected a weight [num_embeddings, embedding_dim], but got ");
            t.write_shape(&weight, &mut m);
            return t.fail(&m);
        }
        size = weight.dims[1];
    }
    let out = checked!(t.embedded("embedding", &x, size));
    t.called("embedding", args, Value::Tensor(out))
}

impl Tracer<'_> {
    /// The shape of integers, each replaced by a vector of that size. `what` is the operation or layer that an error
    /// names.
    pub(crate) const fn embedded(
        &mut self,
        what: &'static str,
        x: &TensorValue,
        size: Dim,
    ) -> Option<TensorValue> {
        if let Kind::Float = x.kind {
            let mut m = Text::new();
            m.push(what);
            m.push(" takes integers, but its input ");
            self.write_shape(x, &mut m);
            m.push(" holds floats\nhelp: in a signature, integers are written `[B, T; int]`");
            self.error(&m);
            return None;
        }
        if !x.ranked {
            return Some(TensorValue::unranked(Kind::Float));
        }
        Some(match x.inserted(x.rank, size) {
            Some(out) => out.of_kind(Kind::Float),
            None => TensorValue::unranked(Kind::Float),
        })
    }
}
