//! RAdam.

use super::descent::Descent;
use super::formula::Formula;
use super::number::Number;
use super::options::hyperparameters;
use super::rule::{all_non_negative, fractions, Moment};
use super::FirstOrder;
use crate::error::Result;

/// [`Adam`](super::Adam) whose steps are held back while its second moment is uncertain (`torch.optim.RAdam`).
///
/// With the gradient g (its negative to `maximize`), the parameter θ, in step t, and ρ∞ = 2 / (1 − β₂) − 1:
///
/// ```text
/// g ← g + weight_decay · θ                (θ ← θ − lr · weight_decay · θ if decoupled)
/// m ← β₁ m + (1 − β₁) g
/// v ← β₂ v + (1 − β₂) g²
/// ρ = ρ∞ − 2 t β₂ᵗ / (1 − β₂ᵗ)
/// r = √((ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ))
/// θ ← θ − lr / (1 − β₁ᵗ) · m · r √(1 − β₂ᵗ) / (√v + eps)     if ρ > 5
/// θ ← θ − lr / (1 − β₁ᵗ) · m                                 else
/// ```
///
/// # Example
/// ```
/// use taper::optim::{Optimizer, RAdam};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f64, 2.], &Device::Cpu)?)?;
/// let mut opt = RAdam::new([&w], 0.5)?;
/// w.set_grad(Some(Tensor::new(&[0.5f64, -3.], &Device::Cpu)?))?;
/// opt.step()?;
/// let expected = [0.75, 3.5]; // the first steps are along the gradient
/// assert!(w.to_vec::<f64>()?.iter().zip(expected).all(|(w, e)| (w - e).abs() < 1e-12));
/// # Ok::<(), taper::Error>(())
/// ```
pub type RAdam = FirstOrder<RAdamOptions>;

hyperparameters! {
    /// The options of [`RAdam`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::optim::RAdamOptions;
    /// assert!(!RAdamOptions::default().decoupled_weight_decay);
    /// ```
    pub struct RAdamOptions {
        /// The learning rate, ≥ 0. Default: 1e-3.
        lr: f64 = 1e-3,
        /// How much of the two moments is kept, each in [0, 1). Default: (0.9, 0.999).
        betas: (f64, f64) = (0.9, 0.999),
        /// Added to the denominator, ≥ 0. Default: 1e-8.
        eps: f64 = 1e-8,
        /// The factor of the L2 penalty, ≥ 0. Default: 0.
        weight_decay: f64 = 0.,
        /// Decays the weights themselves, outside of the moments. Default: false.
        decoupled_weight_decay: bool = false,
        /// Ascends instead. Default: false.
        maximize: bool = false,
    }
}

impl Formula for RAdamOptions {
    const NAME: &'static str = "RAdam";
    const COUNTS_STEPS: bool = true;
    const SLOTS: &'static [&'static str] = &["exp_avg", "exp_avg_sq"];

    fn validate(&self) -> Result<()> {
        fractions(Self::NAME, self.betas)?;
        all_non_negative(
            Self::NAME,
            &[
                ("lr", self.lr),
                ("eps", self.eps),
                ("weight_decay", self.weight_decay),
            ],
        )
    }

    fn update<V: Number>(&self, moment: Moment<'_>) -> impl Fn(V, V, &mut [V]) -> V + Sync {
        let (beta1, beta2) = self.betas;
        let step = self.lr / (1. - beta1.powf(moment.t()));
        let adapted = self.adapted(moment.t()).map(|scale| scale * step);
        let eps = self.eps;
        let descent = match self.decoupled_weight_decay {
            true => Descent::decoupled(self.maximize, self.weight_decay, self.lr),
            false => Descent::penalised(self.maximize, self.weight_decay),
        };
        move |p, g, state| {
            let [m, v] = state else {
                return p;
            };
            let (p, g) = descent.begin(p, g);
            *m = m.blend(beta1, &g, 1. - beta1);
            *v = v.blend(beta2, &g.square(), 1. - beta2);
            match adapted {
                Some(step) => p - m.clone() * step / (v.sqrt() + eps),
                None => p - m.clone() * step,
            }
        }
    }
}

impl RAdamOptions {
    /// r √(1 − β₂ᵗ), once the second moment is known well enough to divide by.
    fn adapted(&self, t: f64) -> Option<f64> {
        let beta2 = self.betas.1;
        let correction = 1. - beta2.powf(t);
        let limit = 2. / (1. - beta2) - 1.;
        let length = limit - 2. * t * beta2.powf(t) / correction;
        let variance = |length: f64| (length - 4.) * (length - 2.) / length;
        (length > 5.).then(|| (variance(length) / variance(limit) * correction).sqrt())
    }
}
