//! Gradients of parts of a tensor: beside one another until the whole is needed.

use candle_core::{DType, Shape, Tensor as Data};

use super::accumulate::GradSum;
use crate::error::Result;
use crate::kernels::assembled;

/// What an operation takes of its input: some positions along a dimension, which goes if it is but one that was selected.
pub(crate) struct Window {
    /// The input's.
    pub(crate) shape: Shape,
    pub(crate) dim: usize,
    pub(crate) start: usize,
    pub(crate) removed: bool,
}

impl Window {
    /// The input's gradient from that of what was taken.
    pub(super) fn gradient(&self, grad: Data) -> Result<Parts> {
        let grad = match self.removed {
            true => grad.unsqueeze(self.dim)?,
            false => grad,
        };
        Ok(Parts {
            shape: self.shape.clone(),
            dim: self.dim,
            dtype: grad.dtype(),
            parts: vec![(self.start, grad)],
        })
    }
}

/// A gradient that is zero but for parts, which lie beside one another along a dimension.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    shape: Shape,
    dim: usize,
    dtype: DType,
    /// Where each begins.
    parts: Vec<(usize, Data)>,
}

impl Parts {
    /// Whether no position is in both.
    fn are_apart(&self, other: &Parts) -> bool {
        let range = |(start, part): &(usize, Data)| *start..start + part.dims()[self.dim];
        let apart = |a: &(usize, Data), b: &(usize, Data)| {
            let (a, b) = (range(a), range(b));
            a.end <= b.start || b.end <= a.start
        };
        let mut others = other.parts.iter();
        self.dim == other.dim && others.all(|b| self.parts.iter().all(|a| apart(a, b)))
    }

    fn whole(&self) -> Result<Data> {
        let parts = self.parts.iter().map(|(start, part)| (*start, part));
        let parts: Vec<_> = parts.collect();
        let device = parts[0].1.device();
        assembled(&parts, self.dim, &self.shape, (self.dtype, device))
    }
}

/// A gradient on its way.
#[derive(Clone, Debug)]
pub(crate) enum Arrival {
    Whole(GradSum),
    Parts(Parts),
}

impl From<GradSum> for Arrival {
    fn from(sum: GradSum) -> Self {
        Arrival::Whole(sum)
    }
}

impl Arrival {
    /// The shape and type.
    pub(super) fn kind(&self) -> (&Shape, DType) {
        match self {
            Arrival::Whole(sum) => sum.kind(),
            Arrival::Parts(parts) => (&parts.shape, parts.dtype),
        }
    }

    /// The sum of two.
    pub(super) fn merge(self, other: Arrival) -> Result<Self> {
        match (self, other) {
            (Arrival::Parts(mut parts), Arrival::Parts(others)) if parts.are_apart(&others) => {
                parts.parts.extend(others.parts);
                Ok(Arrival::Parts(parts))
            }
            (one, other) => {
                let mut sum = one.into_sum()?;
                sum.merge(other.into_sum()?)?;
                Ok(Arrival::Whole(sum))
            }
        }
    }

    /// The whole gradient.
    pub(super) fn into_sum(self) -> Result<GradSum> {
        match self {
            Arrival::Whole(sum) => Ok(sum),
            Arrival::Parts(parts) => Ok(GradSum::own(parts.whole()?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::error::Result;
    use crate::testing::{gradcheck, randn};

    /// Beside one another, over one another, along other dimensions, together with the whole.
    #[test]
    fn gradients_of_parts_add_up() -> Result<()> {
        let x = [randn([4, 3, 2])?];
        gradcheck(
            |x| {
                let [a, b] = [x[0].select(0, 3)?, x[0].select(0, 0)?];
                a.mul(&b)?.mul(x[0].select(0, 1)?)
            },
            &x,
        )?;
        gradcheck(|x| x[0].narrow(0, 0, 3)?.mul(x[0].narrow(0, 1, 3)?), &x)?;
        gradcheck(
            |x| x[0].select(1, 0)?.mul(x[0].narrow(0, 0, 2)?.sum(())?),
            &x,
        )?;
        gradcheck(|x| x[0].sin()?.select(2, 1)?.mul(x[0].select(2, 0)?), &x)?;
        gradcheck(
            |x| {
                let y = x[0].sin()?;
                let parts = y.narrow(1, 0, 1)?.mul(y.narrow(1, 2, 1)?)?;
                y.mul(&parts)?.mul(y.narrow(1, 1, 1)?)
            },
            &x,
        )
    }
}
