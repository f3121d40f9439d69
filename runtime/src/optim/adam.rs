//! Adam.

use candle_core::Tensor;

use super::options::hyperparameters;
use super::rule::{fraction, non_negative, Moment, UpdateRule};
use super::slices::Real;
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

impl UpdateRule for AdamOptions {
    const NAME: &'static str = "Adam";
    const COUNTS_STEPS: bool = true;
    const SLOTS: &'static [&'static str] = &["exp_avg", "exp_avg_sq", "max_exp_avg_sq"];

    fn validate(&self) -> Result<()> {
        non_negative(Self::NAME, "lr", self.lr)?;
        fraction(Self::NAME, "betas.0", self.betas.0)?;
        fraction(Self::NAME, "betas.1", self.betas.1)?;
        non_negative(Self::NAME, "eps", self.eps)?;
        non_negative(Self::NAME, "weight_decay", self.weight_decay)
    }

    fn slots(&self) -> &'static [&'static str] {
        &Self::SLOTS[..if self.amsgrad { 3 } else { 2 }]
    }

    fn tensors(
        &self,
        moment: Moment,
        param: &Tensor,
        grad: &Tensor,
        state: &mut [Tensor],
    ) -> Result<Tensor> {
        let [m, v, greatest @ ..] = state else {
            return Ok(param.clone());
        };
        let scale = self.scale(moment);
        let mut grad = (grad * self.sign())?;
        if self.penalty() != 0. {
            grad = (grad + (param * self.penalty())?)?;
        }
        let param = (param * self.shrink())?;
        let (beta1, beta2) = self.betas;
        *m = ((&*m * beta1)? + (&grad * (1. - beta1))?)?;
        *v = ((&*v * beta2)? + (grad.sqr()? * (1. - beta2))?)?;
        let second = match greatest {
            [greatest] => {
                *greatest = greatest.maximum(&*v)?;
                &*greatest
            }
            _ => &*v,
        };
        let denominator = ((second.sqrt()? / scale.root)? + self.eps)?;
        Ok((param - ((&*m * scale.step)? / denominator)?)?)
    }

    fn slices<T: Real>(&self, moment: Moment, param: &mut [T], grad: &[T], state: &mut [&mut [T]]) {
        let element = self.element::<T>(moment);
        match state {
            [m, v] => {
                let moments = m.iter_mut().zip(v.iter_mut());
                for ((p, &g), (m, v)) in param.iter_mut().zip(grad).zip(moments) {
                    element(p, g, m, v, None);
                }
            }
            [m, v, greatest] => {
                let moments = m.iter_mut().zip(v.iter_mut()).zip(greatest.iter_mut());
                for ((p, &g), ((m, v), greatest)) in param.iter_mut().zip(grad).zip(moments) {
                    element(p, g, m, v, Some(greatest));
                }
            }
            _ => {}
        }
    }
}

/// The corrections for moments that started at zero.
struct Scale {
    /// lr / (1 − β₁ᵗ)
    step: f64,
    /// √(1 − β₂ᵗ)
    root: f64,
}

impl AdamOptions {
    fn scale(&self, moment: Moment) -> Scale {
        let t = moment.step as f64;
        Scale {
            step: self.lr / (1. - self.betas.0.powf(t)),
            root: (1. - self.betas.1.powf(t)).sqrt(),
        }
    }

    fn sign(&self) -> f64 {
        if self.maximize {
            -1.
        } else {
            1.
        }
    }

    /// The factor of θ in the gradient.
    fn penalty(&self) -> f64 {
        if self.decoupled_weight_decay {
            0.
        } else {
            self.weight_decay
        }
    }

    /// What decoupled weight decay leaves of θ.
    fn shrink(&self) -> f64 {
        if self.decoupled_weight_decay {
            1. - self.lr * self.weight_decay
        } else {
            1.
        }
    }

    /// The update of one element: value, gradient, the moments, and the greatest second moment.
    #[inline(always)]
    fn element<T: Real>(
        &self,
        moment: Moment,
    ) -> impl Fn(&mut T, T, &mut T, &mut T, Option<&mut T>) {
        let number = T::from_f64;
        let scale = self.scale(moment);
        let (step, root, eps) = (number(scale.step), number(scale.root), number(self.eps));
        let (sign, penalty) = (number(self.sign()), number(self.penalty()));
        let (shrink, penalised) = (number(self.shrink()), self.penalty() != 0.);
        let (beta1, beta2) = (number(self.betas.0), number(self.betas.1));
        let (rest1, rest2) = (number(1. - self.betas.0), number(1. - self.betas.1));
        move |p, g, m, v, greatest| {
            let g = if penalised {
                sign * g + penalty * *p
            } else {
                sign * g
            };
            *m = beta1 * *m + rest1 * g;
            *v = beta2 * *v + rest2 * (g * g);
            let second = match greatest {
                Some(greatest) => {
                    *greatest = greatest.maximum(*v);
                    *greatest
                }
                None => *v,
            };
            *p = shrink * *p - step * *m / (second.sqrt() / root + eps);
        }
    }
}
