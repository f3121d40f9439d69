//! `adaptive_avg_pool2d`: means over as many windows as asked for.

use super::average::average;
use super::planes;
use crate::error::{Error, Result};
use crate::kernels::Average;
use crate::ops::{MeanOptions, Pair};
use crate::tensor::Tensor;

impl Tensor {
    /// Means over windows that make planes of `output_size`, whatever the size of the input `[N, C, H, W]` or `[C, H, W]`
    /// (`torch.nn.functional.adaptive_avg_pool2d`).
    ///
    /// Row `i` of `n` is the mean of the rows `⌊i·H / n⌋ .. ⌈(i + 1)·H / n⌉`, columns likewise. `1` is the mean of the plane.
    ///
    /// # Errors
    /// If the input has another rank, no floats or empty planes.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[[1f32, 2., 6.]]], &Device::Cpu)?;
    /// assert_eq!(x.adaptive_avg_pool2d(1)?.to_vec::<f32>()?, [3.]);
    /// assert_eq!(x.adaptive_avg_pool2d((1, 2))?.to_vec::<f32>()?, [1.5, 4.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn adaptive_avg_pool2d(&self, output_size: impl Into<Pair>) -> Result<Tensor> {
        const OP: &str = "adaptive_avg_pool2d";
        let (planes, Pair(height, width)) = planes(OP, self)?;
        if height == 0 || width == 0 {
            let message = format!(
                "expected planes that are not empty, but the input has shape {:?}",
                self.dims()
            );
            return Err(Error::op(OP, message));
        }
        let Pair(rows, columns) = output_size.into();
        if (rows, columns) == (1, 1) {
            // The window is the plane: sums read it in the order in which it lies in memory.
            return self.mean_with([-2, -1], MeanOptions::default().keepdim(true));
        }
        let ranges = |input: usize, n: usize| -> Vec<_> {
            let range = |i: usize| i * input / n..((i + 1) * input).div_ceil(n);
            (0..n).map(range).collect()
        };
        let (y, x) = (ranges(height, rows), ranges(width, columns));
        let count = |y: &std::ops::Range<usize>, x: &std::ops::Range<usize>| y.len() * x.len();
        let divisors = y.iter().flat_map(|y| x.iter().map(|x| count(y, x) as f64));
        let divisors = divisors.collect();
        let pool = Average {
            planes,
            input: [height, width],
            y,
            x,
            divisors,
        };
        average(OP, self, pool)
    }
}
