//! `BatchNorm1d`, `BatchNorm2d`: every channel to mean 0 and variance 1.

use super::python;
use crate::init::Init;
use crate::module::state::cumulative_statistics;
use crate::module::{Build, Forward, Module, Rule, State};
use crate::ops::{BatchNormOptions, Following, Norm};
use crate::tensor::is_recomputing;
use crate::trace::{Args, Kind, Tracer, Value};
use crate::{Buffer, Param, Result, Tensor};

macro_rules! batch_norm {
    (
        $(#[$meta:meta])*
        $name:ident, $config:ident, $least:literal to $most:literal dimensions: $shapes:literal $(, $follows:item)?
    ) => {
        super::layer! {
            $(#[$meta])*
            pub struct $name {
                /// γ, `[num_features]`, unless `affine` is off.
                pub weight: Option<Param>,
                /// β, `[num_features]`, unless `affine` or `bias` is off.
                pub bias: Option<Param>,
                /// `[num_features]`, if statistics are tracked.
                pub running_mean: Option<Buffer>,
                /// `[num_features]`, if statistics are tracked.
                pub running_var: Option<Buffer>,
                /// How many batches the statistics were updated with.
                pub num_batches_tracked: Option<Buffer>,
                num_features: usize,
                eps: f64,
                momentum: Option<f64>,
                affine: bool,
            }

            #[doc = concat!("Settings of [`", stringify!($name), "`].")]
            pub config $config {
                optional {
                    /// What is added to the variance.
                    eps: f64 = 1e-5,
                    /// The weight of a batch in the running statistics; `None` makes them the mean of all batches.
                    momentum: Option<f64> = 0.1,
                    /// Whether there are γ and β.
                    affine: bool = true,
                    /// Whether to keep running statistics; without them the batch's own are used in evaluation too.
                    track_running_stats: bool = true,
                    /// Whether there is β.
                    bias: bool = true,
                }
                inferred { num_features }
            }
        }

        impl Rule<$name> {
            /// The shape rule.
            pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
                const NAME: &str = stringify!($name);
                let Some((b, x)) = t.layer(NAME, $name::TABLE, args, inputs, Kind::Float) else {
                    return Value::Any;
                };
                if !t.check_batch_norm(NAME, &x, $least, $most, $shapes) {
                    return Value::Any;
                }
                if x.ranked {
                    let (size, given) = (x.dims[1], b.value(row!($name.num_features)));
                    if !t.check_inferred(NAME, "features", &x, size, given) {
                        return Value::Any;
                    }
                    if t.decided(b.flag(row!($name.affine))) {
                        t.param("weight", &[size]);
                        if t.decided(b.flag(row!($name.bias))) {
                            t.param("bias", &[size]);
                        }
                    }
                    if t.decided(b.flag(row!($name.track_running_stats))) {
                        t.buffer("running_mean", &[size]);
                        t.buffer("running_var", &[size]);
                        t.buffer("num_batches_tracked", &[]);
                    }
                }
                t.called(NAME, inputs, Value::Tensor(x.of_kind(x.kind)))
            }
        }

        impl $name {
            fn make(at: &mut Build<'_, '_>) -> Result<Self> {
                let size = at.input_size(1)?;
                let affine = at.flag(row!($name.affine))?;
                let bias = affine && at.flag(row!($name.bias))?;
                let tracks = at.flag(row!($name.track_running_stats))?;
                let momentum = row!($name.momentum);
                Ok($name {
                    weight: affine.then(|| at.param("weight", &[size], &Init::ONES)).transpose()?,
                    bias: bias.then(|| at.param("bias", &[size], &Init::ZEROS)).transpose()?,
                    running_mean: tracks
                        .then(|| at.buffer("running_mean", &[size], &Init::ZEROS))
                        .transpose()?,
                    running_var: tracks
                        .then(|| at.buffer("running_var", &[size], &Init::ONES))
                        .transpose()?,
                    num_batches_tracked: tracks
                        .then(|| at.counter("num_batches_tracked"))
                        .transpose()?,
                    num_features: size,
                    eps: at.float(row!($name.eps))?,
                    momentum: (!at.is_none(momentum)).then(|| at.float(momentum)).transpose()?,
                    affine,
                    state: State::new(),
                })
            }
        }

        impl Module for $name {
            fn type_name(&self) -> &'static str {
                stringify!($name)
            }

            fn extra_repr(&self) -> String {
                format!(
                    "{}, eps={}, momentum={}, affine={}, bias={}, track_running_stats={}",
                    self.num_features,
                    python::float(self.eps),
                    self.momentum.map_or_else(|| "None".to_owned(), python::float),
                    python::bool(self.affine),
                    python::bool(self.bias.is_some()),
                    python::bool(self.running_mean.is_some()),
                )
            }

            super::members! {
                optional: weight, bias;
                buffers: running_mean, running_var, num_batches_tracked;
            }

            $($follows)?
        }

        impl $name {
            fn options(&self) -> Result<BatchNormOptions> {
                let (active, counter) = (self.state.active(), self.num_batches_tracked.as_ref());
                let momentum = self.momentum.filter(|_| !cumulative_statistics());
                Ok(BatchNormOptions {
                    training: active || self.running_mean.is_none(),
                    momentum: match (momentum, counter) {
                        (None, Some(counter)) if active => 1. / (counter.item()? + 1.),
                        (momentum, _) => momentum.unwrap_or(0.),
                    },
                    eps: self.eps,
                })
            }

            /// Counts a batch that the statistics were updated with.
            fn count(&self) -> Result<()> {
                let counts = self.state.active() && !is_recomputing();
                if let (true, Some(counter)) = (counts, &self.num_batches_tracked) {
                    counter.set(Tensor::from((counter.as_candle() + 1.)?))?;
                }
                Ok(())
            }
        }

        impl Forward for $name {
            fn forward(&self, x: &Tensor) -> Result<Tensor> {
                let y = x.batch_norm_with(
                    self.running_mean.as_ref(),
                    self.running_var.as_ref(),
                    self.weight.as_deref(),
                    self.bias.as_deref(),
                    self.options()?,
                )?;
                self.count()?;
                Ok(y)
            }

            fn ends_checkpoint(&self) -> bool {
                true
            }

            fn forward_fused(&self, x: &Tensor, following: Following<'_>) -> Result<Option<Tensor>> {
                let alone = self.state.has_hooks() || self.state.runs_again();
                if alone || !following.is_relu() {
                    return Ok(None);
                }
                let running = [self.running_mean.as_ref(), self.running_var.as_ref()];
                let weights = (self.weight.as_deref(), self.bias.as_deref());
                let y = x.batch_norm_relu(running, weights, self.options()?, following.unread)?;
                if y.is_some() {
                    self.count()?;
                }
                Ok(y)
            }
        }
    };
}

