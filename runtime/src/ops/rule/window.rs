//! Windows that slide over the last dimensions: convolutions and pools.

use crate::trace::{same, Cond, Dim, Kind, TensorValue, Text, Tracer, Truth, Value};

/// How windows lie, for each of up to three last dimensions.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    /// Number of dimensions that they slide over.
    pub(crate) rank: usize,
    /// Sizes of a window.
    pub(crate) kernel: [Dim; 3],
    /// Steps from one window to the next.
    pub(crate) stride: [Dim; 3],
    /// What is added on either side.
    pub(crate) padding: [Dim; 3],
    /// Steps within a window.
    pub(crate) dilation: [Dim; 3],
    /// Whether there are as many windows as inputs (`padding = "same"`), whatever the padding.
    pub(crate) same: bool,
    /// Whether a last window may reach beyond the padding.
    pub(crate) ceil_mode: Cond,
    /// Whether the padding must be at most half of the window, as for pools.
    pub(crate) half_padding: bool,
}

impl Window {
    /// Windows of this size, with PyTorch's defaults for convolutions.
    pub(crate) const fn new(rank: usize, kernel: [Dim; 3]) -> Window {
        Window {
            rank,
            kernel,
            stride: [Dim::Known(1); 3],
            padding: [Dim::Known(0); 3],
            dilation: [Dim::Known(1); 3],
            same: false,
            ceil_mode: Cond::No,
            half_padding: false,
        }
    }

    /// Windows over two dimensions.
    pub(crate) const fn of_pair((height, width): (Dim, Dim)) -> Window {
        Window::new(2, pair((height, width)))
    }
}

/// A pair as the first two of three.
pub(crate) const fn pair((a, b): (Dim, Dim)) -> [Dim; 3] {
    [a, b, Dim::Known(1)]
}

