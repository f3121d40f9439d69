//! Adadelta.

use super::descent::Descent;
use super::formula::Formula;
use super::number::Number;
use super::options::hyperparameters;
use super::rule::{all_non_negative, Moment};
use super::FirstOrder;
use crate::error::{Error, Result};

/// Steps in the ratio of the recent steps' size to the recent gradients' (`torch.optim.Adadelta`).
///
/// With the gradient g (its negative to `maximize`) and the parameter θ:
///
/// ```text
/// g ← g + weight_decay · θ
/// v ← rho · v + (1 − rho) g²
/// Δ = √(u + eps) / √(v + eps) · g
/// u ← rho · u + (1 − rho) Δ²
/// θ ← θ − lr · Δ
/// ```
///
/// # Example
/// ```
/// use taper::optim::{Adadelta, AdadeltaOptions, Optimizer};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f64], &Device::Cpu)?)?;
/// let mut opt = Adadelta::new([&w], AdadeltaOptions::default().rho(0.))?;
/// w.add(0.0)?.backward()?;
/// opt.step()?;
/// assert!((w.item()? - 0.999).abs() < 1e-9); // √eps / √(1 + eps)
/// # Ok::<(), taper::Error>(())
/// ```
pub type Adadelta = FirstOrder<AdadeltaOptions>;

hyperparameters! {
    /// The options of [`Adadelta`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::optim::AdadeltaOptions;
    /// assert_eq!(AdadeltaOptions::default().lr, 1.0);
    /// ```
    pub struct AdadeltaOptions {
        /// The factor of the step, ≥ 0. Default: 1.
        lr: f64 = 1.,
        /// How much of the two means is kept, in [0, 1]. Default: 0.9.
        rho: f64 = 0.9,
        /// Added to both means, ≥ 0. Default: 1e-6.
        eps: f64 = 1e-6,
        /// The factor of the L2 penalty, ≥ 0. Default: 0.
        weight_decay: f64 = 0.,
        /// Ascends instead. Default: false.
        maximize: bool = false,
    }
}

impl Formula for AdadeltaOptions {
    const NAME: &'static str = "Adadelta";
    const COUNTS_STEPS: bool = true;
    const SLOTS: &'static [&'static str] = &["square_avg", "acc_delta"];

    fn validate(&self) -> Result<()> {
        if !(0. ..=1.).contains(&self.rho) {
            let expected = "a number in [0, 1]";
            return Err(Error::argument(Self::NAME, "rho", self.rho, expected));
        }
        all_non_negative(
            Self::NAME,
            &[
                ("lr", self.lr),
                ("eps", self.eps),
                ("weight_decay", self.weight_decay),
            ],
        )
    }

    fn update<V: Number>(&self, _: Moment<'_>) -> impl Fn(V, V, &mut [V]) -> V + Sync {
        let (lr, rho, eps) = (self.lr, self.rho, self.eps);
        let descent = Descent::penalised(self.maximize, self.weight_decay);
        move |p, g, state| {
            let [v, u] = state else {
                return p;
            };
            let (p, g) = descent.begin(p, g);
            *v = v.blend(rho, &g.square(), 1. - rho);
            let delta = (u.clone() + eps).sqrt() / (v.clone() + eps).sqrt() * g;
            *u = u.blend(rho, &delta.square(), 1. - rho);
            p - delta * lr
        }
    }
}
