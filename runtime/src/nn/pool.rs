//! `MaxPool2d`, `AvgPool2d`, `AdaptiveAvgPool2d`: the maximum or mean of every window.

use super::{python, Size2d};
use crate::module::{Build, Forward, Module, Rule, State};
use crate::ops::rule::{pair, Window};
use crate::ops::{AvgPool2dOptions, Following, MaxPool2dOptions, Pair};
use crate::trace::{Args, Kind, Tracer, Value};
use crate::{Result, Tensor};

super::layer! {
    /// The largest element of every window (PyTorch: `torch.nn.MaxPool2d`).
    ///
    /// Input `[N, C, H, W]` or `[C, H, W]`, output `[N, C, H', W']` with `H' = ⌊(H + 2p − d·(k − 1) − 1) / s⌋ + 1` for kernel
    /// `k`, stride `s`, padding `p` and dilation `d`, rounded up with `ceil_mode`.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let pool = MaxPool2d::config(3).stride(2).padding(1).input([1, 64, 112, 112]).init(&Device::Cpu)?;
    /// let x = Tensor::zeros((2, 64, 112, 112), DType::F32, &Device::Cpu)?;
    /// assert_eq!(pool.forward(&x)?.dims(), [2, 64, 56, 56]);
    /// # Ok(()) }
    /// ```
    pub struct MaxPool2d {
        kernel_size: Size2d,
        stride: Size2d,
        padding: Size2d,
        dilation: Size2d,
        ceil_mode: bool,
    }

    /// Settings of [`MaxPool2d`].
    pub config MaxPool2dConfig {
        required {
            /// Size of the windows.
            kernel_size: Size2d,
        }
        optional {
            /// How far apart neighbouring windows are; without it, they don't overlap.
            stride: Option<Size2d> = none,
            /// −∞ on every side of the input: at most half of the kernel.
            padding: Size2d = 0,
            /// How far apart the elements of a window are.
            dilation: Size2d = 1,
            /// Whether a last window may hang over the end.
            ceil_mode: bool = false,
        }
    }
}

impl Rule<MaxPool2d> {
    /// The shape rule.
    pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        let Some((b, x)) = t.layer("MaxPool2d", MaxPool2d::TABLE, args, inputs, Kind::Float) else {
            return Value::Any;
        };
        let mut window = Window::of_pair(b.pair(t, row!(MaxPool2d.kernel_size)));
        window.stride = match b.value(row!(MaxPool2d.stride)) {
            Value::Unit => window.kernel,
            _ => pair(b.pair(t, row!(MaxPool2d.stride))),
        };
        window.padding = pair(b.pair(t, row!(MaxPool2d.padding)));
        window.dilation = pair(b.pair(t, row!(MaxPool2d.dilation)));
        window.ceil_mode = b.flag(row!(MaxPool2d.ceil_mode));
        window.half_padding = true;
        match t.slide("MaxPool2d", &x, &window) {
            Some(y) => t.called("MaxPool2d", inputs, Value::Tensor(y)),
            None => Value::Any,
        }
    }
}

impl MaxPool2d {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        let kernel_size = at.size2d(row!(MaxPool2d.kernel_size))?;
        Ok(MaxPool2d {
            kernel_size,
            stride: stride(at, row!(MaxPool2d.stride), kernel_size)?,
            padding: at.size2d(row!(MaxPool2d.padding))?,
            dilation: at.size2d(row!(MaxPool2d.dilation))?,
            ceil_mode: at.flag(row!(MaxPool2d.ceil_mode))?,
            state: State::new(),
        })
    }
}

/// The stride in `row`, or the kernel.
fn stride(at: &Build<'_, '_>, row: usize, kernel_size: Size2d) -> Result<Size2d> {
    if at.is_none(row) {
        Ok(kernel_size)
    } else {
        at.size2d(row)
    }
}

impl Module for MaxPool2d {
    fn type_name(&self) -> &'static str {
        "MaxPool2d"
    }

    fn extra_repr(&self) -> String {
        let (kernel, ceil) = (self.kernel_size, python::bool(self.ceil_mode));
        format!(
            "kernel_size={kernel}, stride={}, padding={}, dilation={}, ceil_mode={ceil}",
            self.stride, self.padding, self.dilation
        )
    }

    super::members!();

    fn follows(&self) -> Option<Following<'_>> {
        let [kernel, stride, padding, dilation]: [Pair; 4] = [
            self.kernel_size.into(),
            self.stride.into(),
            self.padding.into(),
            self.dilation.into(),
        ];
        let tiles = kernel == stride && padding == Pair(0, 0) && dilation == Pair(1, 1);
        let alone = self.ceil_mode || self.state.has_hooks();
        (tiles && !alone).then(|| Following::pool(kernel))
    }
}

impl Forward for MaxPool2d {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let options = MaxPool2dOptions::default()
            .stride(self.stride)
            .padding(self.padding)
            .dilation(self.dilation)
            .ceil_mode(self.ceil_mode);
        x.max_pool2d_with(self.kernel_size, options)
    }
}

