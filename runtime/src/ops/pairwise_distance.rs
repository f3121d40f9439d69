//! `pairwise_distance`.

use crate::error::Result;
use crate::ops::compute::compute_dtype;
use crate::ops::cosine_similarity::pair;
use crate::ops::operand::{broadcast_shape, promoted, Value};
use crate::ops::options::options;
use crate::ops::reduce::NormOptions;
use crate::ops::rule::{bound, checked, receiver};
use crate::ops::unary::float;
use crate::tensor::Tensor;
use crate::trace::{Args, Kind, Param, Takes, Tracer, Value as Traced};

const OP: &str = "pairwise_distance";

options! {
    /// The optional arguments of [`Tensor::pairwise_distance_with`]; the defaults are PyTorch's.
    PairwiseDistanceOptions {
        /// The order of the norm, as in [`NormOptions`](super::NormOptions). Default: 2.
        p: f64 = 2.,
        /// What is added to every difference, so that the gradient has a direction where there is no distance. Default: 1e-6.
        eps: f64 = 1e-6,
        /// Keep the last dimension, as size 1. Default: false.
        keepdim: bool = false,
    }
}

impl Tensor {
    /// The Euclidean distances between the vectors along the last dimension of two tensors, which are broadcast
    /// (`torch.nn.functional.pairwise_distance`): ‖x − y + ε‖, with ε = 1e-6 added to every element.
    ///
    /// Types are promoted, integers become floats; half types are computed in f32.
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[3f32, 4.], [0., 2.]], &Device::Cpu)?;
    /// let distances = x.pairwise_distance(x.zeros_like()?)?.to_vec::<f32>()?;
    /// assert!((distances[0] - 5.).abs() < 1e-5 && (distances[1] - 2.).abs() < 1e-5);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn pairwise_distance(&self, other: impl AsRef<Tensor>) -> Result<Tensor> {
        self.pairwise_distance_with(other, PairwiseDistanceOptions::default())
    }

    /// [`pairwise_distance`](Self::pairwise_distance) by a norm of any order: (Σ|x − y + ε|ᵖ)^(1/p).
    ///
    /// With ε = 0 the gradient where there is no distance is 0.
    ///
    /// # Errors
    /// Those of [`pairwise_distance`](Self::pairwise_distance); if the order is ±∞ and the vectors have no elements.
    ///
    /// ```
    /// # use taper::{ops::PairwiseDistanceOptions, Device, Tensor};
    /// let x = Tensor::new(&[[3f32, -4.]], &Device::Cpu)?;
    /// let options = PairwiseDistanceOptions::default().p(1).eps(0).keepdim(true);
    /// assert_eq!(x.pairwise_distance_with(x.zeros_like()?, options)?.to_vec2::<f32>()?, [[7.]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn pairwise_distance_with(
        &self,
        other: impl AsRef<Tensor>,
        options: PairwiseDistanceOptions,
    ) -> Result<Tensor> {
        let PairwiseDistanceOptions { p, eps, keepdim } = options;
        let (a, b) = promoted(self, Value::Tensor(other.as_ref()))?;
        // Before the difference: that of unsigned integers would wrap around.
        let (a, b) = (float(OP, &a)?, float(OP, &b)?);
        broadcast_shape(OP, &[a.shape(), b.shape()])?;
        let (dtype, wide) = (a.dtype(), compute_dtype(a.dtype()));
        let difference = a.to_dtype(wide)?.sub(b.to_dtype(wide)?)?.add(eps)?;
        difference
            .norm_with(-1, NormOptions { p, keepdim })?
            .to_dtype(dtype)
    }
}

const PAIRWISE_DISTANCE: &[Param] = &[
    Param::required("x2", Takes::Any),
    Param::optional("p", Takes::Float, Traced::Num(2.)),
    Param::optional("eps", Takes::Float, Traced::Num(1e-6)),
    Param::optional("keepdim", Takes::Bool, Traced::flag(false)),
];

/// The shape rule of `pairwise_distance`.
pub(super) const fn trace_pairwise_distance(t: &mut Tracer<'_>, args: &Args) -> Traced {
    receiver!(args);
    let b = bound!(t, OP, PAIRWISE_DISTANCE, args);
    let shape = checked!(t.broadcast_all(OP, &pair(args.value(0), b.value(0))));
    let axes = checked!(t.axes_or_one(OP, &shape, Traced::int(-1)));
    let out = t.reduced(&shape, &axes, b.flag(3), Kind::Float);
    t.called(OP, args, Traced::Tensor(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, randn};
    use crate::{DType, Device, Param};

    #[test]
    fn gradients() -> Result<()> {
        for p in [2., 1., 3., 0.5, f64::INFINITY] {
            let options = PairwiseDistanceOptions::default().p(p).keepdim(true);
            // Away from the kink at 0, and without ties.
            let x = Tensor::new(&[[1.1f64, -2., 0.4], [0.7, 3., -1.3]], &Device::Cpu)?;
            let y = Tensor::new(&[[0.3f64, 0.9, 1.7]], &Device::Cpu)?;
            let of = |x: &[Tensor]| x[0].pairwise_distance_with(&x[1], options.clone());
            gradcheck(of, &[x, y])?;
        }
        let of = |x: &[Tensor]| x[0].pairwise_distance(&x[1]);
        gradcheck(of, &[randn([2, 3, 4])?, randn([4])?.add(0.5)?])?;
        gradcheck(of, &[randn([3, 0])?, randn([3, 1])?])?;
        gradcheck(of, &[randn([0, 3])?, randn([1, 3])?])?;
        gradcheck(of, &[randn(())?, randn(())?.add(1.)?])
    }

    #[test]
    fn no_distance_has_a_gradient() -> Result<()> {
        let zeros = Tensor::zeros([1, 3], DType::F64, &Device::Cpu)?;
        let slope = |eps: f64| {
            let x = Param::new(&zeros)?;
            let options = PairwiseDistanceOptions::default().eps(eps);
            x.pairwise_distance_with(&zeros, options)?
                .sum(())?
                .backward()?;
            x.grad().map(|grad| grad.to_vec::<f64>()).transpose()
        };
        assert_eq!(slope(0.)?, Some(vec![0.; 3]));
        let even = slope(1e-6)?.unwrap_or_default();
        assert!(
            even.len() == 3 && even.iter().all(|g| (g - 3f64.sqrt().recip()).abs() < 1e-12),
            "{even:?}"
        );
        Ok(())
    }

    #[test]
    fn types_are_promoted_and_shapes_checked() -> Result<()> {
        let bytes = |values: &[u8]| Tensor::new(values, &Device::Cpu);
        let distance = bytes(&[3, 1])?.pairwise_distance(bytes(&[6, 5])?)?;
        assert_eq!(distance.dtype(), DType::F32);
        assert!((distance.item()? - 5.).abs() < 1e-5);
        let half = Tensor::new(&[300f32, 400.], &Device::Cpu)?.to_dtype(DType::F16)?;
        let distance = half.pairwise_distance(half.zeros_like()?)?;
        assert_eq!((distance.dtype(), distance.item()?), (DType::F16, 500.));
        let error = randn([2, 3])?.pairwise_distance(randn([2, 4])?).err();
        assert_eq!(
            error.map(|error| error.to_string()).as_deref(),
            Some("pairwise_distance: shapes [2, 3] and [2, 4] don't broadcast")
        );
        Ok(())
    }
}
