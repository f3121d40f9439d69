//! `cosine_similarity`.

use candle_core::{Shape, Tensor as Data};

use crate::error::{Error, Result};
use crate::ops::compute::{dense, expect_float};
use crate::ops::operand::{broadcast_shape, promoted, Value};
use crate::ops::options::options;
use crate::ops::rule::{bound, checked, receiver};
use crate::tensor::{grad_to_shape, total, when, Dim, Tensor};
use crate::trace::{Args, Cond, Kind, Param, Takes, Tracer, Value as Traced};

const OP: &str = "cosine_similarity";

options! {
    /// The optional arguments of [`Tensor::cosine_similarity_with`]; the defaults are PyTorch's.
    CosineSimilarityOptions {
        /// The dimension that the vectors lie along. Default: 1.
        dim: Dim = Dim::from(1),
        /// The least that a length is taken for, so that a vector of zeros divides nothing by 0. Default: 1e-8.
        eps: f64 = 1e-8,
    }
}

/// Vectors of length 1 and what is needed for their gradient. Everything has the type that is computed in, the lengths
/// have size 1 where the vectors lie along.
struct Directions {
    unit: Data,
    /// What the vectors were divided by: their lengths, or ε where that is more.
    length: Data,
    /// `length` divided by the vectors' own lengths: 1, and more for those shorter than ε.
    stretch: Data,
}

impl Directions {
    /// Of `x` broadcast to a shape, its vectors along `dims`: one dimension, or none for a number.
    fn new(x: &Tensor, shape: &Shape, dims: &[usize], eps: f64) -> Result<Self> {
        let x = dense(x.as_candle())?.broadcast_as(shape)?.contiguous()?;
        let own = total(&x.sqr()?, dims)?.sqrt()?;
        let least = (own.zeros_like()? + eps)?;
        // Not `maximum`, which may lose a NaN.
        let length = own.lt(&least)?.where_cond(&least, &own)?;
        let zero = own.zeros_like()?;
        let stretch = own.eq(&zero)?.where_cond(&zero, &(&length / &own)?)?;
        Ok(Directions {
            unit: x.broadcast_div(&length)?,
            length,
            stretch,
        })
    }

    /// The gradient of the vectors, with u and v the directions and s the stretch: g (v − s cos u) / length. As in PyTorch
    /// the length's own slope counts below ε too.
    fn gradient(&self, other: &Self, cosine: &Data, grad: &Data) -> Result<Data> {
        let along = self.unit.broadcast_mul(&(cosine * &self.stretch)?)?;
        Ok((&other.unit - along)?.broadcast_mul(&(grad / &self.length)?)?)
    }
}

impl Tensor {
    /// The cosine of the angle between the vectors along dimension 1 of two tensors, which are broadcast
    /// (`torch.nn.functional.cosine_similarity`): Σ x y / (‖x‖ ‖y‖).
    ///
    /// Types are promoted; half types are computed in f32. Between a vector of zeros and any other it is 0.
    ///
    /// # Errors
    /// If there is no such dimension, the shapes don't broadcast, or neither is of floats.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[3f64, 4.], [0., 2.]], &Device::Cpu)?;
    /// let y = Tensor::new(&[[1f64, 0.], [0., -1.]], &Device::Cpu)?;
    /// assert_eq!(x.cosine_similarity(&y)?.to_vec::<f64>()?, [0.6, -1.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn cosine_similarity(&self, other: impl AsRef<Tensor>) -> Result<Tensor> {
        self.cosine_similarity_with(other, CosineSimilarityOptions::default())
    }

    /// [`cosine_similarity`](Self::cosine_similarity) along any dimension of the broadcast shape, and with another ε:
    /// Σ x y / (max(‖x‖, ε) max(‖y‖, ε)).
    ///
    /// # Errors
    /// Those of [`cosine_similarity`](Self::cosine_similarity), and if ε is negative.
    ///
    /// ```
    /// # use taper::{ops::CosineSimilarityOptions, Device, Tensor};
    /// let x = Tensor::new(&[3f64, 4.], &Device::Cpu)?;
    /// let y = Tensor::new(&[0f64, 2.], &Device::Cpu)?;
    /// assert_eq!(x.cosine_similarity_with(&y, CosineSimilarityOptions::default().dim(-1))?.item()?, 0.8);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn cosine_similarity_with(
        &self,
        other: impl AsRef<Tensor>,
        options: CosineSimilarityOptions,
    ) -> Result<Tensor> {
        let CosineSimilarityOptions { dim, eps } = options;
        if eps.is_nan() || eps < 0. {
            return Err(Error::argument(OP, "eps", eps, "a number from 0 up"));
        }
        let (a, b) = promoted(self, Value::Tensor(other.as_ref()))?;
        expect_float(OP, "vectors", &a)?;
        let shape = broadcast_shape(OP, &[a.shape(), b.shape()])?;
        // A tensor without dimensions has one to be named, as in PyTorch.
        let dim = dim.resolve(shape.rank().max(1), OP)?;
        let dims = if shape.rank() == 0 { &[][..] } else { &[dim] };

        let x = Directions::new(&a, &shape, dims, eps)?;
        let y = Directions::new(&b, &shape, dims, eps)?;
        let cosine = total(&(&x.unit * &y.unit)?, dims)?;
        let data = dims
            .iter()
            .try_fold(cosine.clone(), |c, &dim| c.squeeze(dim))?;
        let (dtype, shapes) = (a.dtype(), [a.shape().clone(), b.shape().clone()]);
        Ok(Tensor::record(
            OP,
            data.to_dtype(dtype)?,
            [&a, &b],
            move |grad, [to_a, to_b]| {
                let grad = grad.to_dtype(cosine.dtype())?.reshape(cosine.shape())?;
                let back = |own: &Directions, other: &Directions, shape: &Shape| {
                    let grad = own.gradient(other, &cosine, &grad)?;
                    Ok(grad_to_shape(&grad, shape)?.to_dtype(dtype)?)
                };
                Ok([
                    when(to_a, || back(&x, &y, &shapes[0]))?,
                    when(to_b, || back(&y, &x, &shapes[1]))?,
                ])
            },
        ))
    }
}

