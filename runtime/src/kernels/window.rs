//! Windows that slide over one dimension.

use std::ops::Range;

/// One dimension of a convolution or pool: `output` windows of `kernel` elements, `dilation` apart, the first of them
/// `padding` before the start and each `stride` after the one before. What is beyond the end is padding too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Axis {
    pub(crate) input: usize,
    pub(crate) output: usize,
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    pub(crate) padding: usize,
    pub(crate) dilation: usize,
}

impl Axis {
    /// The input position of element `tap` of the window `output`, unless it is padding.
    pub(crate) fn position(&self, output: usize, tap: usize) -> Option<usize> {
        (output * self.stride + tap * self.dilation)
            .checked_sub(self.padding)
            .filter(|&position| position < self.input)
    }

    /// The windows whose element `tap` is not padding.
    pub(crate) fn inside(&self, tap: usize) -> Range<usize> {
        let offset = tap * self.dilation;
        let end = (self.input + self.padding).saturating_sub(offset);
        let end = end.div_ceil(self.stride).min(self.output);
        let start = self
            .padding
            .saturating_sub(offset)
            .div_ceil(self.stride)
            .min(end);
        start..end
    }

    /// For every element of the kernel, what [`inside`](Self::inside) says and the first position seen: the divisions are
    /// made once, not line by line.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let line = |tap| {
            let windows = self.inside(tap);
            let first = self.position(windows.start, tap).unwrap_or(0);
            Line { windows, first }
        };
        (0..self.kernel).map(line).collect()
    }

    /// For every window, what it sees.
    pub(crate) fn windows(&self) -> Vec<Window> {
        let window = |output| {
            let seen = (0..self.kernel).filter_map(|tap| Some((tap, self.position(output, tap)?)));
            Window::of(seen)
        };
        (0..self.output).map(window).collect()
    }

    /// Whether every window is one element, its own: nothing has to be gathered.
    pub(crate) fn is_identity(&self) -> bool {
        self.kernel == 1 && self.stride == 1 && self.padding == 0
    }
}

/// What a window sees: elements of the kernel, the first of them at `start`. Padding is not among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) start: usize,
    pub(crate) taps: Range<usize>,
}

impl Window {
    /// From the elements that are seen, neighbours in their order, and where.
    pub(crate) fn of(mut seen: impl Iterator<Item = (usize, usize)>) -> Self {
        let (first, start, count) = match seen.next() {
            Some((first, start)) => (first, start, 1 + seen.count()),
            None => (0, 0, 0),
        };
        Window {
            start,
            taps: first..first + count,
        }
    }

    /// The positions that are seen, `step` apart.
    #[inline(always)]
    pub(crate) fn positions(&self, step: usize) -> impl Iterator<Item = usize> {
        let start = self.start;
        (0..self.taps.len()).map(move |i| start + i * step)
    }
}

/// What one element of the kernel sees of a row: from the position `first` on, one for each of the `windows`, a stride apart.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) windows: Range<usize>,
    pub(crate) first: usize,
}

/// The number of windows of a convolution over a padded input: `⌊(padded − dilation·(kernel − 1) − 1) / stride⌋ + 1`, or
/// `None` if not even one fits or a size is 0 that must not be.
pub(crate) const fn conv_windows(
    padded: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
) -> Option<usize> {
    match slack(padded, kernel, stride, 0, dilation) {
        Some(slack) if slack >= 0 => Some(slack as usize / stride + 1),
        _ => None,
    }
}

/// The number of windows of a pool. With `ceil` a last window may hang over the end, as long as it starts inside of the
/// input or its left padding.
pub(crate) const fn pool_windows(
    input: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
    ceil: bool,
) -> Option<usize> {
    let Some(slack) = slack(input, kernel, stride, padding, dilation) else {
        return None;
    };
    let slack = if ceil {
        slack + stride as i64 - 1
    } else {
        slack
    };
    if slack < 0 {
        return None;
    }
    let windows = slack as usize / stride + 1;
    if ceil && (windows - 1) * stride >= input + padding {
        return if windows > 1 { Some(windows - 1) } else { None };
    }
    Some(windows)
}

/// How far a window can slide.
const fn slack(
    input: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
) -> Option<i64> {
    // Nothing real comes near; below it no sum or product here overflows.
    const LIMIT: usize = 1 << 31;
    let out_of_range = input >= LIMIT
        || kernel == 0
        || kernel >= LIMIT
        || stride == 0
        || stride >= LIMIT
        || padding >= LIMIT
        || dilation == 0
        || dilation >= LIMIT;
    if out_of_range {
        return None;
    }
    let span = dilation as i64 * (kernel as i64 - 1) + 1;
    Some(input as i64 + 2 * padding as i64 - span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_agrees_with_position() {
        for case in 0..2 * 3 * 4 * 3 * 3usize {
            let (kernel, stride, padding, dilation) =
                (1 + case % 3, 1 + case / 6 % 4, case / 24 % 3, 1 + case / 72);
            for input in 0..9 {
                let Some(output) =
                    pool_windows(input, kernel, stride, padding, dilation, case % 2 == 0)
                else {
                    continue;
                };
                let axis = Axis {
                    input,
                    output,
                    kernel,
                    stride,
                    padding,
                    dilation,
                };
                for tap in 0..kernel {
                    let inside: Vec<_> = (0..output)
                        .filter(|&o| axis.position(o, tap).is_some())
                        .collect();
                    assert_eq!(axis.inside(tap).collect::<Vec<_>>(), inside, "{axis:?}");
                }
            }
        }
    }

    #[test]
    fn the_number_of_windows() {
        assert_eq!(conv_windows(32, 3, 1, 1), Some(30));
        assert_eq!(conv_windows(7, 3, 2, 2), Some(2));
        assert_eq!(conv_windows(2, 3, 1, 1), None);
        assert_eq!(conv_windows(4, 3, 0, 1), None);
        assert_eq!(conv_windows(usize::MAX, 3, 1, 1), None);
        assert_eq!(pool_windows(5, 2, 2, 0, 1, false), Some(2));
        assert_eq!(pool_windows(5, 2, 2, 0, 1, true), Some(3));
        // The third window would start in the right padding.
        assert_eq!(pool_windows(4, 2, 3, 1, 1, true), Some(2));
        assert_eq!(pool_windows(2, 3, 2, 0, 1, true), Some(1));
    }
}
