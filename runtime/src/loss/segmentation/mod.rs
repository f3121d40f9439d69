//! Losses of masks: how well an output covers them.
//!
//! By default an output holds scores of one mask, is squashed by a sigmoid, and the whole batch is one mask; `per_sample` and
//! `per_class` take them apart. With [`Activation::Softmax`] every position has one class, and the target may name it. Scores
//! of any size have finite losses and gradients.

mod activation;
mod dice;
mod dice_bce;
mod entropy;
mod focal;
mod groups;
mod iou;
mod lovasz;
mod masks;
mod options;
pub(super) mod rule;
#[cfg(test)]
mod tests;
mod tversky;

pub use activation::Activation;
pub use dice::{dice_loss, dice_loss_with, DiceLoss, DiceLossOptions};
pub use dice_bce::{dice_bce_loss, dice_bce_loss_with, DiceBceLoss, DiceBceLossOptions};
pub use focal::{focal_loss, focal_loss_with, FocalLoss, FocalLossOptions};
pub use iou::{iou_loss, iou_loss_with, IouLoss, IouLossOptions};
pub use lovasz::{lovasz_loss, lovasz_loss_with, LovaszForm, LovaszLoss, LovaszLossOptions};
pub use tversky::{tversky_loss, tversky_loss_with, TverskyLoss, TverskyLossOptions};
