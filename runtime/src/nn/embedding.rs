//! `Embedding`: a learned vector for every token.

use crate::init::Init;
use crate::module::{Build, Forward, Module, Rule, State};
use crate::ops::EmbeddingOptions;
use crate::trace::{Args, Dim, Kind, Text, Tracer, Value};
use crate::{Param, Result, Tensor};

super::layer! {
    /// A table of vectors, read by number (PyTorch: `torch.nn.Embedding`).
    ///
    /// - Input: integers `[*]`, output `[*, embedding_dim]`.
    /// - `weight`: `[num_embeddings, embedding_dim]` from N(0, 1); the row `padding_idx` is 0 and gets no gradient.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let embedding = Embedding::config(10, 4).padding_idx(0).input([1, 3]).init(&Device::Cpu)?;
    /// let tokens = Tensor::new(&[[0u32, 7, 7]], &Device::Cpu)?;
    /// let y = embedding.forward(&tokens)?;
    /// assert_eq!(y.dims(), [1, 3, 4]);
    /// assert_eq!(y.to_vec::<f32>()?[..4], [0.; 4]);
    /// # Ok(()) }
    /// ```
    pub struct Embedding {
        /// `[num_embeddings, embedding_dim]`.
        pub weight: Param,
        padding_idx: Option<i64>,
    }

    /// Settings of [`Embedding`].
    pub config EmbeddingConfig {
        required {
            /// Number of tokens.
            num_embeddings: usize,
            /// Size of each vector.
            embedding_dim: usize,
        }
        optional {
            /// A token that stands for nothing; negative numbers count from the end.
            padding_idx: Option<i64> = none,
        }
    }
}

const NAME: &str = "Embedding";

impl Rule<Embedding> {
    /// The shape rule.
    pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        let Some((b, x)) = t.layer(NAME, Embedding::TABLE, args, inputs, Kind::Any) else {
            return Value::Any;
        };
        let (rows, size) = (
            b.int(row!(Embedding.num_embeddings)),
            b.int(row!(Embedding.embedding_dim)),
        );
        let Some(y) = t.embedded(NAME, &x, size) else {
            return Value::Any;
        };
        if !t.check_padding(rows, b.value(row!(Embedding.padding_idx))) {
            return Value::Any;
        }
        t.param("weight", &[rows, size]);
        t.called(NAME, inputs, Value::Tensor(y))
    }
}

impl Tracer<'_> {
    const fn check_padding(&mut self, rows: Dim, padding: Value) -> bool {
        let Value::Dim(at) = padding else {
            return true;
        };
        let least = self.algebra.sub(Dim::Known(0), rows);
        if !self.below(at, least) && !self.algebra.less(at, rows).is_no() {
            return true;
        }
        let mut m = Text::new();
        m.push("Embedding: `padding_idx` is ");
        self.write_dim(at, &mut m);
        m.push(", but there are ");
        self.write_dim(rows, &mut m);
        m.push(" embeddings");
        self.error(&m);
        false
    }
}

impl Embedding {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        let rows = at.int(row!(Embedding.num_embeddings))?;
        let size = at.int(row!(Embedding.embedding_dim))?;
        let padding = row!(Embedding.padding_idx);
        let padding = (!at.is_none(padding)).then(|| at.signed(padding));
        // PyTorch prints the row that a negative number means.
        let padding = padding
            .transpose()?
            .map(|p| if p < 0 { p + rows as i64 } else { p });
        let stored = at.is_stored("weight");
        let weight = at.param("weight", &[rows, size], &Init::STANDARD_NORMAL)?;
        if let (Some(padding), false) = (padding, stored) {
            let row = padding as usize;
            weight.update(|w| {
                let zeros = w.narrow(0, row, 1)?.zeros_like()?;
                Ok(w.slice_set(&zeros, 0, row)?)
            })?;
        }
        Ok(Embedding {
            weight,
            padding_idx: padding,
            state: State::new(),
        })
    }
}

impl Module for Embedding {
    fn type_name(&self) -> &'static str {
        NAME
    }

    fn extra_repr(&self) -> String {
        let d = self.weight.dims();
        let padding = self.padding_idx.map(|p| format!(", padding_idx={p}"));
        format!("{}, {}{}", d[0], d[1], padding.unwrap_or_default())
    }

    super::members!(params: weight;);
}

impl Forward for Embedding {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let options = EmbeddingOptions::default().padding_idx(self.padding_idx);
        x.embedding_with(&self.weight, options)
    }
}