super::layer! {
    /// The mean of every window (PyTorch: `torch.nn.AvgPool2d`).
    ///
    /// Input `[N, C, H, W]` or `[C, H, W]`, output `[N, C, H', W']` with `H' = ⌊(H + 2p − k) / s⌋ + 1` for kernel `k`, stride
    /// `s` and padding `p`, rounded up with `ceil_mode`.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let pool = AvgPool2d::config((1, 2)).input([1, 1, 4]).init(&Device::Cpu)?;
    /// let x = Tensor::new(&[[[1f32, 3., 5., 9.]]], &Device::Cpu)?;
    /// assert_eq!(pool.forward(&x)?.to_vec::<f32>()?, [2., 7.]);
    /// # Ok(()) }
    /// ```
    pub struct AvgPool2d {
        kernel_size: Size2d,
        stride: Size2d,
        padding: Size2d,
        ceil_mode: bool,
        count_include_pad: bool,
        divisor_override: Option<usize>,
    }

    /// Settings of [`AvgPool2d`].
    pub config AvgPool2dConfig {
        required {
            /// Size of the windows.
            kernel_size: Size2d,
        }
        optional {
            /// How far apart neighbouring windows are; without it, they don't overlap.
            stride: Option<Size2d> = none,
            /// Zeros on every side of the input: at most half of the kernel.
            padding: Size2d = 0,
            /// Whether a last window may hang over the end.
            ceil_mode: bool = false,
            /// Whether padding counts in the mean.
            count_include_pad: bool = true,
            /// What the sum is divided by, in place of the number of elements.
            divisor_override: Option<usize> = none,
        }
    }
}

impl Rule<AvgPool2d> {
    /// The shape rule.
    pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        let Some((b, x)) = t.layer("AvgPool2d", AvgPool2d::TABLE, args, inputs, Kind::Float) else {
            return Value::Any;
        };
        let mut window = Window::of_pair(b.pair(t, row!(AvgPool2d.kernel_size)));
        window.stride = match b.value(row!(AvgPool2d.stride)) {
            Value::Unit => window.kernel,
            _ => pair(b.pair(t, row!(AvgPool2d.stride))),
        };
        window.padding = pair(b.pair(t, row!(AvgPool2d.padding)));
        window.ceil_mode = b.flag(row!(AvgPool2d.ceil_mode));
        window.half_padding = true;
        match t.slide("AvgPool2d", &x, &window) {
            Some(y) => t.called("AvgPool2d", inputs, Value::Tensor(y)),
            None => Value::Any,
        }
    }
}

impl AvgPool2d {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        let kernel_size = at.size2d(row!(AvgPool2d.kernel_size))?;
        let divisor = row!(AvgPool2d.divisor_override);
        let divisor = (!at.is_none(divisor)).then(|| at.int(divisor));
        Ok(AvgPool2d {
            kernel_size,
            stride: stride(at, row!(AvgPool2d.stride), kernel_size)?,
            padding: at.size2d(row!(AvgPool2d.padding))?,
            ceil_mode: at.flag(row!(AvgPool2d.ceil_mode))?,
            count_include_pad: at.flag(row!(AvgPool2d.count_include_pad))?,
            divisor_override: divisor.transpose()?,
            state: State::new(),
        })
    }
}

impl Module for AvgPool2d {
    fn type_name(&self) -> &'static str {
        "AvgPool2d"
    }

    fn extra_repr(&self) -> String {
        let (kernel, stride, padding) = (self.kernel_size, self.stride, self.padding);
        format!("kernel_size={kernel}, stride={stride}, padding={padding}")
    }

    super::members!();
}

impl Forward for AvgPool2d {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let options = AvgPool2dOptions::default()
            .stride(self.stride)
            .padding(self.padding)
            .ceil_mode(self.ceil_mode)
            .count_include_pad(self.count_include_pad)
            .divisor_override(self.divisor_override);
        x.avg_pool2d_with(self.kernel_size, options)
    }
}

super::layer! {
    /// Means over windows that make planes of `output_size`, whatever the input's (PyTorch: `torch.nn.AdaptiveAvgPool2d`).
    ///
    /// Input `[N, C, H, W]` or `[C, H, W]`, output `[N, C, output_size…]`. Row `i` of `n` is the mean of the rows
    /// `⌊i·H / n⌋ .. ⌈(i + 1)·H / n⌉`; with 1 it is the mean of the plane.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let pool = AdaptiveAvgPool2d::config((1, 1)).input([1, 512, 7, 7]).init(&Device::Cpu)?;
    /// let x = Tensor::zeros((2, 512, 7, 7), DType::F32, &Device::Cpu)?;
    /// assert_eq!(pool.forward(&x)?.dims(), [2, 512, 1, 1]);
    /// # Ok(()) }
    /// ```
    pub struct AdaptiveAvgPool2d { output_size: Size2d }

    /// Settings of [`AdaptiveAvgPool2d`].
    pub config AdaptiveAvgPool2dConfig {
        required {
            /// Size of the output's planes.
            output_size: Size2d,
        }
    }
}

impl Rule<AdaptiveAvgPool2d> {
    /// The shape rule.
    pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        const NAME: &str = "AdaptiveAvgPool2d";
        let table = AdaptiveAvgPool2d::TABLE;
        let Some((b, x)) = t.layer(NAME, table, args, inputs, Kind::Float) else {
            return Value::Any;
        };
        let sizes = pair(b.pair(t, row!(AdaptiveAvgPool2d.output_size)));
        match t.adapted(NAME, &x, 2, sizes, [false; 2]) {
            Some(y) => t.called(NAME, inputs, Value::Tensor(y)),
            None => Value::Any,
        }
    }
}

impl AdaptiveAvgPool2d {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        Ok(AdaptiveAvgPool2d {
            output_size: at.size2d(row!(AdaptiveAvgPool2d.output_size))?,
            state: State::new(),
        })
    }
}

impl Module for AdaptiveAvgPool2d {
    fn type_name(&self) -> &'static str {
        "AdaptiveAvgPool2d"
    }

    fn extra_repr(&self) -> String {
        format!("output_size={}", self.output_size)
    }

    super::members!();
}

impl Forward for AdaptiveAvgPool2d {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.adaptive_avg_pool2d(self.output_size)
    }
}
