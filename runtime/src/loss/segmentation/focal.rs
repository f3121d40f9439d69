//! The focal loss, which gives little weight to what is predicted well.

use super::entropy::Entropies;
use super::groups::at_least_zero;
use super::masks::Masks;
use super::Activation;
use crate::error::{Error, Result};
use crate::loss::{loss_struct, Reduction};
use crate::ops::options::tensor_options;
use crate::ops::unary::{functions, unary};
use crate::tensor::Tensor;

const OP: &str = "focal_loss";

functions! {
    // b (1 − e⁻ᵇ)^γ; its slope is (1 − e⁻ᵇ)^γ (1 + γ b / (eᵇ − 1)), where b / (eᵇ − 1) is 1 at 0.
    Focus { gamma: f64 } "focal_loss" keeps Input,
    b => b * (-(-b).exp_m1()).powf(T::of(gamma)),
    (b, g) => {
        let miss = -(-b).exp_m1();
        let ratio = if miss > T::ZERO { b * (T::ONE - miss) / miss } else { T::ONE };
        g * miss.powf(T::of(gamma)) * (T::ONE + T::of(gamma) * ratio)
    },
    plain b => b * misses(b)?.powf(gamma)?,
    (b, g) => {
        let miss = misses(b)?;
        let ratio = (b * ((miss.neg()? + 1.)? / &miss)?)?;
        let ratio = miss.gt(0.)?.where_cond(&ratio, &ratio.ones_like()?)?;
        g * (miss.powf(gamma)? * ((ratio * gamma)? + 1.)?)?
    };
}

/// 1 − e⁻ᵇ
fn misses(b: &candle_core::Tensor) -> candle_core::Result<candle_core::Tensor> {
    b.neg()?.exp()?.affine(-1., 1.)
}

tensor_options! {
    /// The optional arguments of [`focal_loss_with`].
    ///
    /// ```
    /// let options = taper::loss::FocalLossOptions::default();
    /// assert_eq!((options.alpha, options.gamma, options.per_element), (0.8, 2., false));
    /// ```
    FocalLossOptions {
        /// A factor of the loss. Default: 0.8.
        alpha: f64 = 0.8,
        /// How much less good predictions count. Default: 2.
        gamma: f64 = 2.,
        /// Whether every element has a loss of its own, instead of their mean cross-entropy. Default: false.
        per_element: bool = false,
        /// Whether `alpha` is the factor where the mask is 1, and 1 − `alpha` where it is 0; only `per_element`, and not
        /// with a softmax. Default: false.
        balanced: bool = false,
        /// What the output is turned into probabilities by. Default: [`Activation::Sigmoid`].
        activation: Activation = Activation::Sigmoid,
        /// A factor for each class, along dimension 1, `[C]`; a mean is then weighted. Default: none, all 1.
        weight: Option<Tensor> = None,
        /// The target's value where nothing counts. Default: none.
        ignore_index: Option<i64> = None,
        /// What becomes of the losses of elements, if there are any. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

/// 0.8 (1 − e⁻ᵇ)² b, with b the mean binary cross-entropy, −y log p − (1 − y) log(1 − p) with p = σ(x), of all elements.
///
/// Output and target are those of [`dice_loss`](fn@crate::loss::dice_loss). The cross-entropy is computed from the scores x
/// and exact for all of them.
///
/// # Errors
/// As for [`dice_loss`](fn@crate::loss::dice_loss).
///
/// ```
/// # use taper::{DType, Device, Tensor};
/// # use taper::loss::focal_loss;
/// let output = Tensor::ones([1, 1, 224, 224], DType::F32, &Device::Cpu)?;
/// let loss = focal_loss(&output, output.zeros_like()?)?.item()?;
/// assert_eq!(format!("{loss:.4}"), "0.5615");
/// # Ok::<(), taper::Error>(())
/// ```
pub fn focal_loss(output: impl AsRef<Tensor>, target: impl AsRef<Tensor>) -> Result<Tensor> {
    focal_loss_with(output, target, FocalLossOptions::default())
}

/// [`focal_loss`] with options: `alpha` (1 − e⁻ᵇ)^`gamma` b, of the mean b or `per_element`.
///
/// The loss of single elements is that of the paper, and of `torchvision.ops.sigmoid_focal_loss` if it is `balanced`. With
/// [`Activation::Softmax`] b is −Σ y log p of a position, and 1 − e⁻ᵇ one minus the probability of its class.
///
/// # Errors
/// As for [`focal_loss`], and if an option is out of its range; the sum and the list of nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{focal_loss_with, FocalLossOptions, Reduction};
/// let output = Tensor::new(&[0f64, 0.], &Device::Cpu)?;
/// let target = Tensor::new(&[1u8, 0], &Device::Cpu)?;
/// let options = FocalLossOptions::default().per_element(true).balanced(true).alpha(0.25);
/// let losses = focal_loss_with(&output, &target, options.reduction(Reduction::None))?.to_vec::<f64>()?;
/// let expected = [0.25, 0.75].map(|alpha| alpha * 0.25 * 2f64.ln());
/// assert!(losses.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-12));
/// # Ok::<(), taper::Error>(())
/// ```
pub fn focal_loss_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: FocalLossOptions,
) -> Result<Tensor> {
    options.validate()?;
    let masks = Masks::read(OP, output.as_ref(), target.as_ref(), options.ignore_index)?;
    let reduction = match options.per_element {
        true => options.reduction,
        false => Reduction::Mean,
    };
    reduction.check_count(OP, masks.output.dims())?;
    let entropies = Entropies::of(&masks, options.activation, options.weight.as_ref())?;
    let focus = Focus {
        gamma: options.gamma,
    };
    let loss = if options.per_element {
        let losses = unary(focus, &entropies.each)?.mul(options.factor(&masks)?)?;
        entropies.reduce(&losses, reduction)?
    } else {
        let mean = entropies.reduce(&entropies.each, reduction)?;
        unary(focus, &mean)?.mul(options.alpha)?
    };
    masks.finish(&loss)
}

impl FocalLossOptions {
    fn validate(&self) -> Result<()> {
        at_least_zero(OP, "alpha", self.alpha)?;
        at_least_zero(OP, "gamma", self.gamma)?;
        if !self.balanced {
            return Ok(());
        }
        if self.alpha > 1. {
            let expected = "a number from 0 to 1, since the loss is `balanced`";
            return Err(Error::argument(OP, "alpha", self.alpha, expected));
        }
        if !self.per_element {
            let expected = "false, unless the loss is `per_element`";
            return Err(Error::argument(OP, "balanced", true, expected));
        }
        if self.activation == Activation::Softmax {
            let expected = "false with a softmax, where `weight` balances the classes";
            return Err(Error::argument(OP, "balanced", true, expected));
        }
        Ok(())
    }

    /// The factor of each element's loss.
    fn factor(&self, masks: &Masks) -> Result<Tensor> {
        match self.balanced {
            // α y + (1 − α) (1 − y)
            true => masks.target.mul(2. * self.alpha - 1.)?.add(1. - self.alpha),
            false => Tensor::full((), self.alpha, masks.output.dtype(), masks.output.device()),
        }
    }
}

loss_struct! {
    /// [`focal_loss_with`] and its options.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::FocalLoss;
    /// let output = Tensor::new(&[9f32, -9.], &Device::Cpu)?;
    /// let loss = FocalLoss::new().forward(&output, Tensor::new(&[1u8, 0], &Device::Cpu)?)?;
    /// assert!(loss.item()? < 1e-6);
    /// # Ok::<(), taper::Error>(())
    /// ```
    FocalLoss, FocalLossOptions, focal_loss_with
}
