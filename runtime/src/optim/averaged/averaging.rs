//! How a mean of weights moves.

use std::fmt;
use std::sync::Arc;

use candle_core::{DType, Tensor as Data};

use crate::error::{Error, Result};
use crate::kernels;
use crate::module::walk::Slot;
use crate::ops::compute::{compute_dtype, has_kernels};
use crate::optim::slices::{with_slices_mut, Real};
use crate::tensor::{no_grad, same_storage, Tensor};

/// How the mean a of [`AveragedModel`](super::AveragedModel) moves to the model's weights w.
///
/// ```
/// use taper::optim::Averaging;
/// assert_eq!(Averaging::ema(0.999), Averaging::Ema { decay: 0.999 });
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Averaging {
    /// a ← a + (w − a) / (n + 1): the mean of all n + 1 models alike, for stochastic weight averaging
    /// (`torch.optim.swa_utils.get_swa_avg_fn`).
    #[default]
    Equal,
    /// a ← decay · a + (1 − decay) · w: the exponential moving average (`torch.optim.swa_utils.get_ema_avg_fn`).
    Ema {
        /// How much of the mean is kept, from 0 to 1. PyTorch's default is 0.999.
        decay: f64,
    },
    /// A function of one's own: [`Averaging::from_fn`].
    Fn(AverageFn),
}

/// A function that moves a mean; [`Averaging::from_fn`] wraps one. Two are equal if they are clones of one.
#[derive(Clone)]
pub struct AverageFn(Arc<Average>);

type Average = dyn Fn(&Tensor, &Tensor, u64) -> Result<Tensor> + Send + Sync;

impl Averaging {
    /// The exponential moving average with this decay.
    pub const fn ema(decay: f64) -> Self {
        Averaging::Ema { decay }
    }

    /// The new mean as a function of the old one, the model's weight, and the number of models in the old one, which is at
    /// least 1: the first model is copied (`avg_fn` in PyTorch).
    ///
    /// ```
    /// use taper::optim::{AveragedModel, Averaging};
    /// # use taper::module::ModuleExt;
    /// # use taper::testing::Toy;
    /// # let net = Toy::net()?;
    /// // An average that forgets the early models: the decay grows with their number.
    /// let warm = Averaging::from_fn(|mean, weight, n| {
    ///     let decay = 0.999f64.min((1. + n as f64) / (10. + n as f64));
    ///     mean.mul(decay)?.add(weight.mul(1. - decay)?)
    /// });
    /// let ema = AveragedModel::new(&net, warm)?;
    /// ema.update_parameters(&net)?;
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn from_fn(
        average: impl Fn(&Tensor, &Tensor, u64) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Self {
        Averaging::Fn(AverageFn(Arc::new(average)))
    }

    pub(super) fn check(&self) -> Result<()> {
        match *self {
            Averaging::Ema { decay } if !(0. ..=1.).contains(&decay) => Err(Error::argument(
                "AveragedModel",
                "decay",
                decay,
                "a number from 0 to 1",
            )),
            _ => Ok(()),
        }
    }

    /// Moves a mean of `n` models.
    pub(super) fn run(&self, mean: Slot<'_>, model: Slot<'_>, n: u64) -> Result<()> {
        let weight = match self {
            Averaging::Equal => 1. / (n as f64 + 1.),
            Averaging::Ema { decay } => 1. - decay,
            Averaging::Fn(AverageFn(average)) => {
                let (old, new) = (mean.tensor().detach(), model.tensor().detach());
                return mean.set(&no_grad(|| average(&old, &new, n))?);
            }
        };
        let (old, new) = (mean.tensor().as_candle(), model.tensor().as_candle());
        if same_storage(old, new) {
            return Ok(()); // the mean of a value and itself
        }
        let dense = |x: &Data| has_kernels(x) && x.is_contiguous();
        let alike = old.dtype() == new.dtype() && dense(old) && dense(new);
        match (old.dtype(), alike) {
            (DType::F32, true) => in_place::<f32>(mean, new, weight),
            (DType::F64, true) => in_place::<f64>(mean, new, weight),
            _ => mean.set(&Tensor::from(moved(old, new, weight)?)),
        }
    }
}

/// Half types are computed in f32. Counters are in f64; what they lose of the mean when they are set is its fraction.
fn moved(old: &Data, new: &Data, weight: f64) -> Result<Data> {
    let dtype = match old.dtype() {
        float if float.is_float() => compute_dtype(float),
        _ => DType::F64,
    };
    let old = old.to_dtype(dtype)?;
    let new = new.to_device(old.device())?.to_dtype(dtype)?;
    Ok((&old + ((new - &old)? * weight)?)?)
}

fn in_place<T: Real>(mean: Slot<'_>, model: &Data, weight: f64) -> Result<()> {
    let model = kernels::values(model)?;
    let (model, weight) = (model.slice::<T>()?, T::from_f64(weight));
    mean.update(|mean| {
        with_slices_mut::<T>(mean, &[], &mut |slices| {
            for mean in slices {
                mean.iter_mut()
                    .zip(model)
                    .for_each(|(a, &w)| *a += (w - *a) * weight);
            }
            Ok(())
        })
    })
}

impl PartialEq for AverageFn {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for AverageFn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AverageFn")
    }
}
