//! `max_pool2d`: the largest element of every window.

use candle_core::{DType, Tensor as Data};

use super::{flat, ordered, placed, planes, record, side_by_side, with_planes, Sliding};
use crate::error::Result;
use crate::kernels::{output, values, MaxPool2d, Real};
use crate::ops::compute::by_form;
use crate::ops::windows::Windows;
use crate::ops::Pair;
use crate::tensor::Tensor;

/// The optional arguments of [`Tensor::max_pool2d_with`]; the defaults are PyTorch's.
///
/// ```
/// use taper::ops::{MaxPool2dOptions, Pair};
/// let options = MaxPool2dOptions::default().stride(1).padding((1, 2)).ceil_mode(true);
/// assert_eq!((options.stride, options.padding), (Some(Pair(1, 1)), Pair(1, 2)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPool2dOptions {
    /// How far apart neighbouring windows are. Default: the kernel, so that they don't overlap.
    pub stride: Option<Pair>,
    /// −∞ on both sides of the input. Default: 0.
    pub padding: Pair,
    /// How far apart the elements of a window are. Default: 1.
    pub dilation: Pair,
    /// Whether a last window may hang over the end. Default: false.
    pub ceil_mode: bool,
}

impl Default for MaxPool2dOptions {
    fn default() -> Self {
        MaxPool2dOptions {
            stride: None,
            padding: Pair(0, 0),
            dilation: Pair(1, 1),
            ceil_mode: false,
        }
    }
}

impl MaxPool2dOptions {
    /// How far apart neighbouring windows are.
    #[must_use]
    pub fn stride(mut self, stride: impl Into<Pair>) -> Self {
        self.stride = Some(stride.into());
        self
    }

    /// −∞ on both sides of the input.
    #[must_use]
    pub fn padding(mut self, padding: impl Into<Pair>) -> Self {
        self.padding = padding.into();
        self
    }

    /// How far apart the elements of a window are.
    #[must_use]
    pub fn dilation(mut self, dilation: impl Into<Pair>) -> Self {
        self.dilation = dilation.into();
        self
    }

    /// Whether a last window may hang over the end.
    #[must_use]
    pub fn ceil_mode(mut self, ceil_mode: bool) -> Self {
        self.ceil_mode = ceil_mode;
        self
    }
}

impl Tensor {
    /// The largest element of every window of an input `[N, C, H, W]` or `[C, H, W]`
    /// (`torch.nn.functional.max_pool2d`).
    ///
    /// The windows don't overlap: the height becomes `⌊H / kh⌋`. NaN is greater than all; of equal maxima the first gets
    /// the gradient.
    ///
    /// # Errors
    /// If the input has another rank or no floats, or not one window fits.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[[1f32, 2., 0.], [4., 3., 0.]]], &Device::Cpu)?;
    /// assert_eq!(x.max_pool2d(2)?.to_vec3::<f32>()?, [[[4.]]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn max_pool2d(&self, kernel_size: impl Into<Pair>) -> Result<Tensor> {
        self.max_pool2d_with(kernel_size, MaxPool2dOptions::default())
    }

    /// [`max_pool2d`](Self::max_pool2d) with stride, padding, dilation and the rounding of the size.
    ///
    /// With `p` the padding, `d` the dilation and `s` the stride, the height is `⌊(H + 2p − d·(kh − 1) − 1) / s⌋ + 1`; with
    /// `ceil_mode` it is rounded up, except that a last window that would start in the right padding is left out.
    ///
    /// # Errors
    /// Those of [`max_pool2d`](Self::max_pool2d), a size of 0, a padding of more than half the kernel.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// # use taper::ops::MaxPool2dOptions;
    /// let x = Tensor::new(&[[[1f32, 2., 3., 0.]]], &Device::Cpu)?;
    /// let y = x.max_pool2d_with((1, 3), MaxPool2dOptions::default().stride(1).padding((0, 1)))?;
    /// assert_eq!(y.to_vec::<f32>()?, [2., 3., 3., 3.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn max_pool2d_with(
        &self,
        kernel_size: impl Into<Pair>,
        options: MaxPool2dOptions,
    ) -> Result<Tensor> {
        Ok(self.max_pool2d_indices_with(kernel_size, options)?.0)
    }

    /// [`max_pool2d`](Self::max_pool2d), and where each maximum was (`return_indices=True`): the u32 tensor counts
    /// `H · W` positions row by row in each plane of the input.
    ///
    /// # Errors
    /// Those of [`max_pool2d`](Self::max_pool2d).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[[1f32, 2., 0.], [4., 3., 0.]]], &Device::Cpu)?;
    /// let (max, index) = x.max_pool2d_indices(2)?;
    /// assert_eq!((max.item()?, index.item()?), (4., 3.));
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn max_pool2d_indices(&self, kernel_size: impl Into<Pair>) -> Result<(Tensor, Tensor)> {
        self.max_pool2d_indices_with(kernel_size, MaxPool2dOptions::default())
    }

    /// [`max_pool2d_with`](Self::max_pool2d_with), and where each maximum was.
    ///
    /// # Errors
    /// Those of [`max_pool2d_with`](Self::max_pool2d_with).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// # use taper::ops::MaxPool2dOptions;
    /// let x = Tensor::new(&[[[1f32, 2., 3., 0.]]], &Device::Cpu)?;
    /// let (_, index) = x.max_pool2d_indices_with((1, 3), MaxPool2dOptions::default().stride(1))?;
    /// assert_eq!(index.to_vec::<u32>()?, [2, 2]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn max_pool2d_indices_with(
        &self,
        kernel_size: impl Into<Pair>,
        options: MaxPool2dOptions,
    ) -> Result<(Tensor, Tensor)> {
        let kernel = kernel_size.into();
        let (planes, size) = planes("max_pool2d", self)?;
        let sliding = Sliding {
            op: "max_pool2d",
            kernel,
            stride: options.stride.unwrap_or(kernel),
            padding: options.padding,
            dilation: options.dilation,
            ceil_mode: options.ceil_mode,
        };
        let [y, x] = sliding.axes(size)?;
        let pool = MaxPool2d { planes, y, x };
        let (data, order) = ordered(self)?;
        let last = side_by_side(self, order);
        let (max, index) = forward(&pool, &data, last)?;
        let (size, saved) = ([y.output, x.output], index.clone());
        let max = record("max_pool2d", self, max, size, order, move |grad| {
            backward(&pool, grad, &saved, last)
        })?;
        let index = placed(index, with_planes(self.dims(), size), order)?;
        Ok((max, index.into()))
    }
}

