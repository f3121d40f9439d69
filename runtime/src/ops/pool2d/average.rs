//! `avg_pool2d`: the mean of every window.

use candle_core::Tensor as Data;

use super::{flat, ordered, planes, record, seen, side_by_side, Sliding};
use crate::error::{Error, Result};
use crate::kernels::{output, values, Average, Axis, Real};
use crate::ops::compute::by_form;
use crate::ops::windows::Windows;
use crate::ops::Pair;
use crate::tensor::Tensor;

/// The optional arguments of [`Tensor::avg_pool2d_with`]; the defaults are PyTorch's.
///
/// ```
/// use taper::ops::{AvgPool2dOptions, Pair};
/// let options = AvgPool2dOptions::default().stride(2).count_include_pad(false);
/// assert_eq!((options.stride, options.divisor_override), (Some(Pair(2, 2)), None));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvgPool2dOptions {
    /// How far apart neighbouring windows are. Default: the kernel, so that they don't overlap.
    pub stride: Option<Pair>,
    /// Zeros on both sides of the input. Default: 0.
    pub padding: Pair,
    /// Whether a last window may hang over the end. Default: false.
    pub ceil_mode: bool,
    /// Whether the zeros of the padding count as elements. Default: true.
    pub count_include_pad: bool,
    /// What to divide by instead of the number of elements.
    pub divisor_override: Option<usize>,
}

impl Default for AvgPool2dOptions {
    fn default() -> Self {
        AvgPool2dOptions {
            stride: None,
            padding: Pair(0, 0),
            ceil_mode: false,
            count_include_pad: true,
            divisor_override: None,
        }
    }
}

impl AvgPool2dOptions {
    /// How far apart neighbouring windows are.
    #[must_use]
    pub fn stride(mut self, stride: impl Into<Pair>) -> Self {
        self.stride = Some(stride.into());
        self
    }

    /// Zeros on both sides of the input.
    #[must_use]
    pub fn padding(mut self, padding: impl Into<Pair>) -> Self {
        self.padding = padding.into();
        self
    }

    /// Whether a last window may hang over the end.
    #[must_use]
    pub fn ceil_mode(mut self, ceil_mode: bool) -> Self {
        self.ceil_mode = ceil_mode;
        self
    }

    /// Whether the zeros of the padding count as elements.
    #[must_use]
    pub fn count_include_pad(mut self, count_include_pad: bool) -> Self {
        self.count_include_pad = count_include_pad;
        self
    }

    /// What to divide by instead of the number of elements.
    #[must_use]
    pub fn divisor_override(mut self, divisor_override: impl Into<Option<usize>>) -> Self {
        self.divisor_override = divisor_override.into();
        self
    }
}

impl Tensor {
    /// The mean of every window of an input `[N, C, H, W]` or `[C, H, W]` (`torch.nn.functional.avg_pool2d`).
    ///
    /// The windows don't overlap: the height becomes `⌊H / kh⌋`.
    ///
    /// # Errors
    /// If the input has another rank or no floats, or not one window fits.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[[1f32, 2., 0.], [4., 3., 0.]]], &Device::Cpu)?;
    /// assert_eq!(x.avg_pool2d(2)?.to_vec3::<f32>()?, [[[2.5]]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn avg_pool2d(&self, kernel_size: impl Into<Pair>) -> Result<Tensor> {
        self.avg_pool2d_with(kernel_size, AvgPool2dOptions::default())
    }

    /// [`avg_pool2d`](Self::avg_pool2d) with stride, padding, rounding of the size and choice of the divisor.
    ///
    /// The sizes are those of [`max_pool2d_with`](Self::max_pool2d_with). What a window of `ceil_mode` sees beyond the
    /// padding is never counted.
    ///
    /// # Errors
    /// Those of [`avg_pool2d`](Self::avg_pool2d), a size or divisor of 0, a padding of more than half the kernel.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// # use taper::ops::AvgPool2dOptions;
    /// let x = Tensor::new(&[[[2f32, 4., 6.]]], &Device::Cpu)?;
    /// let options = AvgPool2dOptions::default().stride(2).padding((0, 1));
    /// assert_eq!(x.avg_pool2d_with((1, 2), options)?.to_vec::<f32>()?, [1., 5.]);
    /// let options = options.count_include_pad(false);
    /// assert_eq!(x.avg_pool2d_with((1, 2), options)?.to_vec::<f32>()?, [2., 5.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn avg_pool2d_with(
        &self,
        kernel_size: impl Into<Pair>,
        options: AvgPool2dOptions,
    ) -> Result<Tensor> {
        const OP: &str = "avg_pool2d";
        if options.divisor_override == Some(0) {
            return Err(Error::argument(OP, "divisor_override", 0, "at least 1"));
        }
        let kernel = kernel_size.into();
        let (planes, size) = planes(OP, self)?;
        let sliding = Sliding {
            op: OP,
            kernel,
            stride: options.stride.unwrap_or(kernel),
            padding: options.padding,
            dilation: Pair(1, 1),
            ceil_mode: options.ceil_mode,
        };
        let [y, x] = sliding.axes(size)?;
        let ranges = |axis: Axis| (0..axis.output).map(|o| seen(&axis, o)).collect::<Vec<_>>();
        let counts = |axis: Axis| -> Vec<usize> {
            let count = |o| counted(&axis, o, options.count_include_pad);
            (0..axis.output).map(count).collect()
        };
        let (rows, columns) = (counts(y), counts(x));
        let all = rows
            .iter()
            .flat_map(|row| columns.iter().map(move |column| row * column));
        let divisors = all.map(|count| options.divisor_override.unwrap_or(count) as f64);
        average(
            OP,
            self,
            Average {
                planes,
                input: [size.0, size.1],
                y: ranges(y),
                x: ranges(x),
                divisors: divisors.collect(),
            },
        )
    }
}

