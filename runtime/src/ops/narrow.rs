//! `narrow`, `select`, `index`, `chunk`, `split`: parts of a tensor, all of them views.

pub(super) mod index_rule;
pub(super) mod rule;

use candle_core::Tensor as Data;

use crate::error::{Error, Result};
use crate::kernels::assembled;
use crate::ops::{Indices, Size, Sizes};
use crate::tensor::{Dim, Tensor, Window};

impl Tensor {
    /// The `length` positions from `start` on along a dimension; a view (`torch.narrow`).
    ///
    /// A negative start counts from the end.
    ///
    /// # Errors
    /// If there is no such dimension, or the range leaves it.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 2., 3.], [4., 5., 6.]], &Device::Cpu)?;
    /// assert_eq!(x.narrow(1, 1, 2)?.to_vec2::<f32>()?, [[2., 3.], [5., 6.]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn narrow(
        &self,
        dim: impl Into<Dim>,
        start: impl Into<Size>,
        length: impl Into<Size>,
    ) -> Result<Tensor> {
        let dim = dim.into().resolve(self.rank(), "narrow")?;
        let size = self.dims()[dim];
        let start = start.into().position(size, true, "narrow", "start")?;
        let length = length.into().exact("narrow", "length")?;
        if length > size - start {
            let message =
                format!("{length} positions from {start} on leave dimension {dim} of size {size}");
            return Err(Error::op("narrow", message));
        }
        self.narrowed("narrow", dim, start, length)
    }

    /// One position along a dimension, which is removed; a view (`torch.select`).
    ///
    /// # Errors
    /// If there is no such dimension or position.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 2., 3.], [4., 5., 6.]], &Device::Cpu)?;
    /// assert_eq!(x.select(1, -1)?.to_vec::<f32>()?, [3., 6.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn select(&self, dim: impl Into<Dim>, index: impl Into<Size>) -> Result<Tensor> {
        let dim = dim.into().resolve(self.rank(), "select")?;
        let index = index
            .into()
            .position(self.dims()[dim], false, "select", "index")?;
        let data = window(self.as_candle(), dim, index, 1)?.squeeze(dim)?;
        let window = self.window(dim, index, true);
        Ok(Tensor::record_part("select", data, self, window))
    }

    /// The part that positions and ranges pick out, dimension by dimension from the first (`x[…]` in Python); a view.
    ///
    /// A position removes its dimension, a range keeps it; negative ones count from the end, and ranges are cut off at the
    /// ends as Python's slices are. Dimensions that are not mentioned stay whole.
    ///
    /// # Errors
    /// If there are more indices than dimensions, or a position is outside.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 2., 3.], [4., 5., 6.]], &Device::Cpu)?;
    /// assert_eq!(x.index((.., 1..3))?.to_vec2::<f32>()?, [[2., 3.], [5., 6.]]);
    /// assert_eq!(x.index((-1, ..-1))?.to_vec::<f32>()?, [4., 5.]);
    /// assert_eq!(x.index(0)?.to_vec::<f32>()?, [1., 2., 3.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn index(&self, indices: impl Into<Indices>) -> Result<Tensor> {
        let indices = indices.into();
        if indices.len() > self.rank() {
            let message = format!(
                "{} indices for a tensor of shape {:?}",
                indices.len(),
                self.dims()
            );
            return Err(Error::op("index", message));
        }
        let mut dim = 0;
        indices.into_iter().try_fold(self.clone(), |x, index| {
            let size = x.dims()[dim];
            let Some((start, end)) = index.range(size) else {
                return x.select(dim, index.position(size)?);
            };
            dim += 1;
            x.narrowed("index", dim - 1, start, end.max(start) - start)
        })
    }

    /// At most `chunks` parts of equal size along a dimension, the last one smaller if it must be; views (`torch.chunk`).
    ///
    /// # Errors
    /// If there is no such dimension, or `chunks` is 0.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// let x = Tensor::zeros([2, 5], DType::F32, &Device::Cpu)?;
    /// let sizes: Vec<_> = x.chunk(3, 1)?.iter().map(|part| part.dims()[1]).collect();
    /// assert_eq!(sizes, [2, 2, 1]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn chunk(&self, chunks: usize, dim: impl Into<Dim>) -> Result<Vec<Tensor>> {
        let dim = dim.into().resolve(self.rank(), "chunk")?;
        if chunks == 0 {
            return Err(Error::argument("chunk", "chunks", chunks, "at least 1"));
        }
        let size = self.dims()[dim];
        // PyTorch gives as many empty parts as were asked for.
        let sizes = if size == 0 {
            vec![0; chunks]
        } else {
            parts(size, size.div_ceil(chunks))
        };
        self.cut("chunk", dim, &sizes)
    }

    /// Parts along a dimension: of one size, the last one smaller if it must be, or of the sizes in a list, which must add up;
    /// views (`torch.split`).
    ///
    /// # Errors
    /// If there is no such dimension, the size is 0, or the sizes don't add up.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// let x = Tensor::zeros([2, 5], DType::F32, &Device::Cpu)?;
    /// assert_eq!(x.split(2, 1)?.len(), 3);
    /// assert_eq!(x.split([1, 4], 1)?[1].dims(), [2, 4]);
    /// assert!(x.split([1, 2], 1).is_err());
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn split(
        &self,
        split_size: impl Into<SplitSize>,
        dim: impl Into<Dim>,
    ) -> Result<Vec<Tensor>> {
        let dim = dim.into().resolve(self.rank(), "split")?;
        let size = self.dims()[dim];
        let sizes = match split_size.into() {
            SplitSize::Each(each) => match each.exact("split", "split_size")? {
                0 if size > 0 => {
                    return Err(Error::argument("split", "split_size", 0, "at least 1"))
                }
                _ if size == 0 => vec![0],
                each => parts(size, each),
            },
            SplitSize::List(sizes) => sizes.exact("split")?,
        };
        if sizes.iter().sum::<usize>() != size {
            let message =
                format!("the sizes {sizes:?} don't add up to dimension {dim} of size {size}");
            return Err(Error::op("split", message));
        }
        self.cut("split", dim, &sizes)
    }

    /// Records a range that is known to fit.
    fn narrowed(
        &self,
        op: &'static str,
        dim: usize,
        start: usize,
        length: usize,
    ) -> Result<Tensor> {
        if length == self.dims()[dim] {
            return Ok(self.clone());
        }
        let data = window(self.as_candle(), dim, start, length)?;
        Ok(Tensor::record_part(
            op,
            data,
            self,
            self.window(dim, start, false),
        ))
    }

    /// A part of this tensor.
    fn window(&self, dim: usize, start: usize, removed: bool) -> Window {
        Window {
            shape: self.shape().clone(),
            dim,
            start,
            removed,
        }
    }

    /// Records consecutive parts as the results of one operation, so that their gradients are written once.
    fn cut(&self, op: &'static str, dim: usize, sizes: &[usize]) -> Result<Vec<Tensor>> {
        let mut starts = Vec::with_capacity(sizes.len());
        let mut parts = Vec::with_capacity(sizes.len());
        let mut start = 0;
        for &size in sizes {
            parts.push(window(self.as_candle(), dim, start, size)?);
            starts.push(start);
            start += size;
        }
        let (from, dtype, device) = (self.shape().clone(), self.dtype(), self.device().clone());
        Ok(Tensor::record_outputs(
            op,
            parts,
            &[self],
            move |grads, _| {
                let parts = starts.iter().copied().zip(grads);
                let parts = parts.filter_map(|(start, grad)| Some((start, grad.as_ref()?)));
                let whole = assembled(&parts.collect::<Vec<_>>(), dim, &from, (dtype, &device))?;
                Ok(vec![Some(whole)])
            },
        ))
    }
}