/// The maxima and where they are, of planes or with so many values side by side.
fn forward(pool: &MaxPool2d, x: &Data, last: Option<usize>) -> Result<(Data, Data)> {
    by_form!(x, forward_kernel(pool, x, last), forward_plain(pool, x))
}

fn shape(pool: &MaxPool2d) -> (usize, usize) {
    (pool.planes, pool.y.output * pool.x.output)
}

fn forward_kernel<T: Real>(
    pool: &MaxPool2d,
    x: &Data,
    last: Option<usize>,
) -> Result<(Data, Data)> {
    let x_values = values(x)?;
    let (max, index) = match last {
        Some(channels) => pool.forward_last::<T>(x_values.slice()?, channels),
        None => pool.forward::<T>(x_values.slice()?),
    };
    let index = Data::from_vec(index, shape(pool), x.device())?;
    Ok((output(max, shape(pool))?, index))
}

/// Element by element of the kernel, so that ties and NaN go the same way everywhere.
fn forward_plain(pool: &MaxPool2d, x: &Data) -> Result<(Data, Data)> {
    let windows = Windows::sliding([pool.y, pool.x], x.device())?;
    let seen = windows.gather(&flat(x, pool.planes)?, f64::NEG_INFINITY)?;
    let first = Data::from_vec(pool.first_seen(), (1, shape(pool).1), x.device())?;
    let mut index = first.broadcast_as(shape(pool))?.contiguous()?;
    let mut max = Data::full(f64::NEG_INFINITY, shape(pool), x.device())?.to_dtype(x.dtype())?;
    if pool.planes == 0 {
        return Ok((max, index)); // Candle's `where_cond` panics on empty views
    }
    let positions = windows.index()?;
    for tap in 0..pool.y.kernel * pool.x.kernel {
        let value = seen.narrow(1, tap, 1)?.squeeze(1)?.contiguous()?;
        let better = (value.gt(&max)? + value.ne(&value)?)?;
        let at = positions.narrow(0, tap, 1)?.broadcast_as(shape(pool))?;
        index = better.where_cond(&at.contiguous()?, &index)?;
        max = better.where_cond(&value, &max)?;
    }
    Ok((max, index))
}

fn backward(pool: &MaxPool2d, grad: &Data, index: &Data, last: Option<usize>) -> Result<Data> {
    by_form!(
        grad,
        backward_kernel(pool, grad, index, last),
        backward_plain(pool, &flat(grad, pool.planes)?, index),
    )
}

fn backward_kernel<T: Real>(
    pool: &MaxPool2d,
    grad: &Data,
    index: &Data,
    last: Option<usize>,
) -> Result<Data> {
    let (grad, index) = (values(grad)?, values(index)?);
    let (grad, index) = (grad.slice()?, index.slice::<u32>()?);
    let dx = match last {
        Some(channels) => pool.backward_last::<T>(grad, index, channels),
        None => pool.backward::<T>(grad, index),
    };
    let len = dx.len();
    output(dx, len)
}

fn backward_plain(pool: &MaxPool2d, grad: &Data, index: &Data) -> Result<Data> {
    debug_assert_eq!(index.dtype(), DType::U32);
    let pixels = pool.y.input * pool.x.input;
    let zeros = Data::zeros((pool.planes, pixels), grad.dtype(), grad.device())?;
    Ok(zeros.scatter_add(index, grad, 1)?)
}