/// How many elements of the window count.
fn counted(axis: &Axis, window: usize, include_padding: bool) -> usize {
    if !include_padding {
        return seen(axis, window).len();
    }
    let start = window * axis.stride;
    (start + axis.kernel).min(axis.input + 2 * axis.padding) - start
}

/// Records the average over rectangles.
pub(super) fn average(op: &'static str, input: &Tensor, pool: Average) -> Result<Tensor> {
    let size = [pool.y.len(), pool.x.len()];
    let (x, order) = ordered(input)?;
    let last = side_by_side(input, order);
    let data = by_form!(
        &x,
        forward_kernel(&pool, &x, last),
        forward_plain(&pool, &x)
    )?;
    record(op, input, data, size, order, move |grad| {
        by_form!(
            grad,
            backward_kernel(&pool, grad, last),
            backward_plain(&pool, grad)
        )
    })
}

fn forward_kernel<T: Real>(pool: &Average, x: &Data, last: Option<usize>) -> Result<Data> {
    let x = values(x)?;
    let out = match last {
        Some(channels) => pool.forward_last::<T>(x.slice()?, channels),
        None => pool.forward::<T>(x.slice()?),
    };
    let len = out.len();
    output(out, len)
}

fn backward_kernel<T: Real>(pool: &Average, grad: &Data, last: Option<usize>) -> Result<Data> {
    let grad = values(grad)?;
    let dx = match last {
        Some(channels) => pool.backward_last::<T>(grad.slice()?, channels),
        None => pool.backward::<T>(grad.slice()?),
    };
    let len = dx.len();
    output(dx, len)
}

fn forward_plain(pool: &Average, x: &Data) -> Result<Data> {
    let sums = windows(pool, x)?
        .gather(&flat(x, pool.planes)?, 0.)?
        .sum(1)?;
    Ok(sums.broadcast_div(&divisors(pool, x)?)?)
}

fn backward_plain(pool: &Average, grad: &Data) -> Result<Data> {
    let share = flat(grad, pool.planes)?.broadcast_div(&divisors(pool, grad)?)?;
    let windows = windows(pool, grad)?;
    let shape = (pool.planes, windows.taps(), pool.divisors.len());
    windows.scatter(&share.unsqueeze(1)?.broadcast_as(shape)?)
}

fn divisors(pool: &Average, beside: &Data) -> Result<Data> {
    let divisors = Data::from_slice(
        &pool.divisors,
        (1, pool.divisors.len()),
        &candle_core::Device::Cpu,
    )?;
    Ok(divisors
        .to_dtype(beside.dtype())?
        .to_device(beside.device())?)
}

fn windows(pool: &Average, beside: &Data) -> Result<Windows> {
    let longest =
        |ranges: &[std::ops::Range<usize>]| ranges.iter().map(ExactSizeIterator::len).max();
    let (height, width) = (longest(&pool.y).unwrap_or(0), longest(&pool.x).unwrap_or(0));
    let [rows, columns] = pool.input;
    let sizes = [height * width, pool.divisors.len()];
    Windows::new(sizes, rows * columns, beside.device(), |tap, window| {
        let (y, x) = (
            &pool.y[window / pool.x.len()],
            &pool.x[window % pool.x.len()],
        );
        let (iy, ix) = (y.start + tap / width, x.start + tap % width);
        (iy < y.end && ix < x.end).then_some(iy * columns + ix)
    })
}
