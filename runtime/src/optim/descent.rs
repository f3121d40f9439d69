//! What most formulas begin with.

use super::number::Number;

/// The gradient's sign, and weight decay: by the gradient of an L2 penalty, or of the weights themselves.
#[derive(Clone, Copy)]
pub(super) struct Descent {
    pub(super) maximize: bool,
    /// The factor of θ that joins the gradient.
    pub(super) penalty: f64,
    /// What is left of θ itself.
    pub(super) shrink: f64,
}

impl Descent {
    /// The penalty `weight_decay / 2 · |θ|²`.
    pub(super) fn penalised(maximize: bool, weight_decay: f64) -> Self {
        Descent {
            maximize,
            penalty: weight_decay,
            shrink: 1.,
        }
    }

    /// Weights decay on their own, outside of what is kept of the gradient.
    pub(super) fn decoupled(maximize: bool, weight_decay: f64, lr: f64) -> Self {
        Descent {
            maximize,
            penalty: 0.,
            shrink: 1. - lr * weight_decay,
        }
    }

    /// The value and its gradient that the formula goes on with.
    #[inline(always)]
    pub(super) fn begin<V: Number>(&self, p: V, g: V) -> (V, V) {
        let mut g = if self.maximize { -g } else { g };
        if self.penalty != 0. {
            g = g + p.clone() * self.penalty; // 0 · ∞ would be NaN
        }
        (p * self.shrink, g)
    }
}
