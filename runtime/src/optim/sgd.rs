//! Stochastic gradient descent.

use candle_core::Tensor;

use super::options::hyperparameters;
use super::rule::{non_negative, Moment, SparseUpdate, UpdateRule};
use super::slices::Real;
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
/// Row-sparse gradients (`Embedding(sparse = true)`) are taken if there is no weight decay; without momentum the other rows
/// aren't touched.
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

impl UpdateRule for SgdOptions {
    const NAME: &'static str = "Sgd";
    const COUNTS_STEPS: bool = false;
    const SLOTS: &'static [&'static str] = &["momentum_buffer"];

    fn validate(&self) -> Result<()> {
        non_negative(Self::NAME, "lr", self.lr)?;
        non_negative(Self::NAME, "momentum", self.momentum)?;
        non_negative(Self::NAME, "weight_decay", self.weight_decay)?;
        if !self.dampening.is_finite() {
            return Err(Error::argument(
                Self::NAME,
                "dampening",
                self.dampening,
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
        if self.weight_decay != 0. {
            let expected = "0 for row-sparse gradients, since it moves all rows";
            return Err(Error::argument(
                Self::NAME,
                "weight_decay",
                self.weight_decay,
                expected,
            ));
        }
        Ok(if self.momentum == 0. {
            SparseUpdate::Rows
        } else {
            SparseUpdate::Dense // rows that were read earlier still move
        })
    }

    fn tensors(
        &self,
        moment: Moment,
        param: &Tensor,
        grad: &Tensor,
        state: &mut [Tensor],
    ) -> Result<Tensor> {
        let mut grad = if self.maximize {
            grad.neg()?
        } else {
            grad.clone()
        };
        if self.weight_decay != 0. {
            grad = (grad + (param * self.weight_decay)?)?;
        }
        if let [buffer] = state {
            *buffer = if moment.fresh {
                grad.copy()?
            } else {
                ((&*buffer * self.momentum)? + (&grad * (1. - self.dampening))?)?
            };
            grad = if self.nesterov {
                (grad + (&*buffer * self.momentum)?)?
            } else {
                buffer.clone()
            };
        }
        Ok((param - (grad * self.lr)?)?)
    }

    fn slices<T: Real>(&self, moment: Moment, param: &mut [T], grad: &[T], state: &mut [&mut [T]]) {
        let lr = T::from_f64(self.lr);
        let direction = self.direction::<T>();
        let [buffer] = state else {
            for (p, &g) in param.iter_mut().zip(grad) {
                *p -= lr * direction(*p, g);
            }
            return;
        };
        let momentum = T::from_f64(self.momentum);
        let (keep, take) = if moment.fresh {
            (T::zero(), T::one())
        } else {
            (momentum, T::from_f64(1. - self.dampening))
        };
        for ((p, &g), b) in param.iter_mut().zip(grad).zip(buffer.iter_mut()) {
            let g = direction(*p, g);
            *b = keep * *b + take * g;
            *p -= lr * if self.nesterov { g + momentum * *b } else { *b };
        }
    }
}

impl SgdOptions {
    /// From a value and its gradient, the gradient with sign and penalty.
    fn direction<T: Real>(&self) -> impl Fn(T, T) -> T {
        let sign = T::from_f64(if self.maximize { -1. } else { 1. });
        let decay = T::from_f64(self.weight_decay);
        let decays = self.weight_decay != 0.; // 0 · ∞ would be NaN
        move |p, g| {
            if decays {
                sign * g + decay * p
            } else {
                sign * g
            }
        }
    }
}