/// The sizes of parts of `each` that make up `size`.
fn parts(size: usize, each: usize) -> Vec<usize> {
    (0..size)
        .step_by(each)
        .map(|start| each.min(size - start))
        .collect()
}

/// How [`Tensor::split`] splits: a number is the size of every part, a list has a size for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SplitSize {
    /// Parts of one size.
    Each(Size),
    /// These parts.
    List(Sizes),
}

macro_rules! split_size_each {
    ($($int:ty),*) => {$(
        impl From<$int> for SplitSize {
            fn from(size: $int) -> Self {
                SplitSize::Each(size.into())
            }
        }
    )*};
}
split_size_each!(i32, u32, i64, isize, usize, Size);

impl<T: Into<Size>, const N: usize> From<[T; N]> for SplitSize {
    fn from(sizes: [T; N]) -> Self {
        SplitSize::List(sizes.into())
    }
}

impl<T: Into<Size> + Copy> From<&[T]> for SplitSize {
    fn from(sizes: &[T]) -> Self {
        SplitSize::List(sizes.into())
    }
}

impl<T: Into<Size>> From<Vec<T>> for SplitSize {
    fn from(sizes: Vec<T>) -> Self {
        SplitSize::List(sizes.into())
    }
}

/// A view of some positions along a dimension. One of nothing begins at the beginning: Candle reads from the offset of a view,
/// which a view of an empty view would have past the end.
fn window(x: &Data, dim: usize, start: usize, length: usize) -> candle_core::Result<Data> {
    let nothing = length == 0 || x.elem_count() == 0;
    x.narrow(dim, if nothing { 0 } else { start }, length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::cat;
    use crate::testing::{gradcheck, randn};

    #[test]
    fn gradient() -> Result<()> {
        gradcheck(|x| x[0].narrow(1, 1, 2), &[randn([2, 5, 3])?])?;
        gradcheck(|x| x[0].narrow(-1, -2, 0), &[randn([2, 3])?])?;
        gradcheck(|x| x[0].select(0, -1), &[randn([3, 2])?])?;
        gradcheck(|x| x[0].select(0, 1), &[randn([3])?])?;
        gradcheck(|x| x[0].index((.., 1, ..-1)), &[randn([2, 3, 4])?])?;
        gradcheck(|x| x[0].index((1.., -1)), &[randn([1, 3])?])?;
        gradcheck(|x| x[0].index((.., ..2)), &[randn([0, 3])?])?;
        gradcheck(|x| x[0].select(1, 0), &[randn([0, 3])?])
    }

    #[test]
    fn gradient_of_parts() -> Result<()> {
        // One part is unused, one is used twice.
        let f = |x: &[Tensor]| {
            let parts = x[0].chunk(3, 1)?;
            cat([&parts[2], &parts[0], &parts[0]], 1)
        };
        gradcheck(f, &[randn([2, 5])?])?;
        gradcheck(
            |x| Ok(x[0].split([2, 0, 1], 0)?[0].clone()),
            &[randn([3, 2])?],
        )
    }

    #[test]
    fn parts_are_pytorchs() -> Result<()> {
        let sizes =
            |parts: Vec<Tensor>| parts.iter().map(|part| part.dims()[0]).collect::<Vec<_>>();
        let x = randn([10])?;
        assert_eq!(sizes(x.chunk(4, 0)?), [3, 3, 3, 1]);
        assert_eq!(sizes(x.chunk(6, 0)?), [2; 5]);
        assert_eq!(sizes(x.split(4, 0)?), [4, 4, 2]);
        assert_eq!(sizes(randn([0])?.chunk(3, 0)?), [0, 0, 0]);
        assert_eq!(sizes(randn([0])?.split(3, 0)?), [0]);
        assert!(x.chunk(0, 0).is_err() && x.split(0, 0).is_err() && x.split([5, -1], 0).is_err());
        Ok(())
    }

    #[test]
    fn what_is_outside_is_an_error() -> Result<()> {
        let x = randn([2, 3])?;
        let error = x.narrow(1, 2, 2).unwrap_err().to_string();
        assert_eq!(
            error,
            "narrow: 2 positions from 2 on leave dimension 1 of size 3"
        );
        assert!(
            x.narrow(1, 4, 0).is_err() && x.narrow(1, 0, -1).is_err() && x.select(0, 2).is_err()
        );
        assert!(
            x.index((0, 0, 0)).is_err()
                && x.index((.., 3)).is_err()
                && randn(())?.select(0, 0).is_err()
        );
        assert_eq!(x.index((5.., ..))?.dims(), [0, 3]);
        Ok(())
    }
}
