//! Muon.

use candle_core::{Shape, Tensor};

use super::newton_schulz::{orthogonalised, NewtonSchulz};
use super::options::hyperparameters;
use super::rule::{non_negative, Moment, UpdateRule};
use super::setting::words;
use super::FirstOrder;
use crate::error::{Error, Result};
use crate::tensor::Param;

/// Momentum whose directions are made orthogonal, for the matrices of hidden layers (`torch.optim.Muon`).
///
/// With the gradient g, the parameter θ of shape `[A, B]`, and the momentum buffer b, which starts as 0:
///
/// ```text
/// b ← b + (1 − momentum) (g − b)
/// u ← NewtonSchulz(g + momentum · (b − g)   with nesterov, else b)
/// θ ← θ − lr · weight_decay · θ
/// θ ← θ − lr · s(A, B) · u
/// ```
///
/// Newton–Schulz replaces the singular values by numbers around 1: with X = u / max(‖u‖, eps), transposed if A > B, and the
/// coefficients (a, b, c), `ns_steps` times
///
/// ```text
/// G ← X Xᵀ,   X ← a X + (b G + c G G) X
/// ```
///
/// PyTorch computes it in bf16 whatever the parameter's type, and so does this: each result is rounded to bf16, sums are in f32.
/// Sums may be in another order than PyTorch's: then a number that lies within f32 precision of the middle of two bf16 numbers can
/// be rounded the other way, about once in 20,000 small products, and that element of u differs by 2⁻⁸.
///
/// All parameters must be matrices; give biases, norms and embeddings to [`AdamW`](super::Adam).
///
/// # Example
/// ```
/// use taper::optim::{Muon, MuonOptions, Optimizer};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[[1f64, 0.], [0., 1.]], &Device::Cpu)?)?;
/// let mut opt = Muon::new([&w], MuonOptions::default().lr(0.1).weight_decay(0.))?;
/// w.set_grad(Some(Tensor::new(&[[1e-3, 0.], [0., -1e3]], &Device::Cpu)?))?;
/// opt.step()?;
/// let w = w.to_vec::<f64>()?;
/// assert!(w[3] > 1.06 && w[1] == 0. && w[2] == 0.);
/// # Ok::<(), taper::Error>(())
/// ```
pub type Muon = FirstOrder<MuonOptions>;

hyperparameters! {
    /// The options of [`Muon`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::optim::{AdjustLr, MuonOptions};
    /// let options = MuonOptions::default().adjust_lr_fn(AdjustLr::MatchRmsAdamW);
    /// assert_eq!((options.ns_steps, options.adjust_lr_fn), (5, Some(AdjustLr::MatchRmsAdamW)));
    /// ```
    pub struct MuonOptions {
        /// The learning rate, ≥ 0. Default: 1e-3.
        lr: f64 = 1e-3,
        /// The factor by which weights decay on their own, ≥ 0. Default: 0.1.
        weight_decay: f64 = 0.1,
        /// How much of the last direction is kept, ≥ 0. Default: 0.95.
        momentum: f64 = 0.95,
        /// Looks ahead along the momentum. Default: true.
        nesterov: bool = true,
        /// The coefficients (a, b, c) of Newton–Schulz. Default: (3.4445, -4.775, 2.0315).
        ns_coefficients: (f64, f64, f64) = (3.4445, -4.775, 2.0315),
        /// The least norm that a direction is divided by, ≥ 0. Default: 1e-7.
        eps: f64 = 1e-7,
        /// How often Newton–Schulz is repeated, < 100. Default: 5.
        ns_steps: usize = 5,
        /// What the rate is multiplied by, from the shape. Default: none, which means [`AdjustLr::Original`].
        adjust_lr_fn: Option<AdjustLr> = None,
    }
}

words! {
    /// The factor s(A, B) of [`Muon`]'s rate for a matrix `[A, B]`.
    pub enum AdjustLr {
        /// √max(1, A/B).
        Original = "original",
        /// 0.2 · √max(A, B), so that a rate found for AdamW fits.
        MatchRmsAdamW = "match_rms_adamw",
        /// √(A/B).
        SpectralUnclamped = "spectral_unclamped",
    },
    "one of original, match_rms_adamw, spectral_unclamped"
}

impl AdjustLr {
    fn factor(self, rows: usize, columns: usize) -> f64 {
        let (rows, columns) = (rows as f64, columns as f64);
        match self {
            AdjustLr::Original => (rows / columns).max(1.).sqrt(),
            AdjustLr::MatchRmsAdamW => 0.2 * rows.max(columns).sqrt(),
            AdjustLr::SpectralUnclamped => (rows / columns).sqrt(),
        }
    }
}

impl UpdateRule for MuonOptions {
    const NAME: &'static str = "Muon";
    const SLOTS: &'static [&'static str] = &["momentum_buffer"];

    fn validate(&self) -> Result<()> {
        non_negative(Self::NAME, "lr", self.lr)?;
        non_negative(Self::NAME, "weight_decay", self.weight_decay)?;
        non_negative(Self::NAME, "momentum", self.momentum)?;
        let (a, b, c) = self.ns_coefficients;
        if ![a, b, c].iter().all(|x| x.is_finite()) {
            let (value, expected) = (self.ns_coefficients, "three finite numbers");
            let error = Error::argument(Self::NAME, "ns_coefficients", value, expected);
            return Err(error);
        }
        non_negative(Self::NAME, "eps", self.eps)?;
        if self.ns_steps >= 100 {
            let (value, expected) = (self.ns_steps, "a whole number < 100");
            return Err(Error::argument(Self::NAME, "ns_steps", value, expected));
        }
        Ok(())
    }

    fn accepts(&self, param: &Param) -> Result<()> {
        if param.rank() == 2 {
            return Ok(());
        }
        let message = format!(
            "{} has shape {:?}, but only matrices are trained",
            param.describe(),
            param.dims()
        );
        Err(Error::op(Self::NAME, message).help("give it to Adam"))
    }

    fn tensors(
        &self,
        _: Moment<'_>,
        param: &Tensor,
        grad: &Tensor,
        state: &mut [Tensor],
    ) -> Result<Tensor> {
        let [buffer] = state else {
            return Ok(param.clone());
        };
        *buffer = (&*buffer + ((grad - &*buffer)? * (1. - self.momentum))?)?;
        let direction = if self.nesterov {
            (grad + ((&*buffer - grad)? * self.momentum)?)?
        } else {
            buffer.clone()
        };
        let update = orthogonalised(&direction, &self.iteration())?.to_dtype(param.dtype())?;
        let param = (param * (1. - self.lr * self.weight_decay))?;
        Ok((param - (update * (self.lr * self.factor(grad.shape())?))?)?)
    }
}

impl MuonOptions {
    fn iteration(&self) -> NewtonSchulz {
        NewtonSchulz {
            coefficients: self.ns_coefficients,
            steps: self.ns_steps,
            eps: self.eps,
        }
    }

    fn factor(&self, shape: &Shape) -> Result<f64> {
        let (rows, columns) = shape.dims2()?;
        let adjust = self.adjust_lr_fn.unwrap_or(AdjustLr::Original);
        Ok(adjust.factor(rows, columns))
    }
}
