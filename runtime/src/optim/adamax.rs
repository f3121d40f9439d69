//! Adamax.

use super::descent::Descent;
use super::formula::Formula;
use super::number::Number;
use super::options::hyperparameters;
use super::rule::{all_non_negative, fractions, Moment};
use super::FirstOrder;
use crate::error::Result;

/// [`Adam`](super::Adam) with the infinity norm for its second moment (`torch.optim.Adamax`).
///
/// With the gradient g (its negative to `maximize`), the parameter θ, and in step t:
///
/// ```text
/// g ← g + weight_decay · θ
/// m ← β₁ m + (1 − β₁) g
/// u ← max(β₂ u, |g| + eps)
/// θ ← θ − lr / (1 − β₁ᵗ) · m / u
/// ```
///
/// # Example
/// ```
/// use taper::optim::{Adamax, Optimizer};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f64, 2.], &Device::Cpu)?)?;
/// let mut opt = Adamax::new([&w], 0.1)?;
/// w.set_grad(Some(Tensor::new(&[0.5f64, -3.], &Device::Cpu)?))?;
/// opt.step()?;
/// let expected = [0.9, 2.1]; // the first step has size lr
/// assert!(w.to_vec::<f64>()?.iter().zip(expected).all(|(w, e)| (w - e).abs() < 1e-8));
/// # Ok::<(), taper::Error>(())
/// ```
pub type Adamax = FirstOrder<AdamaxOptions>;

hyperparameters! {
    /// The options of [`Adamax`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::optim::AdamaxOptions;
    /// assert_eq!(AdamaxOptions::default().lr, 2e-3);
    /// ```
    pub struct AdamaxOptions {
        /// The learning rate, ≥ 0. Default: 2e-3.
        lr: f64 = 2e-3,
        /// How much of the mean and of the norm is kept, each in [0, 1). Default: (0.9, 0.999).
        betas: (f64, f64) = (0.9, 0.999),
        /// Added to the gradient's absolute value, ≥ 0. Default: 1e-8.
        eps: f64 = 1e-8,
        /// The factor of the L2 penalty, ≥ 0. Default: 0.
        weight_decay: f64 = 0.,
        /// Ascends instead. Default: false.
        maximize: bool = false,
    }
}

impl Formula for AdamaxOptions {
    const NAME: &'static str = "Adamax";
    const COUNTS_STEPS: bool = true;
    const SLOTS: &'static [&'static str] = &["exp_avg", "exp_inf"];

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
        let eps = self.eps;
        let descent = Descent::penalised(self.maximize, self.weight_decay);
        move |p, g, state| {
            let [m, u] = state else {
                return p;
            };
            let (p, g) = descent.begin(p, g);
            *m = m.blend(beta1, &g, 1. - beta1);
            *u = (u.clone() * beta2).maximum(&(g.abs() + eps));
            p - m.clone() * step / u.clone()
        }
    }
}
