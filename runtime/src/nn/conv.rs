//! `Conv2d`: two-dimensional convolution.

use super::python;
use super::setting::{Padding, PaddingMode};
use crate::init::Init;
use crate::module::{Build, Forward, Module, Rule, State};
use crate::ops::rule::{pair, Window};
use crate::ops::{Conv2dOptions, ConvPadding, Following, PadMode, PadOptions, Pair};
use crate::trace::{Args, Bound, Kind, Tracer, Value};
use crate::{Error, Param, Result, Tensor};

super::layer! {
    /// Convolution over images (PyTorch: `torch.nn.Conv2d`).
    ///
    /// `out[n, o, y, x] = bias[o] + Σ weight[o, c, i, j] · in[n, c, s·y + d·i − p, s·x + d·j − p]` with stride `s`, dilation `d`
    /// and padding `p`, over the channels `c` of `o`'s group.
    ///
    /// - Input `[N, in_channels, H, W]` or `[in_channels, H, W]`, output `[N, out_channels, H', W']` with
    ///   `H' = ⌊(H + 2p − d·(k − 1) − 1) / s⌋ + 1`; with `padding = "same"` (stride 1 only) it is `H`.
    /// - `weight`: `[out_channels, in_channels / groups, kh, kw]`, `bias`: `[out_channels]`, both drawn from
    ///   U(−1/√k, 1/√k) with `k = in_channels / groups · kh · kw`.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let conv = Conv2d::config(6, 3).padding(2).input([1, 1, 28, 28]).init(&Device::Cpu)?;
    /// let x = Tensor::ones((4, 1, 28, 28), DType::F32, &Device::Cpu)?;
    /// assert_eq!(conv.forward(&x)?.dims(), [4, 6, 30, 30]);
    /// # Ok(()) }
    /// ```
    pub struct Conv2d {
        /// `[out_channels, in_channels / groups, kh, kw]`.
        pub weight: Param,
        /// `[out_channels]`, unless it was left out.
        pub bias: Option<Param>,
        stride: Pair,
        padding: Padding,
        dilation: Pair,
        groups: usize,
        padding_mode: PaddingMode,
    }

    /// Settings of [`Conv2d`].
    pub config Conv2dConfig {
        required {
            /// Number of channels of the output.
            out_channels: usize,
            /// Size of the kernel.
            kernel_size: Pair,
        }
        optional {
            /// How far apart neighbouring windows are.
            stride: Pair = 1,
            /// What is added on every side of the input: sizes, `"same"` or `"valid"`.
            padding: Padding = 0,
            /// How far apart the elements of the kernel are.
            dilation: Pair = 1,
            /// Into how many parts the channels are divided, each convolved on its own.
            groups: usize = 1,
            /// Whether to add a bias.
            bias: bool = true,
            /// What is added: `"zeros"`, `"reflect"`, `"replicate"` or `"circular"`.
            padding_mode: PaddingMode = "zeros",
        }
        inferred { in_channels }
    }
}

const NAME: &str = "Conv2d";

impl Rule<Conv2d> {
    /// The shape rule.
    pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        let Some((b, x)) = t.layer(NAME, Conv2d::TABLE, args, inputs, Kind::Float) else {
            return Value::Any;
        };
        let Some(window) = window(t, &b) else {
            return Value::Any;
        };
        if !t.check_planes(NAME, &x, 2) {
            return Value::Any;
        }
        let out = b.int(row!(Conv2d.out_channels));
        let groups = b.int(row!(Conv2d.groups));
        if x.ranked {
            let (channels, given) = (x.dims[x.rank - 3], b.value(row!(Conv2d.in_channels)));
            if !t.check_inferred(NAME, "input channels", &x, channels, given) {
                return Value::Any;
            }
        }
        let Some(y) = t.convolved(NAME, &x, out, groups, &window) else {
            return Value::Any;
        };
        if x.ranked {
            let inputs = t.algebra.div(x.dims[x.rank - 3], groups);
            let [height, width, _] = window.kernel;
            t.param("weight", &[out, inputs, height, width]);
            if t.decided(b.flag(row!(Conv2d.bias))) {
                t.param("bias", &[out]);
            }
        }
        t.called(NAME, inputs, Value::Tensor(y))
    }
}

/// How the kernel slides, with the words checked.
const fn window(t: &mut Tracer<'_>, b: &Bound) -> Option<Window> {
    let padding = b.value(row!(Conv2d.padding));
    let mode = b.value(row!(Conv2d.padding_mode));
    if !t.check_word(NAME, "padding_mode", mode, PaddingMode::WORDS) {
        return None;
    }
    let mut window = Window::of_pair(b.pair(t, row!(Conv2d.kernel_size)));
    window.stride = pair(b.pair(t, row!(Conv2d.stride)));
    window.dilation = pair(b.pair(t, row!(Conv2d.dilation)));
    let sizes = pair(b.pair(t, row!(Conv2d.padding)));
    if t.pad_window(NAME, &mut window, padding, sizes) {
        Some(window)
    } else {
        None
    }
}

