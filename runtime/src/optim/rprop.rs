//! Rprop.

use super::formula::Formula;
use super::number::Number;
use super::options::hyperparameters;
use super::rule::{non_negative, Moment};
use super::FirstOrder;
use crate::error::{Error, Result};

/// Steps by the gradient's sign, longer while it stays and shorter where it turns (`torch.optim.Rprop`). For whole
/// batches only.
///
/// With the gradient g (its negative to `maximize`), the last one g′, and the step size η, which starts as `lr`:
///
/// ```text
/// η ← η · etas.1 where g g′ > 0,  η · etas.0 where g g′ < 0,  kept from step_sizes.0 to step_sizes.1
/// g ← 0 where g g′ < 0
/// θ ← θ − η · sign(g)
/// ```
///
/// # Example
/// ```
/// use taper::optim::{Optimizer, Rprop};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f64], &Device::Cpu)?)?;
/// let mut opt = Rprop::new([&w], 0.5)?;
/// w.add(0.0)?.backward()?;
/// opt.step()?; // by 0.5
/// opt.step()?; // by 0.6
/// assert!((w.item()? + 0.1).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
pub type Rprop = FirstOrder<RpropOptions>;

hyperparameters! {
    /// The options of [`Rprop`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::optim::RpropOptions;
    /// assert_eq!(RpropOptions::default().step_sizes, (1e-6, 50.));
    /// ```
    pub struct RpropOptions {
        /// The first step's size, ≥ 0. Default: 1e-2.
        lr: f64 = 1e-2,
        /// What the step size is multiplied by where the sign turns, in (0, 1), and where it stays, > 1. Default: (0.5, 1.2).
        etas: (f64, f64) = (0.5, 1.2),
        /// The least and the greatest step size. Default: (1e-6, 50).
        step_sizes: (f64, f64) = (1e-6, 50.),
        /// Ascends instead. Default: false.
        maximize: bool = false,
    }
}

impl Formula for RpropOptions {
    const NAME: &'static str = "Rprop";
    const COUNTS_STEPS: bool = true;
    const SLOTS: &'static [&'static str] = &["prev", "step_size"];

    fn validate(&self) -> Result<()> {
        non_negative(Self::NAME, "lr", self.lr)?;
        let (shorter, longer) = self.etas;
        if !(0. < shorter && shorter < 1. && 1. < longer && longer.is_finite()) {
            let expected = "a number in (0, 1) and one > 1";
            return Err(Error::argument(Self::NAME, "etas", self.etas, expected));
        }
        let (least, greatest) = self.step_sizes;
        if !(0. <= least && least <= greatest) {
            let (sizes, expected) = (self.step_sizes, "a number ≥ 0 and one that is no less");
            return Err(Error::argument(Self::NAME, "step_sizes", sizes, expected));
        }
        Ok(())
    }

    fn initial(&self, name: &str) -> f64 {
        if name == "step_size" {
            self.lr
        } else {
            0.
        }
    }

    fn update<V: Number>(&self, _: Moment<'_>) -> impl Fn(V, V, &mut [V]) -> V + Sync {
        let ((shorter, longer), (least, greatest)) = (self.etas, self.step_sizes);
        let maximize = self.maximize;
        move |p, g, state| {
            let [last, size] = state else {
                return p;
            };
            let g = if maximize { -g } else { g };
            let agreement = g.clone() * last.clone();
            let stays = (-agreement.clone()).where_negative(g.like(longer), g.like(1.));
            let factor = agreement.where_negative(g.like(shorter), stays);
            *size = (size.clone() * factor).clamp(least, greatest);
            *last = agreement.where_negative(g.like(0.), g);
            p - last.sign() * size.clone()
        }
    }
}
