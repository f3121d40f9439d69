//! Sliding windows in plain Candle operations, for every device: gathered by a table of positions, and added back by it.

use candle_core::{Device, Tensor};

use crate::error::Result;
use crate::kernels::Axis;

/// For every element of the kernel and every window, the position in a plane of the input that it sees.
#[derive(Clone, Debug)]
pub(crate) struct Windows {
    /// `taps · windows` positions; padding is the position one past the end of the plane.
    index: Tensor,
    taps: usize,
    windows: usize,
    plane: usize,
}

impl Windows {
    /// The windows of a kernel that slides over a plane.
    pub(crate) fn sliding([y, x]: [Axis; 2], device: &Device) -> Result<Self> {
        let plane = y.input * x.input;
        Self::new(
            [y.kernel * x.kernel, y.output * x.output],
            plane,
            device,
            |tap, window| {
                let iy = y.position(window / x.output, tap / x.kernel)?;
                let ix = x.position(window % x.output, tap % x.kernel)?;
                Some(iy * x.input + ix)
            },
        )
    }

    /// `taps` elements in each of the `windows`, at the position that `at(tap, window)` says; `None` is padding.
    pub(crate) fn new(
        [taps, windows]: [usize; 2],
        plane: usize,
        device: &Device,
        at: impl Fn(usize, usize) -> Option<usize>,
    ) -> Result<Self> {
        let mut index = Vec::with_capacity(taps * windows);
        for tap in 0..taps {
            index.extend((0..windows).map(|window| at(tap, window).unwrap_or(plane) as u32));
        }
        Ok(Windows {
            index: Tensor::from_vec(index, taps * windows, device)?,
            taps,
            windows,
            plane,
        })
    }

    /// The number of elements of a window.
    pub(crate) fn taps(&self) -> usize {
        self.taps
    }

    /// The positions, `[taps, windows]`.
    pub(crate) fn index(&self) -> Result<Tensor> {
        Ok(self.index.reshape((self.taps, self.windows))?)
    }

    /// From `[planes, plane]`, what the windows see: `[planes, taps, windows]`; padding has the value `fill`.
    pub(crate) fn gather(&self, x: &Tensor, fill: f64) -> Result<Tensor> {
        let planes = x.dim(0)?;
        let fill = Tensor::full(fill, (planes, 1), x.device())?.to_dtype(x.dtype())?;
        let seen = Tensor::cat(&[x, &fill], 1)?.index_select(&self.index, 1)?;
        Ok(seen.reshape((planes, self.taps, self.windows))?)
    }

    /// The transpose of [`gather`](Self::gather): adds `[planes, taps, windows]` up to `[planes, plane]`.
    pub(crate) fn scatter(&self, grad: &Tensor) -> Result<Tensor> {
        let planes = grad.dim(0)?;
        let zeros = Tensor::zeros((planes, self.plane + 1), grad.dtype(), grad.device())?;
        let grad = grad
            .reshape((planes, self.taps * self.windows))?
            .contiguous()?;
        let sum = zeros.index_add(&self.index, &grad, 1)?;
        Ok(sum.narrow(1, 0, self.plane)?.contiguous()?)
    }
}
