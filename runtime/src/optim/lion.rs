//! Lion.

use super::descent::Descent;
use super::formula::Formula;
use super::number::Number;
use super::options::hyperparameters;
use super::rule::{all_non_negative, fractions, Moment};
use super::FirstOrder;
use crate::error::Result;

/// Steps by the sign of a momentum (Chen et al. 2023, 'Symbolic discovery of optimization algorithms'). Not in PyTorch;
/// rates are a third to a tenth of [`AdamW`](super::AdamW)'s, weight decays accordingly greater.
///
/// With the gradient g (its negative to `maximize`) and the parameter θ:
///
/// ```text
/// c = β₁ m + (1 − β₁) g
/// θ ← θ − lr · (sign(c) + weight_decay · θ)
/// m ← β₂ m + (1 − β₂) g
/// ```
///
/// # Example
/// ```
/// use taper::optim::{Lion, LionOptions, Optimizer};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f64, 2.], &Device::Cpu)?)?;
/// let mut opt = Lion::new([&w], LionOptions::default().lr(0.25).weight_decay(0.5))?;
/// w.set_grad(Some(Tensor::new(&[3f64, -0.5], &Device::Cpu)?))?;
/// opt.step()?;
/// assert_eq!(w.to_vec::<f64>()?, [0.625, 2.]); // 1 − 0.25 · (1 + 0.5), 2 − 0.25 · (−1 + 1)
/// # Ok::<(), taper::Error>(())
/// ```
pub type Lion = FirstOrder<LionOptions>;

hyperparameters! {
    /// The options of [`Lion`]; the defaults are the paper's.
    ///
    /// ```
    /// use taper::optim::LionOptions;
    /// assert_eq!(LionOptions::default().betas, (0.9, 0.99));
    /// ```
    pub struct LionOptions {
        /// The learning rate, ≥ 0. Default: 1e-4.
        lr: f64 = 1e-4,
        /// How much of the momentum is kept for the step and for the next one, each in [0, 1). Default: (0.9, 0.99).
        betas: (f64, f64) = (0.9, 0.99),
        /// A step takes lr · weight_decay off the weights, ≥ 0. Default: 0.
        weight_decay: f64 = 0.,
        /// Ascends instead. Default: false.
        maximize: bool = false,
    }
}

impl Formula for LionOptions {
    const NAME: &'static str = "Lion";
    const SLOTS: &'static [&'static str] = &["exp_avg"];

    fn validate(&self) -> Result<()> {
        fractions(Self::NAME, self.betas)?;
        all_non_negative(
            Self::NAME,
            &[("lr", self.lr), ("weight_decay", self.weight_decay)],
        )
    }

    fn update<V: Number>(&self, _: Moment<'_>) -> impl Fn(V, V, &mut [V]) -> V + Sync {
        let (lr, (beta1, beta2)) = (self.lr, self.betas);
        let descent = Descent::decoupled(self.maximize, self.weight_decay, lr);
        move |p, g, state| {
            let [m] = state else {
                return p;
            };
            let (p, g) = descent.begin(p, g);
            let direction = m.blend(beta1, &g, 1. - beta1).sign();
            *m = m.blend(beta2, &g, 1. - beta2);
            p - direction * lr
        }
    }
}
