//! `Flatten` and `Unflatten`: several dimensions as one, and one as several.

use super::python;
use crate::module::{Build, Forward, Module, Rule, State};
use crate::ops::FlattenOptions;
use crate::trace::{Args, Kind, Tracer, Value};
use crate::{Result, Tensor};

super::layer! {
    /// The dimensions from `start_dim` to `end_dim` as one (PyTorch: `torch.nn.Flatten`).
    ///
    /// Input `[N, *]`, output `[N, ∏*]` with the defaults.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let flatten = Flatten::config().input([1, 16, 5, 5]).init(&Device::Cpu)?;
    /// let x = Tensor::zeros((4, 16, 5, 5), DType::F32, &Device::Cpu)?;
    /// assert_eq!(flatten.forward(&x)?.dims(), [4, 400]);
    /// # Ok(()) }
    /// ```
    pub struct Flatten { start_dim: i64, end_dim: i64 }

    /// Settings of [`Flatten`].
    pub config FlattenConfig {
        leading {
            /// The first of the dimensions; negative numbers count from the end.
            start_dim: i64 = 1,
            /// The last of them.
            end_dim: i64 = (-1),
        }
    }
}

impl Rule<Flatten> {
    /// The shape rule.
    pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        let Some((b, x)) = t.layer("Flatten", Flatten::TABLE, args, inputs, Kind::Any) else {
            return Value::Any;
        };
        let (start, end) = (
            b.value(row!(Flatten.start_dim)),
            b.value(row!(Flatten.end_dim)),
        );
        match t.flattened("Flatten", &x, start, end) {
            Some(y) => t.called("Flatten", inputs, Value::Tensor(y)),
            None => Value::Any,
        }
    }
}

impl Flatten {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        Ok(Flatten {
            start_dim: at.signed(row!(Flatten.start_dim))?,
            end_dim: at.signed(row!(Flatten.end_dim))?,
            state: State::new(),
        })
    }
}

impl Module for Flatten {
    fn type_name(&self) -> &'static str {
        "Flatten"
    }

    fn extra_repr(&self) -> String {
        format!("start_dim={}, end_dim={}", self.start_dim, self.end_dim)
    }

    super::members!();
}

impl Forward for Flatten {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.flatten_with(
            self.start_dim,
            FlattenOptions::default().end_dim(self.end_dim),
        )
    }
}

super::layer! {
    /// Dimension `dim` as several (PyTorch: `torch.nn.Unflatten`).
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let unflatten = Unflatten::config(1, [3, 4]).input([1, 12]).init(&Device::Cpu)?;
    /// let x = Tensor::zeros((2, 12), DType::F32, &Device::Cpu)?;
    /// assert_eq!(unflatten.forward(&x)?.dims(), [2, 3, 4]);
    /// # Ok(()) }
    /// ```
    pub struct Unflatten { dim: i64, unflattened_size: Vec<i64> }

    /// Settings of [`Unflatten`].
    pub config UnflattenConfig {
        required {
            /// The dimension; negative numbers count from the end.
            dim: i64,
            /// Its sizes; one may be -1, to be inferred.
            unflattened_size: Vec<i64>,
        }
    }
}

impl Rule<Unflatten> {
    /// The shape rule.
    pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        let Some((b, x)) = t.layer("Unflatten", Unflatten::TABLE, args, inputs, Kind::Any) else {
            return Value::Any;
        };
        let dim = b.value(row!(Unflatten.dim));
        let sizes = b.value(row!(Unflatten.unflattened_size));
        match t.unflattened("Unflatten", &x, dim, sizes) {
            Some(y) => t.called("Unflatten", inputs, Value::Tensor(y)),
            None => Value::Any,
        }
    }
}

impl Unflatten {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        Ok(Unflatten {
            dim: at.signed(row!(Unflatten.dim))?,
            unflattened_size: at.signed_list(row!(Unflatten.unflattened_size))?,
            state: State::new(),
        })
    }
}

impl Module for Unflatten {
    fn type_name(&self) -> &'static str {
        "Unflatten"
    }

    fn extra_repr(&self) -> String {
        let sizes = python::tuple(&self.unflattened_size);
        format!("dim={}, unflattened_size={sizes}", self.dim)
    }

    super::members!();
}

impl Forward for Unflatten {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.unflatten(self.dim, self.unflattened_size.as_slice())
    }
}
