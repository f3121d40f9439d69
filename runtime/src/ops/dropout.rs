//! `dropout`.

use candle_core::{DType, Device, Tensor as Data};

use crate::error::{Error, Result};
use crate::ops::keeps::Keeps;
use crate::ops::options::options;
use crate::ops::unary::float;
use crate::tensor::{when, with_generator, Tensor};
use crate::trace::{Args, Kind, Param, Takes, Tracer, Value};

options! {
    /// The optional arguments of [`Tensor::dropout_with`].
    DropoutOptions {
        /// The probability that an element becomes 0.
        p: f64 = 0.5,
        /// Off, the tensor is returned as it is.
        training: bool = true,
    }
}

impl Tensor {
    /// Zeros each element with probability one half and doubles the others (`torch.nn.functional.dropout`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{manual_seed, DType, Device, Tensor};
    /// manual_seed(0);
    /// let x = Tensor::ones(100, DType::F32, &Device::Cpu)?;
    /// assert!(x.dropout()?.to_vec::<f32>()?.iter().all(|&x| x == 0. || x == 2.));
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn dropout(&self) -> Result<Tensor> {
        self.dropout_with(DropoutOptions::default())
    }

    /// Zeros each element with probability `p` and multiplies the others by 1/(1 − `p`), so that the mean stays. The choice
    /// comes from the global generator: [`manual_seed`](crate::manual_seed) makes it repeatable.
    ///
    /// # Errors
    /// If `p` is not from 0 to 1, or the type is not a number.
    ///
    /// ```
    /// # use taper::{ops::DropoutOptions, DType, Device, Tensor};
    /// let x = Tensor::ones(2, DType::F32, &Device::Cpu)?;
    /// assert_eq!(x.dropout_with(DropoutOptions::default().training(false))?.to_vec::<f32>()?, [1., 1.]);
    /// assert_eq!(x.dropout_with(DropoutOptions::default().p(1.))?.to_vec::<f32>()?, [0., 0.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn dropout_with(&self, options: DropoutOptions) -> Result<Tensor> {
        let DropoutOptions { p, training } = options;
        if !(0. ..=1.).contains(&p) {
            return Err(Error::argument(
                "dropout",
                "p",
                p,
                "a probability from 0 to 1",
            ));
        }
        if !training || p == 0. {
            return Ok(self.clone());
        }
        let x = float("dropout", self)?;
        let keep = with_generator(|generator| {
            generator.bernoulli(x.shape(), 1. - p, DType::U8, &Device::Cpu)
        })?;
        let keep = keep.to_device(x.device())?.into_candle();
        // With p = 1 nothing is kept, and the factor must not be infinite.
        let scale = if p < 1. { 1. / (1. - p) } else { 0. };
        let data = masked(x.as_candle(), &keep, scale)?;
        Ok(Tensor::record(
            "dropout",
            data,
            [&x],
            move |grad, [needed]| Ok([when(needed, || Ok(masked(grad, &keep, scale)?))?]),
        ))
    }
}

/// x·scale where it is kept and x·0 elsewhere. The mask is kept as bytes, a quarter of what the factors would take.
fn masked(x: &Data, keep: &Data, scale: f64) -> candle_core::Result<Data> {
    x * (keep.to_dtype(x.dtype())? * scale)?
}

const DROPOUT: &[Param] = &[
    Param::optional("p", Takes::Float, Value::Num(0.5)),
    Param::optional("training", Takes::Bool, Value::flag(true)),
];

/// A byte per element; both passes multiply by its factor.
pub(super) const KEEPS: Keeps = Keeps {
    beside: |call, _| call.result(),
    forward: |call, float| call.result() * float,
    backward: |call, float| call.result() * float,
    ..Keeps::NOTHING
};

/// The shape rule of `dropout`.
pub(super) const fn trace_dropout(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.elementwise("dropout", DROPOUT, args, Kind::Any)
}

#[cfg(test)]
mod tests {
    use super::DropoutOptions;
    use crate::testing::{gradcheck, randn};
    use crate::{DType, Device, Result, Tensor};

    #[test]
    fn gradient_follows_the_mask() -> Result<()> {
        let x = crate::Param::new(randn([40, 50])?)?;
        let y = x.dropout_with(DropoutOptions::default().p(0.25))?;
        let upstream = Tensor::ones([40, 50], DType::F64, &Device::Cpu)?;
        y.backward_with(crate::tensor::BackwardOptions::default().gradient(upstream))?;
        let factors = x.grad().map_or_else(|| x.zeros_like(), Ok)?;
        assert_eq!((&x * &factors)?.to_vec::<f64>()?, y.to_vec::<f64>()?);
        let factors = factors.to_vec::<f64>()?;
        assert!(factors
            .iter()
            .all(|&f| f == 0. || (f - 4. / 3.).abs() < 1e-12));
        let kept = factors.iter().filter(|&&f| f > 0.).count();
        assert!((1400..1600).contains(&kept), "{kept} of 2000 kept");
        Ok(())
    }

    #[test]
    fn nothing_is_dropped_outside_of_training() -> Result<()> {
        gradcheck(
            |x| x[0].dropout_with(DropoutOptions::default().training(false)),
            &[randn([2, 3])?],
        )?;
        gradcheck(
            |x| x[0].dropout_with(DropoutOptions::default().p(0.)),
            &[randn([2, 3])?],
        )?;
        gradcheck(
            |x| x[0].dropout_with(DropoutOptions::default().p(1.)),
            &[randn([2, 3])?],
        )?;
        gradcheck(|x| x[0].dropout(), &[randn([0, 3])?])
    }

    #[test]
    fn a_probability_above_one_is_an_error() -> Result<()> {
        assert!(randn([2])?
            .dropout_with(DropoutOptions::default().p(1.5))
            .is_err());
        assert!(randn([2])?
            .dropout_with(DropoutOptions::default().p(f64::NAN))
            .is_err());
        Ok(())
    }
}
