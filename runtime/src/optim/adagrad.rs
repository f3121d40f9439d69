//! Adagrad.

use super::descent::Descent;
use super::formula::Formula;
use super::number::Number;
use super::options::hyperparameters;
use super::rule::{all_non_negative, no_decay, Moment, SparseUpdate};
use super::FirstOrder;
use crate::error::Result;
use crate::tensor::Param;

/// Steps divided by the root of the sum of all squared gradients (`torch.optim.Adagrad`).
///
/// With the gradient g (its negative to `maximize`), the parameter θ, in step t, and s, which starts as
/// `initial_accumulator_value`:
///
/// ```text
/// g ← g + weight_decay · θ
/// s ← s + g²
/// θ ← θ − lr / (1 + (t − 1) · lr_decay) · g / (√s + eps)
/// ```
///
/// A group's own `initial_accumulator_value` counts; PyTorch takes the optimizer's for all.
///
/// # Example
/// ```
/// use taper::optim::{Adagrad, Optimizer};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f64], &Device::Cpu)?)?;
/// let mut opt = Adagrad::new([&w], 0.5)?;
/// w.add(0.0)?.backward()?;
/// opt.step()?; // by 0.5
/// opt.step()?; // by 0.5 / √2
/// assert!((w.item()? - (0.5 - 0.5 / 2f64.sqrt())).abs() < 1e-9);
/// # Ok::<(), taper::Error>(())
/// ```
pub type Adagrad = FirstOrder<AdagradOptions>;

hyperparameters! {
    /// The options of [`Adagrad`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::optim::AdagradOptions;
    /// assert_eq!(AdagradOptions::default().eps, 1e-10);
    /// ```
    pub struct AdagradOptions {
        /// The learning rate, ≥ 0. Default: 1e-2.
        lr: f64 = 1e-2,
        /// How much the rate falls from step to step, ≥ 0. Default: 0.
        lr_decay: f64 = 0.,
        /// The factor of the L2 penalty, ≥ 0. Default: 0.
        weight_decay: f64 = 0.,
        /// What the sum of squares starts with, ≥ 0. Default: 0.
        initial_accumulator_value: f64 = 0.,
        /// Added to the denominator, ≥ 0. Default: 1e-10.
        eps: f64 = 1e-10,
        /// Ascends instead. Default: false.
        maximize: bool = false,
    }
}

impl Formula for AdagradOptions {
    const NAME: &'static str = "Adagrad";
    const COUNTS_STEPS: bool = true;
    const SLOTS: &'static [&'static str] = &["sum"];

    fn validate(&self) -> Result<()> {
        all_non_negative(
            Self::NAME,
            &[
                ("lr", self.lr),
                ("lr_decay", self.lr_decay),
                ("weight_decay", self.weight_decay),
                ("initial_accumulator_value", self.initial_accumulator_value),
                ("eps", self.eps),
            ],
        )
    }

    fn initial(&self, _: &str) -> f64 {
        self.initial_accumulator_value
    }

    fn sparse_gradient(&self, _: &Param) -> Result<SparseUpdate> {
        no_decay(Self::NAME, self.weight_decay)?;
        Ok(SparseUpdate::Rows)
    }

    fn update<V: Number>(&self, moment: Moment<'_>) -> impl Fn(V, V, &mut [V]) -> V + Sync {
        let lr = self.lr / (1. + (moment.t() - 1.) * self.lr_decay);
        let eps = self.eps;
        let descent = Descent::penalised(self.maximize, self.weight_decay);
        move |p, g, state| {
            let [sum] = state else {
                return p;
            };
            let (p, g) = descent.begin(p, g);
            *sum = sum.clone() + g.square();
            p - g * lr / (sum.sqrt() + eps)
        }
    }
}
