//! What all reductions share: which dimensions, which shape comes out, and exact sums.

use candle_core::{Shape, Tensor as Data};

use crate::error::{Error, Result};
use crate::kernels::{self, output, values, Real};
use crate::ops::compute::{by_form, compute_dtype, dense};
use crate::tensor::{Dims, Tensor};

/// The dimensions that a reduction works on.
#[derive(Clone, Debug)]
pub(crate) struct Axes {
    dims: Vec<usize>,
    from: Shape,
    kept: Shape,
    out: Shape,
}

impl Axes {
    /// As in PyTorch, an empty list is all dimensions, and a tensor without dimensions has one to be named.
    pub(crate) fn new(op: &'static str, x: &Tensor, dims: Dims, keepdim: bool) -> Result<Self> {
        let dims = match (x.rank(), dims) {
            (_, Dims::List(list)) if list.is_empty() => Dims::All.resolve(x.rank(), op)?,
            (0, dims) => {
                dims.resolve(1, op)?;
                Vec::new()
            }
            (rank, dims) => dims.resolve(rank, op)?,
        };
        let mut kept = x.dims().to_vec();
        dims.iter().for_each(|&dim| kept[dim] = 1);
        let out = match keepdim {
            true => kept.clone(),
            false => (0..x.rank())
                .filter(|dim| !dims.contains(dim))
                .map(|dim| kept[dim])
                .collect(),
        };
        Ok(Axes {
            dims,
            from: x.shape().clone(),
            kept: kept.into(),
            out: out.into(),
        })
    }

    /// The dimensions, ascending.
    pub(crate) fn dims(&self) -> &[usize] {
        &self.dims
    }

    /// The shape with the dimensions as size 1.
    pub(crate) fn kept(&self) -> &Shape {
        &self.kept
    }

    /// How many elements make one of the result.
    pub(crate) fn count(&self) -> usize {
        self.dims.iter().map(|&dim| self.from.dims()[dim]).product()
    }

    /// An error if nothing would be reduced to something.
    pub(crate) fn expect_elements(&self, op: &'static str) -> Result<()> {
        if self.count() > 0 || self.out.elem_count() == 0 {
            return Ok(());
        }
        let message = format!(
            "there is nothing to choose from in dimensions {:?} of shape {:?}",
            self.dims, self.from
        );
        Err(Error::op(op, message))
    }

    /// A result with the dimensions as size 1, brought to the shape that was asked for.
    pub(crate) fn finish(&self, kept: Data) -> Result<Data> {
        Ok(kept.reshape(&self.out)?)
    }

    /// A result, or its gradient, with the dimensions as size 1, so that it broadcasts to the input.
    pub(crate) fn keep(&self, out: &Data) -> Result<Data> {
        Ok(out.reshape(&self.kept)?)
    }

    /// A gradient of the result for every element of the input; a view.
    pub(crate) fn spread(&self, grad: &Data) -> Result<Data> {
        Ok(self.keep(grad)?.broadcast_as(&self.from)?)
    }
}

/// The exact sums over ascending `dims`, which stay as size 1. Half types come out as f32: in their own the sum of 10,000 ones
/// would be 2048 at most.
pub(crate) fn total(x: &Data, dims: &[usize]) -> Result<Data> {
    let plain = || -> Result<Data> {
        match dims {
            [] => Ok(x.to_dtype(compute_dtype(x.dtype()))?),
            dims => Ok(x.to_dtype(compute_dtype(x.dtype()))?.sum_keepdim(dims)?),
        }
    };
    if x.elem_count() == 0 || !x.dtype().is_float() {
        return plain();
    }
    let x = &dense(x)?;
    by_form!(x, total_on_cpu(x, dims), plain())
}

fn total_on_cpu<T: Real>(x: &Data, dims: &[usize]) -> Result<Data> {
    let (values, mut shape) = (values(x)?, x.dims().to_vec());
    let values = values.slice::<T>()?;
    let mut sums: Option<Vec<T>> = None;
    let mut left = dims;
    // Runs of neighbouring dimensions, the last one first.
    while let Some(&last) = left.last() {
        let mut first = last;
        while left.last() == Some(&first) {
            left = &left[..left.len() - 1];
            first = first.saturating_sub(1);
        }
        let first = dims[left.len()];
        let part = |range: &[usize]| range.iter().product::<usize>();
        let around = [
            part(&shape[..first]),
            part(&shape[first..=last]),
            part(&shape[last + 1..]),
        ];
        sums = Some(kernels::sum(sums.as_deref().unwrap_or(values), around));
        shape[first..=last].fill(1);
    }
    output(sums.unwrap_or_else(|| values.to_vec()), shape)
}

/// The sizes in front of a dimension, of it, and behind it.
pub(crate) fn around(dims: &[usize], dim: usize) -> [usize; 3] {
    [
        dims[..dim].iter().product(),
        dims[dim],
        dims[dim + 1..].iter().product(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::compute::plain_only;
    use crate::testing::{assert_close, randn};

    #[test]
    fn the_kernel_and_the_plain_form_agree() -> Result<()> {
        let x = randn([2, 3, 1, 4, 5])?.transpose(0, 3)?.into_candle();
        for dims in [
            &[][..],
            &[0],
            &[4],
            &[1, 2],
            &[0, 3],
            &[0, 2, 4],
            &[0, 1, 2, 3, 4],
        ] {
            let plain = plain_only::run(|| total(&x, dims))?;
            assert_close(&format!("{dims:?}"), &total(&x, dims)?, &plain, 1e-12)?;
        }
        Ok(())
    }
}
