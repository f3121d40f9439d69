//! Adafactor.

use candle_core::{DType, Shape, Tensor};

use super::options::hyperparameters;
use super::rule::{non_negative, Moment, UpdateRule};
use super::FirstOrder;
use crate::error::{Error, Result};
use crate::tensor::total;

/// Adam's second moment at the price of its row and column means (`torch.optim.Adafactor`).
///
/// With the gradient g (its negative to `maximize`), the parameter θ, and in step t:
///
/// ```text
/// ω ← t^beta2_decay                        what enters the moments
/// α ← max(ε₂, RMS(θ)) · min(lr, 1/√t)
/// θ ← θ − lr · weight_decay · θ
/// R ← R + ω (mean of g² over the last dimension − R)          for matrices
/// C ← C + ω (mean of g² over the last but one − C)
/// V ← R · C / max(mean of R over the last but one, ε₁)
/// V ← V + ω (g² − V)                                          for vectors and numbers
/// u ← g / √max(V, ε₁²)
/// θ ← θ − α · u / max(1, RMS(u)/d)
/// ```
///
/// A tensor with more than two dimensions is a batch of matrices: R and C are those of its last two. PyTorch's ε₁ is by default that of the type
/// of the first parameter of the group; here it is that of the type in which the parameter is computed, which for half types is f32.
///
/// The state is `row_var` and `col_var`, with a 1 in place of the dimension that was averaged, or `variance`.
///
/// # Example
/// ```
/// use taper::optim::{Adafactor, Optimizer};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[[1f64, 1.], [1., 1.]], &Device::Cpu)?)?;
/// let mut opt = Adafactor::new([&w], 0.1)?;
/// w.sum(())?.backward()?;
/// opt.step()?;
/// assert!(w.to_vec::<f64>()?.iter().all(|w| (w - 0.9).abs() < 1e-12)); // RMS(θ) and RMS(u) are 1
/// assert_eq!(opt.state_dict()?.state[&0]["row_var"].dims(), [2, 1]);
/// # Ok::<(), taper::Error>(())
/// ```
pub type Adafactor = FirstOrder<AdafactorOptions>;

hyperparameters! {
    /// The options of [`Adafactor`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::optim::AdafactorOptions;
    /// assert_eq!(AdafactorOptions::default().eps, (None, 1e-3));
    /// ```
    pub struct AdafactorOptions {
        /// The learning rate, ≥ 0: the largest relative step, and the factor of the weight decay. Default: 1e-2.
        lr: f64 = 1e-2,
        /// The power of t that says how much of the present g² enters the moments, ≤ 0. Default: -0.8.
        beta2_decay: f64 = -0.8,
        /// ε₁, which keeps the second moment from 0, and ε₂, the least size of a parameter that steps are relative to; both ≥ 0.
        /// Default: the machine precision of the type that is computed in, and 1e-3.
        eps: (Option<f64>, f64) = (None, 1e-3),
        /// The largest root of the mean square that an update may have, ≥ 1. Default: 1.
        d: f64 = 1.,
        /// The factor by which weights decay on their own, ≥ 0. Default: 0.
        weight_decay: f64 = 0.,
        /// Ascends instead. Default: false.
        maximize: bool = false,
    }
}

impl UpdateRule for AdafactorOptions {
    const NAME: &'static str = "Adafactor";
    const COUNTS_STEPS: bool = true;
    const SLOTS: &'static [&'static str] = &["row_var", "col_var", "variance"];

    fn validate(&self) -> Result<()> {
        non_negative(Self::NAME, "lr", self.lr)?;
        if !(self.beta2_decay <= 0. && self.beta2_decay.is_finite()) {
            let (value, expected) = (self.beta2_decay, "a number ≤ 0");
            return Err(Error::argument(Self::NAME, "beta2_decay", value, expected));
        }
        non_negative(Self::NAME, "eps.0", self.eps.0.unwrap_or(0.))?;
        non_negative(Self::NAME, "eps.1", self.eps.1)?;
        if !(self.d >= 1. && self.d.is_finite()) {
            return Err(Error::argument(Self::NAME, "d", self.d, "a number ≥ 1"));
        }
        non_negative(Self::NAME, "weight_decay", self.weight_decay)
    }

    fn slots_of(&self, param: &Shape) -> &'static [&'static str] {
        if param.rank() > 1 {
            &Self::SLOTS[..2]
        } else {
            &Self::SLOTS[2..]
        }
    }

    fn slot_shape(slot: &str, param: &Shape) -> Shape {
        let mut dims = param.dims().to_vec();
        match (slot, dims.len()) {
            ("row_var", rank @ 2..) => dims[rank - 1] = 1,
            ("col_var", rank @ 2..) => dims[rank - 2] = 1,
            _ => {}
        }
        dims.into()
    }

    fn tensors(
        &self,
        moment: Moment<'_>,
        param: &Tensor,
        grad: &Tensor,
        state: &mut [Tensor],
    ) -> Result<Tensor> {
        if param.elem_count() == 0 {
            return Ok(param.clone());
        }
        let t = moment.step as f64;
        let (weight, largest) = (t.powf(self.beta2_decay), self.lr.min(1. / t.sqrt()));
        let rate = self.eps.1.max(rms(param)?) * largest;
        let param = (param * (1. - self.lr * self.weight_decay))?;
        let eps = self.eps.0.unwrap_or_else(|| precision(param.dtype()));
        let grad = if self.maximize {
            grad.neg()?
        } else {
            grad.clone()
        };
        let second = second_moment(state, &grad.sqr()?, weight, eps)?;
        let update = (grad / second.maximum(eps * eps)?.sqrt()?)?;
        let rate = rate / (rms(&update)? / self.d).max(1.);
        Ok((param - (update * rate)?)?)
    }
}

/// The estimate of the second moment, and what is kept of it, with a gradient's squares.
fn second_moment(state: &mut [Tensor], squares: &Tensor, weight: f64, eps: f64) -> Result<Tensor> {
    let [rows, columns] = state else {
        let [variance] = state else {
            return Ok(squares.clone());
        };
        *variance = toward(variance, squares, weight)?;
        return Ok(variance.clone());
    };
    let rank = squares.rank();
    *rows = toward(rows, &mean(squares, rank - 1)?, weight)?;
    *columns = toward(columns, &mean(squares, rank - 2)?, weight)?;
    let scale = mean(rows, rank - 2)?.maximum(eps)?;
    Ok(rows.broadcast_mul(columns)?.broadcast_div(&scale)?)
}

/// `weight` of the way from one to the other.
fn toward(from: &Tensor, to: &Tensor, weight: f64) -> Result<Tensor> {
    Ok((from + ((to - from)? * weight)?)?)
}

/// The mean over one dimension, which stays as size 1.
fn mean(x: &Tensor, dim: usize) -> Result<Tensor> {
    Ok((total(x, &[dim])? / x.dims()[dim] as f64)?)
}

/// The root of the mean square.
fn rms(x: &Tensor) -> Result<f64> {
    let squares = total(&x.flatten_all()?.sqr()?, &[0])?.to_dtype(DType::F64)?;
    Ok((squares.to_vec1::<f64>()?.iter().sum::<f64>() / x.elem_count() as f64).sqrt())
}

/// The gap between 1 and the next number.
fn precision(dtype: DType) -> f64 {
    match dtype {
        DType::F64 => f64::EPSILON,
        _ => f64::from(f32::EPSILON),
    }
}
