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

mod classes;
#[doc(hidden)]
pub mod cross_entropy;
mod ctc;
mod difference;
mod reduction;
mod rule;
mod segmentation;
#[cfg(test)]
mod tests;

pub use cross_entropy::{cross_entropy, cross_entropy_with, CrossEntropyLoss, CrossEntropyOptions};
pub use ctc::{ctc_loss, ctc_loss_with, CtcLoss, CtcLossOptions, Lengths};
pub use difference::{
    l1_loss, l1_loss_with, mse_loss, mse_loss_with, L1Loss, L1LossOptions, MseLoss, MseLossOptions,
};
pub use reduction::Reduction;
pub use segmentation::{
    dice_bce_loss, dice_bce_loss_with, dice_loss, dice_loss_with, focal_loss, focal_loss_with,
    iou_loss, iou_loss_with, lovasz_loss, lovasz_loss_with, tversky_loss, tversky_loss_with,
    Activation, DiceBceLoss, DiceBceLossOptions, DiceLoss, DiceLossOptions, FocalLoss,
    FocalLossOptions, IouLoss, IouLossOptions, LovaszForm, LovaszLoss, LovaszLossOptions,
    TverskyLoss, TverskyLossOptions,
};

pub(crate) use classes::Classes;

// Beside each function a module of its name, where `#[forward]` finds its shape rule.
#[doc(hidden)]
pub mod ctc_loss {
    pub use super::ctc::rule::trace_ctc_loss as trace;
}
#[doc(hidden)]
pub mod dice_bce_loss {
    pub use super::segmentation::rule::trace_dice_bce_loss as trace;
}
#[doc(hidden)]
pub mod dice_loss {
    pub use super::segmentation::rule::trace_dice_loss as trace;
}
#[doc(hidden)]
pub mod focal_loss {
    pub use super::segmentation::rule::trace_focal_loss as trace;
}
#[doc(hidden)]
pub mod iou_loss {
    pub use super::segmentation::rule::trace_iou_loss as trace;
}
#[doc(hidden)]
pub mod l1_loss {
    pub use super::rule::trace_l1_loss as trace;
}
#[doc(hidden)]
pub mod lovasz_loss {
    pub use super::segmentation::rule::trace_lovasz_loss as trace;
}
#[doc(hidden)]
pub mod mse_loss {
    pub use super::rule::trace_mse_loss as trace;
}
#[doc(hidden)]
pub mod tversky_loss {
    pub use super::segmentation::rule::trace_tversky_loss as trace;
}

/// Declares the struct form of a loss: it keeps the options and calls the function.
macro_rules! loss_struct {
    ($(#[$meta:meta])* $name:ident, $options:ident, $function:ident) => {
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

            /// The loss of an output.
            ///
            /// # Errors
            /// Those of the function.
            pub fn forward(
                &self,
                output: impl AsRef<$crate::Tensor>,
                target: impl AsRef<$crate::Tensor>,
            ) -> $crate::Result<$crate::Tensor> {
                $function(output, target, self.options.clone())
            }
        }
    };
}
pub(crate) use loss_struct;