const COSINE_SIMILARITY: &[Param] = &[
    Param::required("x2", Takes::Any),
    Param::optional("dim", Takes::Int, Traced::int(1)),
    Param::optional("eps", Takes::Float, Traced::Num(1e-8)),
];

/// The shape rule of `cosine_similarity`.
pub(super) const fn trace_cosine_similarity(t: &mut Tracer<'_>, args: &Args) -> Traced {
    receiver!(args);
    let b = bound!(t, OP, COSINE_SIMILARITY, args);
    let pair = pair(args.value(0), b.value(0));
    let mut shape = checked!(t.broadcast_all(OP, &pair));
    shape.kind = t.promoted_kind(&pair);
    if !t.expect_floats(OP, &shape) {
        return Traced::Any;
    }
    let axes = checked!(t.axes_or_one(OP, &shape, b.value(1)));
    let out = t.reduced(&shape, &axes, Cond::No, Kind::Float);
    t.called(OP, args, Traced::Tensor(out))
}

/// Two operands as arguments.
pub(super) const fn pair(a: Traced, b: Traced) -> Args {
    let mut pair = Args::new();
    pair.positional(a);
    pair.positional(b);
    pair
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, randn};
    use crate::{Device, Param};

    fn along(dim: i32) -> CosineSimilarityOptions {
        CosineSimilarityOptions::default().dim(dim)
    }

    #[test]
    fn gradients() -> Result<()> {
        let check = |a: Tensor, b: Tensor, dim: i32| {
            gradcheck(|x| x[0].cosine_similarity_with(&x[1], along(dim)), &[a, b])
        };
        check(randn([3, 5])?, randn([3, 5])?.add(0.5)?, 1)?;
        check(randn([3, 5])?, randn([2, 1, 5])?, -2)?;
        check(randn([2, 3, 4])?, randn([4])?, -1)?;
        check(randn([3, 1])?, randn([1, 4])?, 1)?;
        check(randn([3, 0])?, randn([3, 1])?, 1)?;
        check(randn([0, 3])?, randn([1, 3])?, 1)?;
        check(randn(())?.add(2.)?, randn(())?, 0)
    }

    /// Longer than ε and shorter: what PyTorch takes for the slope below ε is no derivative, so only that it ends is tested.
    #[test]
    fn zeros_have_a_gradient() -> Result<()> {
        let x = Param::new(Tensor::zeros([1, 2], crate::DType::F64, &Device::Cpu)?)?;
        let y = Param::new(Tensor::new(&[[3f64, 4.]], &Device::Cpu)?)?;
        let cosine = x.cosine_similarity(&y)?;
        assert_eq!(cosine.to_vec::<f64>()?, [0.]);
        cosine.sum(())?.backward()?;
        let of = |param: &Param| param.grad().map(|grad| grad.to_vec::<f64>()).transpose();
        assert_eq!(of(&x)?, Some(vec![0.6 / 1e-8, 0.8 / 1e-8]));
        assert_eq!(of(&y)?, Some(vec![0., 0.]));
        Ok(())
    }

    #[test]
    fn a_nan_goes_on_and_long_vectors_stay_within_one() -> Result<()> {
        let x = Tensor::new(&[[f32::NAN, 1.], [1e18, 0.]], &Device::Cpu)?;
        let y = Tensor::new(&[[0f32, 1.], [1e18, 0.]], &Device::Cpu)?;
        let cosine = x.cosine_similarity(&y)?.to_vec::<f32>()?;
        assert!(cosine[0].is_nan() && cosine[1] == 1., "{cosine:?}");
        Ok(())
    }

    #[test]
    fn refusals() -> Result<()> {
        let (x, n) = (randn([2, 3])?, Tensor::new(&[[1i64, 2, 3]], &Device::Cpu)?);
        let message = |result: Result<Tensor>| {
            result
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default()
        };
        assert_eq!(
            message(x.cosine_similarity(randn([2, 4])?)),
            "cosine_similarity: shapes [2, 3] and [2, 4] don't broadcast"
        );
        assert_eq!(
            message(n.cosine_similarity(&n)),
            "cosine_similarity: expected vectors of floats, but it has type I64\n  help: convert it with `to_dtype(DType::F32)`"
        );
        assert_eq!(
            message(x.cosine_similarity_with(&x, along(2))),
            "cosine_similarity: dimension 2 is out of range for a tensor of rank 2 (expected -2..=1)"
        );
        let eps = CosineSimilarityOptions::default().eps(-1);
        assert_eq!(
            message(x.cosine_similarity_with(&x, eps)),
            "cosine_similarity: `eps` is -1.0, but expected a number from 0 up"
        );
        assert_eq!(x.cosine_similarity(&n)?.dtype(), crate::DType::F64);
        Ok(())
    }
}