batch_norm! {
    /// Normalises every feature over the batch (PyTorch: `torch.nn.BatchNorm1d`).
    ///
    /// `(x − mean) / √(variance + eps) · γ + β`. In training mean and variance are the batch's, over all dimensions but the
    /// second, and the running ones become `(1 − momentum) · running + momentum · batch` (with the unbiased variance); in
    /// evaluation, and where the layer is frozen, the running ones are used and stay.
    ///
    /// - Input and output `[N, num_features]` or `[N, num_features, L]`.
    /// - `weight` (γ, ones) and `bias` (β, zeros): `[num_features]`. Buffers: `running_mean` (zeros), `running_var` (ones),
    ///   `num_batches_tracked`.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let norm = BatchNorm1d::config().eps(0.).input([1, 1]).init(&Device::Cpu)?;
    /// let x = Tensor::new(&[[1f32], [3.]], &Device::Cpu)?;
    /// assert_eq!(norm.forward(&x)?.to_vec::<f32>()?, [-1., 1.]);
    /// norm.eval();
    /// let running = norm.running_mean.as_ref().map(|mean| mean.item()).transpose()?;
    /// assert!(running.is_some_and(|mean| (mean - 0.2).abs() < 1e-6));
    /// # Ok(()) }
    /// ```
    BatchNorm1d, BatchNorm1dConfig, 2 to 3 dimensions: "[N, C] or [N, C, L]"
}

batch_norm! {
    /// Normalises every channel of images over the batch (PyTorch: `torch.nn.BatchNorm2d`).
    ///
    /// As [`BatchNorm1d`], for input and output `[N, num_features, H, W]`.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let norm = BatchNorm2d::config().input([1, 6, 8, 8]).init(&Device::Cpu)?;
    /// let repr = "BatchNorm2d(6, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)";
    /// assert_eq!(taper::module::format_module(&norm), repr);
    /// let names = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];
    /// assert_eq!(norm.state_dict().names().collect::<Vec<_>>(), names);
    /// # Ok(()) }
    /// ```
    BatchNorm2d, BatchNorm2dConfig, 4 to 4 dimensions: "[N, C, H, W]",
    fn follows(&self) -> Option<Following<'_>> {
        if self.state.active() || self.state.has_hooks() {
            return None;
        }
        let norm = Norm {
            mean: self.running_mean.as_ref()?,
            variance: self.running_var.as_ref()?,
            weight: self.weight.as_deref(),
            bias: self.bias.as_deref(),
            eps: self.eps,
        };
        Some(norm.into())
    }
}
