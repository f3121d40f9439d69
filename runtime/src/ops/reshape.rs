//! `reshape`, `view`, `flatten`, `unflatten`, `sizes`: the same elements under another shape.

pub(super) mod rule;

use candle_core::Tensor as Data;

use crate::error::{Error, Result};
use crate::kernels::{is_ordered, row_major, Order};
use crate::ops::Sizes;
use crate::tensor::{when, Dim, Dims, Tensor};

/// The optional arguments of [`Tensor::flatten_with`]; the defaults are PyTorch's.
#[derive(Clone, Copy, Debug)]
pub struct FlattenOptions {
    /// The last dimension that is flattened. Default: −1.
    pub end_dim: Dim,
}

impl Default for FlattenOptions {
    fn default() -> Self {
        FlattenOptions {
            end_dim: Dim::from(-1),
        }
    }
}

impl FlattenOptions {
    /// The last dimension that is flattened.
    #[must_use]
    pub fn end_dim(mut self, end_dim: impl Into<Dim>) -> Self {
        self.end_dim = end_dim.into();
        self
    }
}

impl Tensor {
    /// The same elements in row-major order under another shape; one size may be [`INFER`](crate::ops::INFER)
    /// (`torch.reshape`).
    ///
    /// A view if the tensor is contiguous, else a copy.
    ///
    /// # Errors
    /// If the sizes don't make up the number of elements.
    ///
    /// ```
    /// # use taper::{ops::INFER, Device, Tensor};
    /// let x = Tensor::arange(0f32, 6., &Device::Cpu)?;
    /// assert_eq!(x.reshape([2, 3])?.to_vec2::<f32>()?, [[0., 1., 2.], [3., 4., 5.]]);
    /// assert_eq!(x.reshape((3, INFER))?.dims(), [3, 2]);
    /// assert!(x.reshape([4, INFER]).is_err());
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn reshape(&self, sizes: impl Into<Sizes>) -> Result<Tensor> {
        let shape = sizes.into().resolve(self.elem_count(), "reshape")?;
        self.reshaped("reshape", shape)
    }

    /// [`reshape`](Self::reshape) that never copies (`torch.Tensor.view`), except for images whose channels or batch a
    /// convolution put last in memory.
    ///
    /// # Errors
    /// If the sizes don't make up the number of elements, or the tensor is not contiguous.
    ///
    /// ```
    /// # use taper::{ops::INFER, Device, Tensor};
    /// let x = Tensor::arange(0f32, 6., &Device::Cpu)?.view([2, 3])?;
    /// assert_eq!(x.view(INFER)?.dims(), [6]);
    /// assert!(x.t()?.view([6]).is_err());
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn view(&self, sizes: impl Into<Sizes>) -> Result<Tensor> {
        let shape = sizes.into().resolve(self.elem_count(), "view")?;
        if !self.is_contiguous() && !is_ordered(self.as_candle()) {
            let message = format!("the tensor of shape {:?} is not contiguous", self.dims());
            return Err(
                Error::op("view", message).help("use `reshape`, which copies where it must")
            );
        }
        self.reshaped("view", shape)
    }

