//! Losses: how far outputs are from their targets, as one number to run `backward` from.
//!
//! Each is a function, `mse_loss(&output, &target)`, with a form that takes options, `mse_loss_with`, and a struct that
//! keeps the options, `MseLoss`. PyTorch's retired `size_average` and `reduce` are not here: `reduction` replaces them.
//!
//! ```
//! use taper::loss::{cross_entropy, cross_entropy_with, CrossEntropyLoss, CrossEntropyOptions};
//! use taper::{Device, Tensor};
//! let output = Tensor::new(&[[0.2f32, 0.3, 0.1]], &Device::Cpu)?;
//! let target = Tensor::new(&[0i64], &Device::Cpu)?;
//! assert!((cross_entropy(&output, &target)?.item()? - 1.1019).abs() < 5e-5);
//!
//! let options = CrossEntropyOptions::default().label_smoothing(0.1);
//! let smoothed = cross_entropy_with(&output, &target, options.clone())?;
//! let criterion = CrossEntropyLoss::new_with(options);
//! assert_eq!(criterion.forward(&output, &target)?.item()?, smoothed.item()?);
//! # Ok::<(), taper::Error>(())
//! ```
//!
//! # Losses of one's own
//!
//! A loss is whatever makes one number of tensors. As a function under `#[forward]` it is written like a model's, and
//! `cargo check` proves its shapes:
//!
//! ```
//! use taper::prelude::*;
//!
//! #[forward]
//! #[shape(([B, C], [B, C]) -> [])]
//! fn charbonnier(output: Tensor, target: Tensor) -> Tensor {
//!     ((output - target).square() + 1e-6).sqrt().mean()
//! }
//!
//! fn main() -> taper::Result<()> {
//!     let x = Param::new(Tensor::new(&[[3f64, -1.]], &Device::Cpu)?)?;
//!     charbonnier(&x, &Tensor::new(&[[1f64, 0.]], &Device::Cpu)?)?.backward()
//! }
//! ```
//!
//! So a mistake is an error before anything runs; here the mean is missing:
//!
//! ```compile_fail
//! use taper::prelude::*;
//!
//! #[forward]
//! #[shape(([B, C], [B, C]) -> [])]
//! fn charbonnier(output: Tensor, target: Tensor) -> Tensor {
//!     ((output - target).square() + 1e-6).sqrt()
//! }
//! # fn main() {}
//! ```
//!
//! With settings it is a struct like a model, proved alike:
//!
//! ```
//! # use taper::prelude::*;
//! #[model(([B, C], [B, C]) -> [])]
//! struct Charbonnier {
//!     #[config(default = 1e-6)]
//!     eps: f64,
//! }
//!
//! #[forward]
//! impl Charbonnier {
//!     fn forward(&self, output: Tensor, target: Tensor) -> Tensor {
//!         ((output - target).square() + self.eps).sqrt().mean()
//!     }
//! }
//! # fn main() -> taper::Result<()> {
//! # let x = Tensor::new(&[[3f64, -1.]], &Device::Cpu)?;
//! # let criterion = Charbonnier::config().eps(0.25).init(&Device::Cpu)?;
//! # assert_eq!(criterion.forward(&x, &x)?.item()?, 0.5);
//! # Ok(())
//! # }
//! ```
//!
//! And a closure is enough where it is used once; its shapes are checked when it runs:
//!
//! ```
//! # use taper::{Device, Result, Tensor};
//! let eps = 0.25;
//! let charbonnier = |output: &Tensor, target: &Tensor| -> Result<Tensor> {
//!     output.sub(target)?.square()?.add(eps)?.sqrt()?.mean(())
//! };
//! let x = Tensor::new(&[3f64, -1.], &Device::Cpu)?;
//! assert_eq!(charbonnier(&x, &x)?.item()?, 0.5);
//! # Ok::<(), taper::Error>(())
//! ```

mod bce;
mod bce_logits;
mod checks;
mod classes;
#[doc(hidden)]
pub mod cross_entropy;
mod ctc;
mod difference;
mod divergence;
mod elementwise;
mod gaussian;
mod hinge_embedding;
mod huber;
mod margin;
mod nll;
mod penalty;
mod poisson;
mod positions;
mod reduction;
mod rule;
mod segmentation;
mod smooth_l1;
mod soft_margin;
mod stable;
#[cfg(test)]
mod tests;

pub use bce::{
    binary_cross_entropy, binary_cross_entropy_with, BceLoss, BinaryCrossEntropyOptions,
};
pub use bce_logits::{
    binary_cross_entropy_with_logits, binary_cross_entropy_with_logits_with, BceWithLogitsLoss,
    BinaryCrossEntropyWithLogitsOptions,
};