impl Tracer<'_> {
    /// The shape of `x` with the number of windows for each of its last dimensions: `[N, C, …]` or `[C, …]`.
    ///
    /// `what` is the operation or layer that an error names.
    pub(crate) const fn slide(
        &mut self,
        what: &'static str,
        x: &TensorValue,
        window: &Window,
    ) -> Option<TensorValue> {
        if !self.check_window(what, window) {
            return None;
        }
        if !x.ranked {
            return Some(TensorValue::unranked(x.kind));
        }
        if !self.check_planes(what, x, window.rank) {
            return None;
        }
        let mut out = x.of_kind(x.kind);
        let mut i = 0;
        while i < window.rank {
            let at = x.rank - window.rank + i;
            if !window.same {
                let size = self.windows(x.dims[at], window, i);
                let Some(size) = size else {
                    self.refuse_window(what, x, window);
                    return None;
                };
                out.dims[at] = size;
            }
            i += 1;
        }
        Some(out)
    }

    /// Sets a convolution's padding: sizes, or a word. The strides must be set already.
    pub(crate) const fn pad_window(
        &mut self,
        what: &'static str,
        window: &mut Window,
        padding: Value,
        sizes: [Dim; 3],
    ) -> bool {
        let Value::Str(word) = padding else {
            window.padding = sizes;
            return true;
        };
        window.same = same(word, "same");
        let mut m = Text::new();
        m.push(what);
        if !window.same && !same(word, "valid") {
            m.push(": `padding` is a size, a pair of sizes, \"same\" or \"valid\", but got \"");
            m.push(word);
            m.push("\"");
            self.error(&m);
            return false;
        }
        let mut i = 0;
        while window.same && i < window.rank {
            if self.differ(window.stride[i], Dim::Known(1)) {
                m.push(": `padding = \"same\"` is for a stride of 1");
                self.error(&m);
                return false;
            }
            i += 1;
        }
        true
    }

    /// Checks that `x` is of floats and has `spatial` dimensions behind its channels, and perhaps a batch in front.
    pub(crate) const fn check_planes(
        &mut self,
        what: &'static str,
        x: &TensorValue,
        spatial: usize,
    ) -> bool {
        if !x.kind.fits(Kind::Float) {
            return self.expect_floats(what, x);
        }
        if !x.ranked || x.rank == spatial + 1 || x.rank == spatial + 2 {
            return true;
        }
        let mut m = Text::new();
        m.push(what);
        m.push(" expects an input ");
        m.push(match spatial {
            1 => "[N, C, L] or [C, L]",
            2 => "[N, C, H, W] or [C, H, W]",
            _ => "[N, C, D, H, W] or [C, D, H, W]",
        });
        m.push(", but got ");
        self.write_shape(x, &mut m);
        self.error(&m);
        false
    }

    const fn check_window(&mut self, what: &'static str, window: &Window) -> bool {
        let one = Dim::Known(1);
        let mut i = 0;
        while i < window.rank {
            let (name, wrong) = if self.below(window.kernel[i], one) {
                ("kernel_size", window.kernel[i])
            } else if self.below(window.stride[i], one) {
                ("stride", window.stride[i])
            } else if self.below(window.dilation[i], one) {
                ("dilation", window.dilation[i])
            } else {
                ("", one)
            };
            let mut m = Text::new();
            m.push(what);
            if !name.is_empty() {
                m.push(": `");
                m.push(name);
                m.push("` must be at least 1, but is ");
                self.write_dim(wrong, &mut m);
                self.error(&m);
                return false;
            }
            let half = self.algebra.div(window.kernel[i], Dim::Known(2));
            if window.half_padding && self.below(half, window.padding[i]) {
                m.push(": `padding` must be at most half of the kernel's ");
                self.write_dim(window.kernel[i], &mut m);
                m.push(", but is ");
                self.write_dim(window.padding[i], &mut m);
                self.error(&m);
                return false;
            }
            i += 1;
        }
        true
    }

    /// ⌊(n + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1 for the `i`-th dimension, or rounded up; `None` if not
    /// one window fits.
    const fn windows(&mut self, n: Dim, window: &Window, i: usize) -> Option<Dim> {
        let ceil = self.algebra.decide(window.ceil_mode);
        let span = self.span(window.kernel[i], window.dilation[i]);
        let borders = self.algebra.mul(window.padding[i], Dim::Known(2));
        let room = self.algebra.add(n, borders);
        if !matches!(ceil, Truth::Yes) {
            if self.below(room, span) && matches!(ceil, Truth::No) {
                return None;
            }
            let slack = self.algebra.sub(room, span);
            let steps = self.algebra.div(slack, window.stride[i]);
            return Some(match ceil {
                Truth::No => self.algebra.add(steps, Dim::Known(1)),
                _ => Dim::Unknown,
            });
        }
        let slack = self.algebra.sub(room, span);
        let more = self.algebra.add(slack, window.stride[i]);
        if self.below(more, Dim::Known(1)) {
            return None;
        }
        let more = self.algebra.sub(more, Dim::Known(1));
        let steps = self.algebra.div(more, window.stride[i]);
        self.started_inside(n, steps, window, i, span)
    }

    /// The number of windows of `ceil_mode`, of which the last must start in the input or its left border.
    const fn started_inside(
        &mut self,
        n: Dim,
        steps: Dim,
        window: &Window,
        i: usize,
        span: Dim,
    ) -> Option<Dim> {
        let count = self.algebra.add(steps, Dim::Known(1));
        let end = self.algebra.add(n, window.padding[i]);
        let start = self.algebra.mul(steps, window.stride[i]);
        match self.algebra.less(start, end) {
            Truth::Yes => return Some(count),
            Truth::No if self.algebra.equal(steps, Dim::Known(0)).is_yes() => return None,
            Truth::No => return Some(steps),
            Truth::Unknown => {}
        }
        // It always does where padding + stride <= span.
        let reach = self.algebra.add(window.padding[i], window.stride[i]);
        Some(match self.algebra.less(span, reach) {
            Truth::No => count,
            _ => Dim::Unknown,
        })
    }

    /// How much of the input a window covers: dilation·(kernel − 1) + 1.
    const fn span(&mut self, kernel: Dim, dilation: Dim) -> Dim {
        let steps = self.algebra.sub(kernel, Dim::Known(1));
        let reach = self.algebra.mul(steps, dilation);
        self.algebra.add(reach, Dim::Known(1))
    }

    const fn refuse_window(&mut self, what: &'static str, x: &TensorValue, window: &Window) {
        let mut m = Text::new();
        m.push(what);
        m.push(": a kernel of ");
        self.write_steps(&window.kernel, window.rank, &mut m);
        if !matches!(window.dilation[0], Dim::Known(1)) {
            m.push(" (dilation ");
            self.write_steps(&window.dilation, window.rank, &mut m);
            m.push(")");
        }
        m.push(" is larger than its input ");
        self.write_shape(x, &mut m);
        if !matches!(window.padding[0], Dim::Known(0)) {
            m.push(" with padding ");
            self.write_steps(&window.padding, window.rank, &mut m);
        }
        m.push(
            "\nhelp: use a smaller kernel or more padding, or reduce the size less often before",
        );
        self.error(&m);
    }

    /// Writes `3×3`.
    const fn write_steps(&mut self, sizes: &[Dim; 3], rank: usize, m: &mut Text) {
        let mut i = 0;
        while i < rank {
            if i > 0 {
                m.push("×");
            }
            self.write_dim(sizes[i], m);
            i += 1;
        }
    }
}