    /// Merges the dimensions from `start_dim` on into one; `()` is 0 (`torch.flatten`).
    ///
    /// `[B, C, H, W]` becomes `[B, C·H·W]` with `start_dim` 1. A tensor without dimensions becomes `[1]`.
    ///
    /// # Errors
    /// If there is no such dimension.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// let x = Tensor::zeros([2, 3, 4, 5], DType::F32, &Device::Cpu)?;
    /// assert_eq!(x.flatten(1)?.dims(), [2, 60]);
    /// assert_eq!(x.flatten(())?.dims(), [120]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn flatten(&self, start_dim: impl Into<Dims>) -> Result<Tensor> {
        self.flatten_with(start_dim, FlattenOptions::default())
    }

    /// [`flatten`](Self::flatten) up to and including `end_dim`.
    ///
    /// # Errors
    /// If there is no such dimension, or the last comes before the first.
    ///
    /// ```
    /// # use taper::{ops::FlattenOptions, DType, Device, Tensor};
    /// let x = Tensor::zeros([2, 3, 4, 5], DType::F32, &Device::Cpu)?;
    /// assert_eq!(x.flatten_with(1, FlattenOptions::default().end_dim(2))?.dims(), [2, 12, 5]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn flatten_with(
        &self,
        start_dim: impl Into<Dims>,
        options: FlattenOptions,
    ) -> Result<Tensor> {
        let start = match start_dim.into() {
            Dims::All => Dim::from(0),
            Dims::List(list) => match list[..] {
                [start] => start,
                _ => {
                    return Err(Error::argument(
                        "flatten",
                        "start_dim",
                        list,
                        "one dimension",
                    ))
                }
            },
        };
        let rank = self.rank().max(1);
        let (start, end) = (
            start.resolve(rank, "flatten")?,
            options.end_dim.resolve(rank, "flatten")?,
        );
        if start > end {
            return Err(Error::op(
                "flatten",
                format!("start_dim {start} comes after end_dim {end}"),
            ));
        }
        if self.rank() == 0 {
            return self.reshaped("flatten", vec![1]);
        }
        let dims = self.dims();
        let merged = dims[start..=end].iter().product();
        self.reshaped(
            "flatten",
            [&dims[..start], &[merged], &dims[end + 1..]].concat(),
        )
    }

    /// Splits one dimension into several; one size may be [`INFER`](crate::ops::INFER) (`torch.unflatten`).
    ///
    /// # Errors
    /// If there is no such dimension, or the sizes don't make it up.
    ///
    /// ```
    /// # use taper::{ops::INFER, DType, Device, Tensor};
    /// let x = Tensor::zeros([2, 12], DType::F32, &Device::Cpu)?;
    /// assert_eq!(x.unflatten(1, [3, INFER])?.dims(), [2, 3, 4]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn unflatten(&self, dim: impl Into<Dim>, sizes: impl Into<Sizes>) -> Result<Tensor> {
        let dim = dim.into().resolve(self.rank(), "unflatten")?;
        let dims = self.dims();
        let parts = sizes.into().resolve(dims[dim], "unflatten")?;
        if parts.is_empty() {
            return Err(Error::op(
                "unflatten",
                "expected at least one size, but none came",
            ));
        }
        self.reshaped(
            "unflatten",
            [&dims[..dim], &parts, &dims[dim + 1..]].concat(),
        )
    }

    /// The size of every dimension as an array, to be taken apart: `let [b, c, h, w] = x.sizes()?;`.
    ///
    /// # Errors
    /// If the tensor has another number of dimensions.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// let x = Tensor::zeros([2, 3], DType::F32, &Device::Cpu)?;
    /// let [b, n] = x.sizes()?;
    /// assert_eq!((b, n), (2, 3));
    /// assert!(x.sizes::<3>().is_err());
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn sizes<const N: usize>(&self) -> Result<[usize; N]> {
        self.dims().try_into().map_err(|_| {
            Error::op(
                "sizes",
                format!(
                    "expected {N} dimensions, but the tensor has shape {:?}",
                    self.dims()
                ),
            )
        })
    }

    /// Records a reshape to a shape that is known to fit.
    pub(crate) fn reshaped(&self, op: &'static str, shape: Vec<usize>) -> Result<Tensor> {
        if self.dims() == shape {
            return Ok(self.clone());
        }
        let data = shaped(self.as_candle(), shape)?;
        let from = self.shape().clone();
        Ok(Tensor::record(op, data, [self], move |grad, [needed]| {
            Ok([when(needed, || Ok(row_major(grad)?.reshape(&from)?))?])
        }))
    }
}

/// The same elements in another shape; copied where they don't lie row by row, unless whole images that lie side by side become columns.
fn shaped(x: &Data, shape: Vec<usize>) -> Result<Data> {
    if let ([n, features], Order::BatchLast) = (&shape[..], Order::of(&[x]))
        && x.dim(0)? == *n
    {
        return Ok(Order::BatchLast.take(x)?.reshape((*features, *n))?.t()?);
    }
    Ok(row_major(x)?.reshape(shape)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::INFER;
    use crate::testing::{gradcheck, randn};
    use crate::{DType, Device};

    #[test]
    fn gradient() -> Result<()> {
        gradcheck(|x| x[0].reshape([5, 2, 3]), &[randn([3, 10])?])?;
        gradcheck(|x| x[0].reshape((1, INFER, 1)), &[randn(())?])?;
        gradcheck(|x| x[0].flatten(1), &[randn([2, 3, 5])?])?;
        gradcheck(|x| x[0].unflatten(-1, [2, INFER]), &[randn([3, 4])?])?;
        gradcheck(|x| x[0].flatten(()), &[randn([2, 0, 3])?])?;
        gradcheck(|x| x[0].reshape([3, 0, 2]), &[randn([0, 3])?])
    }

    #[test]
    fn views_share_the_storage() -> Result<()> {
        let w = crate::Param::new(Tensor::zeros([2, 3], DType::F32, &Device::Cpu)?)?;
        let view = w.reshape([3, 2])?.flatten(())?.unflatten(0, [2, 3])?;
        w.set(Tensor::ones([2, 3], DType::F32, &Device::Cpu)?)?;
        assert_eq!(view.to_vec::<f32>()?, [1.; 6]);
        Ok(())
    }

    #[test]
    fn errors_say_what_came() -> Result<()> {
        let x = randn([2, 3, 4])?;
        assert_eq!(
            x.reshape([5, -1]).unwrap_err().to_string(),
            "reshape: 24 elements don't fit the sizes [5, -1]"
        );
        assert_eq!(randn(())?.flatten(())?.dims(), [1]);
        assert!(x
            .flatten_with(2, FlattenOptions::default().end_dim(1))
            .is_err());
        assert!(x.flatten(3).is_err() && x.unflatten(0, ()).is_err() && x.flatten([0, 1]).is_err());
        Ok(())
    }
}