pub use cross_entropy::{cross_entropy, cross_entropy_with, CrossEntropyLoss, CrossEntropyOptions};
pub use ctc::{ctc_loss, ctc_loss_with, CtcLoss, CtcLossOptions, Lengths};
pub use difference::{
    l1_loss, l1_loss_with, mse_loss, mse_loss_with, L1Loss, L1LossOptions, MseLoss, MseLossOptions,
};
pub use divergence::{kl_div, kl_div_with, KlDivLoss, KlDivOptions, KlDivReduction};
pub use gaussian::{
    gaussian_nll_loss, gaussian_nll_loss_with, GaussianNllLoss, GaussianNllLossOptions,
};
pub use hinge_embedding::{
    hinge_embedding_loss, hinge_embedding_loss_with, HingeEmbeddingLoss, HingeEmbeddingLossOptions,
};
pub use huber::{huber_loss, huber_loss_with, HuberLoss, HuberLossOptions};
pub use margin::{
    cosine_embedding_loss, cosine_embedding_loss_with, margin_ranking_loss,
    margin_ranking_loss_with, multi_margin_loss, multi_margin_loss_with, multilabel_margin_loss,
    multilabel_margin_loss_with, multilabel_soft_margin_loss, multilabel_soft_margin_loss_with,
    triplet_margin_loss, triplet_margin_loss_with, triplet_margin_with_distance_loss,
    triplet_margin_with_distance_loss_with, CosineEmbeddingLoss, CosineEmbeddingLossOptions,
    DistanceFunction, MarginRankingLoss, MarginRankingLossOptions, MultiLabelMarginLoss,
    MultiLabelSoftMarginLoss, MultiMarginLoss, MultiMarginLossOptions, MultilabelMarginLossOptions,
    MultilabelSoftMarginLossOptions, TripletMarginLoss, TripletMarginLossOptions,
    TripletMarginWithDistanceLoss, TripletMarginWithDistanceLossOptions,
};
pub use nll::{nll_loss, nll_loss_with, NllLoss, NllLossOptions};
pub use penalty::{l1_penalty, l2_penalty};
pub use poisson::{poisson_nll_loss, poisson_nll_loss_with, PoissonNllLoss, PoissonNllLossOptions};
pub use reduction::Reduction;
pub use segmentation::{
    dice_bce_loss, dice_bce_loss_with, dice_loss, dice_loss_with, focal_loss, focal_loss_with,
    iou_loss, iou_loss_with, lovasz_loss, lovasz_loss_with, tversky_loss, tversky_loss_with,
    Activation, DiceBceLoss, DiceBceLossOptions, DiceLoss, DiceLossOptions, FocalLoss,
    FocalLossOptions, IouLoss, IouLossOptions, LovaszForm, LovaszLoss, LovaszLossOptions,
    TverskyLoss, TverskyLossOptions,
};
pub use smooth_l1::{smooth_l1_loss, smooth_l1_loss_with, SmoothL1Loss, SmoothL1LossOptions};
pub use soft_margin::{
    soft_margin_loss, soft_margin_loss_with, SoftMarginLoss, SoftMarginLossOptions,
};

pub(crate) use classes::Classes;

/// Beside each function a module of its name, where `#[forward]` finds its shape rule.
macro_rules! rules {
    ($($name:ident => $($rule:ident)::+),* $(,)?) => {$(
        #[doc(hidden)]
        pub mod $name {
            pub use super::$($rule)::+ as trace;
        }
    )*

        /// The names of all losses.
        #[cfg(test)]
        pub(crate) const LOSSES: &[&str] = &["cross_entropy", $(stringify!($name)),*];
    };
}

rules! {
    binary_cross_entropy => rule::trace_binary_cross_entropy,
    binary_cross_entropy_with_logits => rule::trace_binary_cross_entropy_with_logits,
    cosine_embedding_loss => margin::rule::trace_cosine_embedding_loss,
    ctc_loss => ctc::rule::trace_ctc_loss,
    dice_bce_loss => segmentation::rule::trace_dice_bce_loss,
    dice_loss => segmentation::rule::trace_dice_loss,
    focal_loss => segmentation::rule::trace_focal_loss,
    gaussian_nll_loss => rule::trace_gaussian_nll_loss,
    hinge_embedding_loss => rule::trace_hinge_embedding_loss,
    huber_loss => rule::trace_huber_loss,
    iou_loss => segmentation::rule::trace_iou_loss,
    kl_div => rule::trace_kl_div,
    l1_loss => rule::trace_l1_loss,
    lovasz_loss => segmentation::rule::trace_lovasz_loss,
    margin_ranking_loss => margin::rule::trace_margin_ranking_loss,
    mse_loss => rule::trace_mse_loss,
    multi_margin_loss => margin::rule::trace_multi_margin_loss,
    multilabel_margin_loss => margin::rule::trace_multilabel_margin_loss,
    multilabel_soft_margin_loss => margin::rule::trace_multilabel_soft_margin_loss,
    nll_loss => rule::trace_nll_loss,
    poisson_nll_loss => rule::trace_poisson_nll_loss,
    smooth_l1_loss => rule::trace_smooth_l1_loss,
    soft_margin_loss => rule::trace_soft_margin_loss,
    triplet_margin_loss => margin::rule::trace_triplet_margin_loss,
    triplet_margin_with_distance_loss => margin::rule::trace_triplet_margin_with_distance_loss,
    tversky_loss => segmentation::rule::trace_tversky_loss,
}

/// Declares the struct form of a loss: it keeps the options and calls the function.
macro_rules! loss_struct {
    ($(#[$meta:meta])* $name:ident, $options:ident, $function:ident) => {
        $crate::loss::loss_struct! { $(#[$meta])* $name, $options, $function(output, target) }
    };
    ($(#[$meta:meta])* $name:ident, $options:ident, $function:ident($($input:ident),+)) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default)]
        pub struct $name {
            /// The options.
            pub options: $options,
        }

        impl $name {
            /// The loss with PyTorch's defaults.
            pub fn new() -> Self {
                Self::default()
            }

            /// The loss with these options.
            pub fn new_with(options: $options) -> Self {
                $name { options }
            }

            /// The loss.
            ///
            /// # Errors
            /// Those of the function.
            pub fn forward(
                &self,
                $($input: impl AsRef<$crate::Tensor>,)+
            ) -> $crate::Result<$crate::Tensor> {
                $function($($input,)+ self.options.clone())
            }
        }
    };
}
pub(crate) use loss_struct;
