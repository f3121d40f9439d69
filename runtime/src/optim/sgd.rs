//! Stochastic gradient descent.

use super::descent::Descent;
use super::formula::Formula;
use super::number::Number;
use super::options::hyperparameters;
use super::rule::{all_non_negative, no_decay, Moment, SparseUpdate};
use super::FirstOrder;
use crate::error::{Error, Result};
use crate::tensor::Param;

/// Stochastic gradient descent, with momentum (`torch.optim.SGD`).
///
/// With the gradient g (its negative to `maximize`), the parameter θ and the momentum buffer b, which starts as the first g:
///
/// ```text
/// g ← g + weight_decay · θ
/// b ← momentum · b + (1 − dampening) · g
/// θ ← θ − lr · (g + momentum · b   with nesterov, else b)
/// ```
///
/// # Example
/// ```
/// use taper::optim::{Optimizer, Sgd, SgdOptions};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[0.2549f32, 0.0609], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], SgdOptions::default().lr(0.1).momentum(0.9))?;
/// w.set_grad(Some(w.ones_like()?))?;
/// opt.step()?;
/// assert_eq!(w.to_string().lines().next(), Some("[ 0.1549, -0.0391]"));
/// # Ok::<(), taper::Error>(())
/// ```
pub type Sgd = FirstOrder<SgdOptions>;

hyperparameters! {
    /// The options of [`Sgd`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::optim::SgdOptions;
    /// assert_eq!(SgdOptions::default().lr(0.1), SgdOptions { lr: 0.1, ..Default::default() });
    /// assert_eq!(SgdOptions::from(0.1).lr, 0.1);
    /// ```
    pub struct SgdOptions {
        /// The learning rate, ≥ 0. Default: 1e-3.
        lr: f64 = 1e-3,
        /// How much of the last direction is kept, ≥ 0. Default: 0.
        momentum: f64 = 0.,
        /// How much less of the gradient enters the momentum. Default: 0.
        dampening: f64 = 0.,
        /// The factor of the L2 penalty, ≥ 0. Default: 0.
        weight_decay: f64 = 0.,
        /// Looks ahead along the momentum; needs a momentum and no dampening. Default: false.
        nesterov: bool = false,
        /// Ascends instead. Default: false.
        maximize: bool = false,
    }
}

impl Formula for SgdOptions {
    const NAME: &'static str = "Sgd";
    const SLOTS: &'static [&'static str] = &["momentum_buffer"];

    fn validate(&self) -> Result<()> {
        all_non_negative(
            Self::NAME,
            &[
                ("lr", self.lr),
                ("momentum", self.momentum),
                ("weight_decay", self.weight_decay),
            ],
        )?;
        if !self.dampening.is_finite() {
            let dampening = self.dampening;
            return Err(Error::argument(
                Self::NAME,
                "dampening",
                dampening,
                "a number",
            ));
        }
        if self.nesterov && (self.momentum <= 0. || self.dampening != 0.) {
            let expected = format!(
                "false unless momentum > 0 and dampening = 0 (they are {} and {})",
                self.momentum, self.dampening
            );
            return Err(Error::argument(Self::NAME, "nesterov", true, expected));
        }
        Ok(())
    }

    fn slots(&self) -> &'static [&'static str] {
        if self.momentum == 0. {
            &[]
        } else {
            Self::SLOTS
        }
    }

    fn sparse_gradient(&self, _: &Param) -> Result<SparseUpdate> {
        no_decay(Self::NAME, self.weight_decay)?;
        Ok(if self.momentum == 0. {
            SparseUpdate::Rows
        } else {
            SparseUpdate::Dense // rows that were read earlier still move
        })
    }

    fn update<V: Number>(&self, moment: Moment<'_>) -> impl Fn(V, V, &mut [V]) -> V + Sync {
        let (lr, momentum, nesterov) = (self.lr, self.momentum, self.nesterov);
        let (keep, take) = if moment.fresh {
            (0., 1.)
        } else {
            (momentum, 1. - self.dampening)
        };
        let descent = Descent::penalised(self.maximize, self.weight_decay);
        move |p, g, state| {
            let (p, mut g) = descent.begin(p, g);
            if let [buffer] = state {
                *buffer = buffer.blend(keep, &g, take);
                g = if nesterov {
                    g + buffer.clone() * momentum
                } else {
                    buffer.clone()
                };
            }
            p - g * lr
        }
    }
}
