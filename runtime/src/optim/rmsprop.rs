//! RMSprop.

use super::descent::Descent;
use super::formula::Formula;
use super::number::Number;
use super::options::hyperparameters;
use super::rule::{all_non_negative, Moment};
use super::FirstOrder;
use crate::error::Result;

/// Steps divided by the root mean square of the recent gradients (`torch.optim.RMSprop`).
///
/// With the gradient g (its negative to `maximize`), the parameter θ and the momentum buffer b:
///
/// ```text
/// g ← g + weight_decay · θ
/// v ← alpha · v + (1 − alpha) g²
/// d = √v + eps                            (√(v − a²) + eps if centered, with a ← alpha · a + (1 − alpha) g)
/// b ← momentum · b + g / d
/// θ ← θ − lr · b
/// ```
///
/// # Example
/// ```
/// use taper::optim::{Optimizer, RmsProp, RmsPropOptions};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f64], &Device::Cpu)?)?;
/// let mut opt = RmsProp::new([&w], RmsPropOptions::default().lr(0.1).alpha(0.75))?;
/// w.add(0.0)?.backward()?;
/// opt.step()?;
/// assert!((w.item()? - 0.8).abs() < 1e-8); // 0.1 / √0.25
/// # Ok::<(), taper::Error>(())
/// ```
pub type RmsProp = FirstOrder<RmsPropOptions>;

hyperparameters! {
    /// The options of [`RmsProp`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::optim::RmsPropOptions;
    /// assert_eq!(RmsPropOptions::default().alpha, 0.99);
    /// ```
    pub struct RmsPropOptions {
        /// The learning rate, ≥ 0. Default: 1e-2.
        lr: f64 = 1e-2,
        /// How much of the means is kept, ≥ 0. Default: 0.99.
        alpha: f64 = 0.99,
        /// Added to the denominator, ≥ 0. Default: 1e-8.
        eps: f64 = 1e-8,
        /// The factor of the L2 penalty, ≥ 0. Default: 0.
        weight_decay: f64 = 0.,
        /// How much of the last step is kept, ≥ 0. Default: 0.
        momentum: f64 = 0.,
        /// Divides by the deviation from the gradients' mean. Default: false.
        centered: bool = false,
        /// Ascends instead. Default: false.
        maximize: bool = false,
    }
}

impl Formula for RmsPropOptions {
    const NAME: &'static str = "RmsProp";
    const COUNTS_STEPS: bool = true;
    /// In this order, each choice of options has a contiguous part of them.
    const SLOTS: &'static [&'static str] = &["grad_avg", "square_avg", "momentum_buffer"];

    fn validate(&self) -> Result<()> {
        all_non_negative(
            Self::NAME,
            &[
                ("lr", self.lr),
                ("alpha", self.alpha),
                ("eps", self.eps),
                ("weight_decay", self.weight_decay),
                ("momentum", self.momentum),
            ],
        )
    }

    fn slots(&self) -> &'static [&'static str] {
        let first = if self.centered { 0 } else { 1 };
        let end = if self.momentum > 0. { 3 } else { 2 };
        &Self::SLOTS[first..end]
    }

    fn update<V: Number>(&self, _: Moment<'_>) -> impl Fn(V, V, &mut [V]) -> V + Sync {
        let (lr, alpha, eps) = (self.lr, self.alpha, self.eps);
        let (momentum, means) = (self.momentum, usize::from(self.centered));
        let descent = Descent::penalised(self.maximize, self.weight_decay);
        move |p, g, state| {
            let (mean, state) = state.split_at_mut(means.min(state.len()));
            let [v, buffer @ ..] = state else {
                return p;
            };
            let (p, g) = descent.begin(p, g);
            *v = v.blend(alpha, &g.square(), 1. - alpha);
            let variance = match mean {
                [mean] => {
                    *mean = mean.blend(alpha, &g, 1. - alpha);
                    v.clone() - mean.square()
                }
                _ => v.clone(),
            };
            let step = g / (variance.sqrt() + eps);
            match buffer {
                [buffer] => {
                    *buffer = buffer.clone() * momentum + step;
                    p - buffer.clone() * lr
                }
                _ => p - step * lr,
            }
        }
    }
}
