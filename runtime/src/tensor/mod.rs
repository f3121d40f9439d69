//! The tensor handle, the tape that differentiates through it, parameters, buffers and random numbers.

use std::fmt;
use std::sync::Arc;

use candle_core::{DType, Device, Shape};

mod accumulate;
pub(crate) mod autocast;
mod backward;
mod broadcast;
mod buffer;
mod change;
mod checkpoint;
mod convert;
mod create;
mod dims;
mod grad_mode;
mod leaf;
mod owner;
mod param;
mod parts;
mod random;
mod read;
mod saved;
mod sparse;
mod tape;
mod tensors;
#[cfg(test)]
mod tests;
mod total;

pub use backward::BackwardOptions;
pub use broadcast::grad_to_shape;
pub use buffer::Buffer;
pub use checkpoint::is_recomputing;
pub use dims::{Dim, Dims, IntoShape};
pub use grad_mode::{enable_grad, is_grad_enabled, no_grad, GradMode};
pub use param::{HookHandle, Param};
pub use random::{manual_seed, with_generator, Generator, GeneratorState};
pub use saved::{when, Saved};
pub use sparse::SparseGrad;
pub use tensors::Tensors;

pub(crate) use accumulate::{DenseSum, Gradient};
pub(crate) use change::Change;
pub(crate) use checkpoint::{checkpoint_as, meet, sharing};
pub(crate) use parts::Window;
pub(crate) use total::total;
#[cfg(test)]
pub(crate) use {random::drawing_from, tape::live::nodes as live_nodes};

use crate::error::Result;
pub(crate) use owner::{same_storage, storage_address, Owner};
use tape::Edge;

/// An n-dimensional array that knows how to differentiate what it was computed by.
///
/// A cheap handle: a Candle tensor and, if something upstream needs a gradient, a place on the tape. Cloning copies neither
/// values nor history. Operations return new tensors, with PyTorch's names, arguments and defaults.
///
/// # Example
/// ```
/// use taper::{Device, Tensor};
/// let x = Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?;
/// assert_eq!(x.dims(), [2, 2]);
/// assert_eq!(x.add(1.0)?.to_vec2::<f32>()?, [[2., 3.], [4., 5.]]);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone)]
pub struct Tensor {
    pub(crate) data: candle_core::Tensor,
    /// Where its gradient goes, if anybody needs one.
    pub(crate) edge: Option<Edge>,
    /// The parameter or buffer whose storage this is a view of.
    pub(crate) owner: Option<Arc<Owner>>,
}

impl Tensor {
    /// The values as a Candle tensor, without history.
    ///
    /// On a parameter, it shows the values of the moment: they change when the parameter is set.
    pub fn as_candle(&self) -> &candle_core::Tensor {
        &self.data
    }

    /// The values as a Candle tensor, without history.
    pub fn into_candle(self) -> candle_core::Tensor {
        self.data
    }

    /// The size of every dimension.
    pub fn shape(&self) -> &Shape {
        self.data.shape()
    }

    /// The size of every dimension, as a slice.
    pub fn dims(&self) -> &[usize] {
        self.data.dims()
    }

    /// The size of one dimension; negative ones count from the end.
    ///
    /// # Errors
    /// If there is no such dimension.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// let x = Tensor::zeros([2, 3], DType::F32, &Device::Cpu)?;
    /// assert_eq!((x.dim(0)?, x.dim(-1)?), (2, 3));
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn dim(&self, dim: impl Into<Dim>) -> Result<usize> {
        Ok(self.dims()[dim.into().resolve(self.rank(), "dim")?])
    }

    /// The number of dimensions.
    pub fn rank(&self) -> usize {
        self.data.rank()
    }

    /// The number of elements.
    pub fn elem_count(&self) -> usize {
        self.data.elem_count()
    }

    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        self.data.dtype()
    }

    /// Where the values are.
    pub fn device(&self) -> &Device {
        self.data.device()
    }

    /// Whether the values lie in row-major order without gaps.
    pub fn is_contiguous(&self) -> bool {
        self.data.is_contiguous()
    }

    /// Whether an operation on this tensor is recorded: it is a parameter that is trained, or was computed from one.
    pub fn requires_grad(&self) -> bool {
        self.edge.as_ref().is_some_and(Edge::wants_gradient)
    }

    /// The same values without history: gradients stop here.
    ///
    /// The storage is shared; of a parameter, the result shows its later values too.
    ///
    /// ```
    /// # use taper::{Device, Param, Tensor};
    /// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
    /// assert!(!w.detach().requires_grad());
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn detach(&self) -> Tensor {
        Tensor {
            data: self.data.clone(),
            edge: None,
            owner: self.owner.clone(),
        }
    }
}

/// Candle's own history, if the tensor has any, is cut.
impl From<candle_core::Tensor> for Tensor {
    fn from(data: candle_core::Tensor) -> Self {
        Tensor {
            data: data.detach(),
            edge: None,
            owner: None,
        }
    }
}

/// Candle's own history, if the tensor has any, is cut.
impl From<&candle_core::Tensor> for Tensor {
    fn from(data: &candle_core::Tensor) -> Self {
        Tensor::from(data.clone())
    }
}

impl From<&Tensor> for Tensor {
    fn from(tensor: &Tensor) -> Self {
        tensor.clone()
    }
}

/// An optional argument may be borrowed: `weight = &weight`.
macro_rules! optional {
    ($($ty:ty),*) => {$(
        impl From<&$ty> for Option<Tensor> {
            fn from(tensor: &$ty) -> Self {
                Some(Tensor::clone(tensor))
            }
        }
    )*};
}
optional!(Tensor, Param, Buffer);

impl AsRef<Tensor> for Tensor {
    fn as_ref(&self) -> &Tensor {
        self
    }
}

/// The values, as PyTorch prints them.
impl fmt::Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.fmt(f)
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor({:?}, {}", self.dims(), self.dtype().as_str())?;
        match &self.edge {
            Some(Edge::Node(node, _)) => write!(f, ", grad_fn = {})", node.op),
            Some(Edge::Leaf(leaf)) if leaf.tracked() => write!(f, ", requires_grad)"),
            _ => write!(f, ")"),
        }
    }
}
