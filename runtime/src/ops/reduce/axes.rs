//! What all reductions share: which dimensions, and which shape comes out.

use candle_core::{Shape, Tensor as Data};

use crate::error::{Error, Result};
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

/// The sizes in front of a dimension, of it, and behind it.
pub(crate) fn around(dims: &[usize], dim: usize) -> [usize; 3] {
    [
        dims[..dim].iter().product(),
        dims[dim],
        dims[dim + 1..].iter().product(),
    ]
}
