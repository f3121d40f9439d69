//! `Embedding`: a learned vector for every token.

use super::python;
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
    /// - `max_norm` changes the rows that are read, in place, in evaluation mode too, as PyTorch does.
    /// - With `sparse`, the weight's gradient holds the rows that were read alone ([`SparseGrad`](crate::tensor::SparseGrad)), for
    ///   large tables and [`SparseAdam`](crate::optim::SparseAdam).
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
        options: EmbeddingOptions,
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
            /// The largest norm: rows that are read and have a greater one are scaled to it, in place.
            max_norm: Option<f64> = none,
            /// The p of the p-norm that `max_norm` is about.
            norm_type: f64 = 2.0,
            /// Whether a row's gradient is divided by how often it was read in the batch.
            scale_grad_by_freq: bool = false,
            /// Whether the gradient holds the rows that were read alone.
            sparse: bool = false,
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
        let max_norm = row!(Embedding.max_norm);
        let max_norm = (!at.is_none(max_norm)).then(|| at.float(max_norm));
        Ok(Embedding {
            weight,
            options: EmbeddingOptions {
                padding_idx: padding,
                max_norm: max_norm.transpose()?,
                norm_type: at.float(row!(Embedding.norm_type))?,
                scale_grad_by_freq: at.flag(row!(Embedding.scale_grad_by_freq))?,
                sparse: at.flag(row!(Embedding.sparse))?,
            },
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
        let mut text = format!("{}, {}", d[0], d[1]);
        let options = &self.options;
        if let Some(padding) = options.padding_idx {
            text += &format!(", padding_idx={padding}");
        }
        if let Some(max_norm) = options.max_norm {
            text += &format!(", max_norm={}", python::float(max_norm));
        }
        if options.norm_type != 2. {
            text += &format!(", norm_type={}", python::float(options.norm_type));
        }
        if options.scale_grad_by_freq {
            text += ", scale_grad_by_freq=True";
        }
        if options.sparse {
            text += ", sparse=True";
        }
        text
    }

    super::members!(params: weight;);
}

impl Forward for Embedding {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.embedding_with(&self.weight, self.options)
    }
}
