//! NAdam.

use super::descent::Descent;
use super::formula::Formula;
use super::number::Number;
use super::options::hyperparameters;
use super::rule::{all_non_negative, fractions, Moment};
use super::FirstOrder;
use crate::error::Result;

/// [`Adam`](super::Adam) that looks ahead along its momentum, as Nesterov's method does (`torch.optim.NAdam`).
///
/// With the gradient g (its negative to `maximize`), the parameter θ, in step t, and Π the product of all μ so far:
///
/// ```text
/// g ← g + weight_decay · θ                (θ ← θ − lr · weight_decay · θ if decoupled)
/// μₜ = β₁ (1 − ½ · 0.96^(t · momentum_decay))
/// m ← β₁ m + (1 − β₁) g
/// v ← β₂ v + (1 − β₂) g²
/// θ ← θ − lr · (μₜ₊₁ m / (1 − Πₜ₊₁) + (1 − μₜ) g / (1 − Πₜ)) / (√(v / (1 − β₂ᵗ)) + eps)
/// ```
///
/// Π is kept in f64 and saved as `mu_product`.
///
/// # Example
/// ```
/// use taper::optim::{NAdam, Optimizer};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f64], &Device::Cpu)?)?;
/// let mut opt = NAdam::new([&w], 0.1)?;
/// for _ in 0..100 {
///     opt.zero_grad(true)?;
///     w.mul(&*w)?.backward()?;
///     opt.step()?;
/// }
/// assert!(w.item()?.abs() < 1e-3);
/// # Ok::<(), taper::Error>(())
/// ```
pub type NAdam = FirstOrder<NAdamOptions>;

hyperparameters! {
    /// The options of [`NAdam`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::optim::NAdamOptions;
    /// assert_eq!(NAdamOptions::default().momentum_decay, 4e-3);
    /// ```
    pub struct NAdamOptions {
        /// The learning rate, ≥ 0. Default: 2e-3.
        lr: f64 = 2e-3,
        /// How much of the two moments is kept, each in [0, 1). Default: (0.9, 0.999).
        betas: (f64, f64) = (0.9, 0.999),
        /// Added to the denominator, ≥ 0. Default: 1e-8.
        eps: f64 = 1e-8,
        /// The factor of the L2 penalty, ≥ 0. Default: 0.
        weight_decay: f64 = 0.,
        /// How fast the momentum approaches β₁, ≥ 0. Default: 4e-3.
        momentum_decay: f64 = 4e-3,
        /// Decays the weights themselves, outside of the moments. Default: false.
        decoupled_weight_decay: bool = false,
        /// Ascends instead. Default: false.
        maximize: bool = false,
    }
}

impl Formula for NAdamOptions {
    const NAME: &'static str = "NAdam";
    const COUNTS_STEPS: bool = true;
    const SLOTS: &'static [&'static str] = &["exp_avg", "exp_avg_sq"];
    const SCALARS: &'static [&'static str] = &["mu_product"];

    fn validate(&self) -> Result<()> {
        fractions(Self::NAME, self.betas)?;
        all_non_negative(
            Self::NAME,
            &[
                ("lr", self.lr),
                ("eps", self.eps),
                ("weight_decay", self.weight_decay),
                ("momentum_decay", self.momentum_decay),
            ],
        )
    }

    fn initial(&self, name: &str) -> f64 {
        f64::from(u8::from(name == "mu_product"))
    }

    fn update<V: Number>(&self, moment: Moment<'_>) -> impl Fn(V, V, &mut [V]) -> V + Sync {
        let (beta1, beta2) = self.betas;
        let (mu, next) = (self.mu(moment.t()), self.mu(moment.t() + 1.));
        let product = moment.scalar(0) * mu;
        let ahead = self.lr * next / (1. - product * next);
        let here = self.lr * (1. - mu) / (1. - product);
        let correction = 1. - beta2.powf(moment.t());
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
            p - m.blend(ahead, &g, here) / ((v.clone() / correction).sqrt() + eps)
        }
    }

    fn advance(&self, step: u64, scalars: &mut [f64]) {
        if let [product] = scalars {
            *product *= self.mu(step as f64);
        }
    }
}

impl NAdamOptions {
    /// The momentum of step t.
    fn mu(&self, t: f64) -> f64 {
        self.betas.0 * (1. - 0.5 * 0.96f64.powf(t * self.momentum_decay))
    }
}