impl Conv2d {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        let (channels, out) = (at.input_size(-3)?, at.int(row!(Conv2d.out_channels))?);
        let (height, width) = at.pair(row!(Conv2d.kernel_size))?;
        let groups = at.int(row!(Conv2d.groups))?;
        let inputs = channels / groups.max(1);
        let init = Init::fan_in_uniform(inputs * height * width);
        let weight = at.param("weight", &[out, inputs, height, width], &init)?;
        let bias = at.flag(row!(Conv2d.bias))?;
        let bias = bias.then(|| at.param("bias", &[out], &init)).transpose()?;
        Ok(Conv2d {
            weight,
            bias,
            stride: at.pair(row!(Conv2d.stride))?.into(),
            padding: match at.word(row!(Conv2d.padding)) {
                Some(word) => word.into(),
                None => at.pair(row!(Conv2d.padding))?.into(),
            },
            dilation: at.pair(row!(Conv2d.dilation))?.into(),
            groups,
            padding_mode: at.word(row!(Conv2d.padding_mode)).unwrap_or("zeros").into(),
            state: State::new(),
        })
    }

    /// What the operation is called with, but for the padding.
    fn options(&self) -> Conv2dOptions {
        Conv2dOptions {
            stride: self.stride,
            padding: ConvPadding::Zeros(Pair(0, 0)),
            dilation: self.dilation,
            groups: self.groups,
        }
    }

    /// Borders as `pad` takes them: `[left, right, top, bottom]`.
    fn borders(&self) -> Result<[usize; 4]> {
        let total = |at: usize, dilation: usize| dilation * (self.weight.dims()[2 + at] - 1);
        Ok(match self.padding {
            Padding::Sizes(Pair(height, width)) => [width, width, height, height],
            Padding::Valid => [0; 4],
            Padding::Same => {
                // An odd border is larger at the end, as in PyTorch.
                let (y, x) = (total(0, self.dilation.0), total(1, self.dilation.1));
                [x / 2, x - x / 2, y / 2, y - y / 2]
            }
            Padding::Unknown(word) => {
                let expected = "sizes, \"same\" or \"valid\"";
                return Err(Error::argument(NAME, "padding", word, expected));
            }
        })
    }

    fn mode(&self) -> Result<PadMode> {
        Ok(match self.padding_mode {
            PaddingMode::Zeros => PadMode::Constant,
            PaddingMode::Reflect => PadMode::Reflect,
            PaddingMode::Replicate => PadMode::Replicate,
            PaddingMode::Circular => PadMode::Circular,
            PaddingMode::Unknown(word) => {
                let expected = PaddingMode::WORDS.join(", ");
                return Err(Error::argument(NAME, "padding_mode", word, expected));
            }
        })
    }
}

impl Module for Conv2d {
    fn type_name(&self) -> &'static str {
        NAME
    }

    fn extra_repr(&self) -> String {
        let d = self.weight.dims();
        let mut text = format!(
            "{}, {}, kernel_size={}, stride={}",
            d[1] * self.groups,
            d[0],
            Pair(d[2], d[3]),
            self.stride
        );
        let mut add = |unusual: bool, name: &str, value: &dyn std::fmt::Display| {
            if unusual {
                text.push_str(&format!(", {name}={value}"));
            }
        };
        let none = Padding::from(0);
        add(self.padding != none, "padding", &self.padding);
        add(self.dilation != Pair(1, 1), "dilation", &self.dilation);
        add(self.groups != 1, "groups", &self.groups);
        add(self.bias.is_none(), "bias", &python::bool(false));
        let zeros = self.padding_mode == PaddingMode::Zeros;
        add(!zeros, "padding_mode", &self.padding_mode);
        text
    }

    super::members!(params: weight; optional: bias;);
}

impl Forward for Conv2d {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (options, bias) = (self.options(), self.bias.as_deref());
        if self.padding_mode == PaddingMode::Zeros {
            return x.conv2d_with(&self.weight, bias, options.padding(self.padding));
        }
        let borders = PadOptions::default().mode(self.mode()?);
        let x = x.pad_with(self.borders()?, borders)?;
        x.conv2d_with(&self.weight, bias, options)
    }

    fn forward_fused(&self, x: &Tensor, following: Following<'_>) -> Result<Option<Tensor>> {
        if self.padding_mode != PaddingMode::Zeros || self.state.has_hooks() {
            return Ok(None);
        }
        // What follows a checkpoint isn't run again with it.
        if following.pool.is_some() && self.state.runs_again() {
            return Ok(None);
        }
        let parameters = (&*self.weight, self.bias.as_deref());
        let options = self.options().padding(self.padding);
        x.conv2d_fused(parameters, options, following)
    }
}
