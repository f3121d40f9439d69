//! Adam for row-sparse gradients.

use super::formula::Formula;
use super::number::Number;
use super::options::hyperparameters;
use super::rule::{fractions, non_negative, positive, Moment, SparseUpdate};
use super::FirstOrder;
use crate::error::{Error, Result};
use crate::tensor::Param;

/// Adam on the rows of a table that a gradient holds (`torch.optim.SparseAdam`): the other rows keep their values and moments.
///
/// It is for row-sparse gradients, which [`Embedding`](crate::nn::Embedding) makes with `sparse = true`, and takes no others. A
/// step costs as much as the rows it changes. In step t, for the rows g of the gradient (their negative to `maximize`), and those
/// of the parameter θ and the moments:
///
/// ```text
/// m ← m + (1 − β₁) (g − m)
/// v ← v + (1 − β₂) (g² − v)
/// θ ← θ − lr · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + eps)
/// ```
///
/// The steps t are the parameter's, not the row's. The moments are dense, of the parameter's shape; for half-precision
/// parameters they are in f32.
///
/// # Example
/// ```
/// use taper::ops::EmbeddingOptions;
/// use taper::optim::{Optimizer, SparseAdam};
/// use taper::{Device, Param, Tensor};
/// let table = Param::new(Tensor::new(&[[1f32], [2.], [3.]], &Device::Cpu)?)?;
/// let mut opt = SparseAdam::new([&table], 0.1)?;
/// let ids = Tensor::new(&[2u32, 0, 2], &Device::Cpu)?;
/// let words = ids.embedding_with(&table, EmbeddingOptions::default().sparse(true))?;
/// words.sum(())?.backward()?;
/// opt.step()?;
/// let expected = [0.9, 2., 2.9]; // the first step has size lr
/// assert!(table.to_vec::<f64>()?.iter().zip(expected).all(|(w, e)| (w - e).abs() < 1e-6));
/// # Ok::<(), taper::Error>(())
/// ```
pub type SparseAdam = FirstOrder<SparseAdamOptions>;

hyperparameters! {
    /// The options of [`SparseAdam`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::optim::SparseAdamOptions;
    /// assert_eq!(SparseAdamOptions::default().eps(1e-6).eps, 1e-6);
    /// ```
    pub struct SparseAdamOptions {
        /// The learning rate, ≥ 0 (PyTorch wants > 0 at first, but schedulers may come to 0). Default: 1e-3.
        lr: f64 = 1e-3,
        /// How much of the two moments is kept, each in [0, 1). Default: (0.9, 0.999).
        betas: (f64, f64) = (0.9, 0.999),
        /// Added to the denominator, > 0. Default: 1e-8.
        eps: f64 = 1e-8,
        /// Ascends instead. Default: false.
        maximize: bool = false,
    }
}

impl Formula for SparseAdamOptions {
    const NAME: &'static str = "SparseAdam";
    const COUNTS_STEPS: bool = true;
    const SLOTS: &'static [&'static str] = &["exp_avg", "exp_avg_sq"];

    fn validate(&self) -> Result<()> {
        non_negative(Self::NAME, "lr", self.lr)?;
        positive(Self::NAME, "eps", self.eps)?;
        fractions(Self::NAME, self.betas)
    }

    fn accepts(&self, param: &Param) -> Result<()> {
        if param.rank() > 0 {
            return Ok(());
        }
        let message = format!("{} is a single number, without rows", param.describe());
        Err(Error::op(Self::NAME, message).help("train it with Adam"))
    }

    fn dense_gradient(&self, param: &Param) -> Result<()> {
        let message = format!(
            "{} has a dense gradient, but only row-sparse ones are taken",
            param.describe()
        );
        Err(Error::op(Self::NAME, message)
            .help("train it with Adam, or make its embedding with `sparse = true`"))
    }

    fn sparse_gradient(&self, _: &Param) -> Result<SparseUpdate> {
        Ok(SparseUpdate::Rows)
    }

    fn update<V: Number>(&self, moment: Moment<'_>) -> impl Fn(V, V, &mut [V]) -> V + Sync {
        let (t, (beta1, beta2)) = (moment.t(), self.betas);
        // The rate, corrected for moments that started at zero.
        let scale = self.lr * (1. - beta2.powf(t)).sqrt() / (1. - beta1.powf(t));
        let (eps, sign) = (self.eps, if self.maximize { -1. } else { 1. });
        move |p, g, state| {
            let [m, v] = state else { return p };
            let g = g * sign;
            *m = m.clone() + (g.clone() - m.clone()) * (1. - beta1);
            *v = v.clone() + (g.clone() * g - v.clone()) * (1. - beta2);
            p - m.clone() / (v.clone().sqrt() + eps) * scale
        }
    }
}
