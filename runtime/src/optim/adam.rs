//! Adam and AdamW.

use super::descent::Descent;
use super::formula::Formula;
use super::number::Number;
use super::options::hyperparameters;
use super::rule::{all_non_negative, fractions, Moment};
use super::FirstOrder;
use crate::error::Result;

/// Steps scaled by running moments of the gradient (`torch.optim.Adam`).
///
/// With the gradient g (its negative to `maximize`), the parameter θ, and in step t:
///
/// ```text
/// g ← g + weight_decay · θ                (θ ← θ − lr · weight_decay · θ if decoupled)
/// m ← β₁ m + (1 − β₁) g
/// v ← β₂ v + (1 − β₂) g²                  (with amsgrad the greatest v so far is used below)
/// θ ← θ − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps)
/// ```
///
/// Half-precision parameters have their moments in f32, so that a gradient of zero gives no NaN.
///
/// # Example
/// ```
/// use taper::optim::{Adam, AdamOptions, Optimizer};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32, 2.], &Device::Cpu)?)?;
/// let mut opt = Adam::new([&w], AdamOptions::default().lr(0.1).amsgrad(true))?;
/// w.set_grad(Some(Tensor::new(&[0.5f32, -3.], &Device::Cpu)?))?;
/// opt.step()?;
/// let expected = [0.9, 2.1]; // the first step has size lr
/// assert!(w.to_vec::<f64>()?.iter().zip(expected).all(|(w, e)| (w - e).abs() < 1e-6));
/// # Ok::<(), taper::Error>(())
/// ```
pub type Adam = FirstOrder<AdamOptions>;

hyperparameters! {
    /// The options of [`Adam`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::optim::AdamOptions;
    /// assert_eq!(AdamOptions::default().betas((0.5, 0.99)).betas.0, 0.5);
    /// ```
    pub struct AdamOptions {
        /// The learning rate, ≥ 0. Default: 1e-3.
        lr: f64 = 1e-3,
        /// How much of the two moments is kept, each in [0, 1). Default: (0.9, 0.999).
        betas: (f64, f64) = (0.9, 0.999),
        /// Added to the denominator, ≥ 0. Default: 1e-8.
        eps: f64 = 1e-8,
        /// The factor of the L2 penalty, ≥ 0. Default: 0.
        weight_decay: f64 = 0.,
        /// Divides by the greatest second moment so far. Default: false.
        amsgrad: bool = false,
        /// Ascends instead. Default: false.
        maximize: bool = false,
        /// Decays the weights themselves, outside of the moments, as AdamW does. Default: false.
        decoupled_weight_decay: bool = false,
    }
}

/// [`Adam`] whose weights decay on their own, outside of the moments (`torch.optim.AdamW`).
///
/// # Example
/// ```
/// use taper::optim::{AdamW, AdamWOptions, Optimizer};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f64], &Device::Cpu)?)?;
/// let mut opt = AdamW::new([&w], AdamWOptions::default().lr(0.1).weight_decay(0.5))?;
/// w.set_grad(Some(w.zeros_like()?))?;
/// opt.step()?;
/// assert!((w.item()? - 0.95).abs() < 1e-15);
/// # Ok::<(), taper::Error>(())
/// ```
pub type AdamW = FirstOrder<AdamWOptions>;

hyperparameters! {
    /// The options of [`AdamW`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::optim::AdamWOptions;
    /// assert_eq!(AdamWOptions::from(0.1).weight_decay, 0.01);
    /// ```
    pub struct AdamWOptions {
        /// The learning rate, ≥ 0. Default: 1e-3.
        lr: f64 = 1e-3,
        /// How much of the two moments is kept, each in [0, 1). Default: (0.9, 0.999).
        betas: (f64, f64) = (0.9, 0.999),
        /// Added to the denominator, ≥ 0. Default: 1e-8.
        eps: f64 = 1e-8,
        /// A step takes lr · weight_decay off the weights, ≥ 0. Default: 1e-2.
        weight_decay: f64 = 1e-2,
        /// Divides by the greatest second moment so far. Default: false.
        amsgrad: bool = false,
        /// Ascends instead. Default: false.
        maximize: bool = false,
    }
}

impl Formula for AdamOptions {
    const NAME: &'static str = "Adam";
    const COUNTS_STEPS: bool = true;
    const SLOTS: &'static [&'static str] = &["exp_avg", "exp_avg_sq", "max_exp_avg_sq"];

    fn validate(&self) -> Result<()> {
        self.validate_as(Self::NAME)
    }

    fn slots(&self) -> &'static [&'static str] {
        &Self::SLOTS[..if self.amsgrad { 3 } else { 2 }]
    }

    fn update<V: Number>(&self, moment: Moment<'_>) -> impl Fn(V, V, &mut [V]) -> V + Sync {
        adam(self, moment)
    }
}

impl Formula for AdamWOptions {
    const NAME: &'static str = "AdamW";
    const COUNTS_STEPS: bool = true;
    const SLOTS: &'static [&'static str] = AdamOptions::SLOTS;
    /// PyTorch saves it as a setting of Adam, and has it true for AdamW whatever is loaded.
    const FIXED: &'static [&'static str] = &["decoupled_weight_decay"];

    fn validate(&self) -> Result<()> {
        self.adam().validate_as(Self::NAME)
    }

    fn slots(&self) -> &'static [&'static str] {
        self.adam().slots()
    }

    fn update<V: Number>(&self, moment: Moment<'_>) -> impl Fn(V, V, &mut [V]) -> V + Sync {
        adam(&self.adam(), moment)
    }
}

impl AdamOptions {
    fn validate_as(&self, at: &str) -> Result<()> {
        fractions(at, self.betas)?;
        all_non_negative(
            at,
            &[
                ("lr", self.lr),
                ("eps", self.eps),
                ("weight_decay", self.weight_decay),
            ],
        )
    }
}

impl AdamWOptions {
    fn adam(&self) -> AdamOptions {
        AdamOptions {
            lr: self.lr,
            betas: self.betas,
            eps: self.eps,
            weight_decay: self.weight_decay,
            amsgrad: self.amsgrad,
            maximize: self.maximize,
            decoupled_weight_decay: true,
        }
    }
}

fn adam<V: Number>(
    options: &AdamOptions,
    moment: Moment<'_>,
) -> impl Fn(V, V, &mut [V]) -> V + Sync + use<V> {
    let (beta1, beta2) = options.betas;
    let step = options.lr / (1. - beta1.powf(moment.t()));
    let root = (1. - beta2.powf(moment.t())).sqrt();
    let eps = options.eps;
    let descent = match options.decoupled_weight_decay {
        true => Descent::decoupled(options.maximize, options.weight_decay, options.lr),
        false => Descent::penalised(options.maximize, options.weight_decay),
    };
    move |p, g, state| {
        let [m, v, greatest @ ..] = state else {
            return p;
        };
        let (p, g) = descent.begin(p, g);
        *m = m.blend(beta1, &g, 1. - beta1);
        *v = v.blend(beta2, &g.square(), 1. - beta2);
        let second = match greatest {
            [greatest] => {
                *greatest = greatest.maximum(v);
                &*greatest
            }
            _ => &*v,
        };
        p - m.clone() * step / (second.sqrt() / root + eps)
    }
}
