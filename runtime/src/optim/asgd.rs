//! Averaged stochastic gradient descent.

use super::descent::Descent;
use super::formula::Formula;
use super::number::Number;
use super::options::hyperparameters;
use super::rule::{all_non_negative, Moment};
use super::FirstOrder;
use crate::error::{Error, Result};

/// Stochastic gradient descent that also averages the weights (`torch.optim.ASGD`).
///
/// With the gradient g (its negative to `maximize`), the parameter θ, its average ax, in step t, with η that starts as `lr`
/// and μ that starts as 1:
///
/// ```text
/// g ← g + weight_decay · θ
/// θ ← (1 − lambd · η) θ − η g
/// ax ← ax + μ (θ − ax)
/// η ← lr / (1 + lambd · lr · t)^alpha
/// μ ← 1 / max(1, t − t0)
/// ```
///
/// The average is in the state ([`Optimizer::state_dict`](super::Optimizer::state_dict)) as `ax`; η and μ are kept in f64.
///
/// # Example
/// ```
/// use taper::optim::{Asgd, AsgdOptions, Optimizer};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f64], &Device::Cpu)?)?;
/// let mut opt = Asgd::new([&w], AsgdOptions::default().lr(0.1).lambd(0.).t0(0.))?;
/// w.add(0.0)?.backward()?;
/// for _ in 0..3 {
///     opt.step()?; // 0.9, 0.8, 0.7
/// }
/// let average = &opt.state_dict()?.state[&0]["ax"];
/// assert!((average.item()? - 0.75).abs() < 1e-12); // μ is still 1 in step 2
/// # Ok::<(), taper::Error>(())
/// ```
pub type Asgd = FirstOrder<AsgdOptions>;

hyperparameters! {
    /// The options of [`Asgd`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::optim::AsgdOptions;
    /// assert_eq!(AsgdOptions::default().t0, 1e6);
    /// ```
    pub struct AsgdOptions {
        /// The learning rate, ≥ 0. Default: 1e-2.
        lr: f64 = 1e-2,
        /// How fast the weights and the rate decay, ≥ 0. Default: 1e-4.
        lambd: f64 = 1e-4,
        /// The power of the rate's decay, ≥ 0. Default: 0.75.
        alpha: f64 = 0.75,
        /// The step after which weights are averaged. Default: 1e6.
        t0: f64 = 1e6,
        /// The factor of the L2 penalty, ≥ 0. Default: 0.
        weight_decay: f64 = 0.,
        /// Ascends instead. Default: false.
        maximize: bool = false,
    }
}

impl Formula for AsgdOptions {
    const NAME: &'static str = "Asgd";
    const COUNTS_STEPS: bool = true;
    const SLOTS: &'static [&'static str] = &["ax"];
    const SCALARS: &'static [&'static str] = &["eta", "mu"];

    fn validate(&self) -> Result<()> {
        if !self.t0.is_finite() {
            return Err(Error::argument(Self::NAME, "t0", self.t0, "a number"));
        }
        all_non_negative(
            Self::NAME,
            &[
                ("lr", self.lr),
                ("lambd", self.lambd),
                ("alpha", self.alpha),
                ("weight_decay", self.weight_decay),
            ],
        )
    }

    fn initial(&self, name: &str) -> f64 {
        match name {
            "eta" => self.lr,
            "mu" => 1.,
            _ => 0.,
        }
    }

    fn update<V: Number>(&self, moment: Moment<'_>) -> impl Fn(V, V, &mut [V]) -> V + Sync {
        let (eta, mu) = (moment.scalar(0), moment.scalar(1));
        let descent = Descent {
            shrink: 1. - self.lambd * eta,
            ..Descent::penalised(self.maximize, self.weight_decay)
        };
        move |p, g, state| {
            let [average] = state else {
                return p;
            };
            let (p, g) = descent.begin(p, g);
            let p = p - g * eta;
            *average = if mu == 1. {
                p.clone() // free of rounding
            } else {
                average.clone() + (p.clone() - average.clone()) * mu
            };
            p
        }
    }

    fn advance(&self, step: u64, scalars: &mut [f64]) {
        if let [eta, mu] = scalars {
            let t = step as f64;
            *eta = self.lr / (1. + self.lambd * self.lr * t).powf(self.alpha);
            *mu = 1. / (t - self.t0).max(1.);
        }
    }
}
