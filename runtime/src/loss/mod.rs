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

mod classes;
#[doc(hidden)]
pub mod cross_entropy;
mod difference;
mod margin;
mod penalty;
mod reduction;
mod rule;
#[cfg(test)]
mod tests;

pub use cross_entropy::{cross_entropy, cross_entropy_with, CrossEntropyLoss, CrossEntropyOptions};
pub use difference::{
    l1_loss, l1_loss_with, mse_loss, mse_loss_with, L1Loss, L1LossOptions, MseLoss, MseLossOptions,
};
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
pub use penalty::{l1_penalty, l2_penalty};
pub use reduction::Reduction;

pub(crate) use classes::Classes;

// Beside each function a module of its name, where `#[forward]` finds its shape rule.
#[doc(hidden)]
pub mod l1_loss {
    pub use super::rule::trace_l1_loss as trace;
}
#[doc(hidden)]
pub mod mse_loss {
    pub use super::rule::trace_mse_loss as trace;
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
