//! Losses that ask for a margin: between scores, distances or angles.

mod check;
mod compose;
mod cosine_embedding;
mod multi_margin;
mod multilabel_margin;
mod multilabel_soft_margin;
mod ranking;
mod rows;
pub(super) mod rule;
#[cfg(test)]
mod tests;
mod triplet;
mod triplet_with_distance;

pub use cosine_embedding::{
    cosine_embedding_loss, cosine_embedding_loss_with, CosineEmbeddingLoss,
    CosineEmbeddingLossOptions,
};
pub use multi_margin::{
    multi_margin_loss, multi_margin_loss_with, MultiMarginLoss, MultiMarginLossOptions,
};
pub use multilabel_margin::{
    multilabel_margin_loss, multilabel_margin_loss_with, MultiLabelMarginLoss,
    MultilabelMarginLossOptions,
};
pub use multilabel_soft_margin::{
    multilabel_soft_margin_loss, multilabel_soft_margin_loss_with, MultiLabelSoftMarginLoss,
    MultilabelSoftMarginLossOptions,
};
pub use ranking::{
    margin_ranking_loss, margin_ranking_loss_with, MarginRankingLoss, MarginRankingLossOptions,
};
pub use triplet::{
    triplet_margin_loss, triplet_margin_loss_with, TripletMarginLoss, TripletMarginLossOptions,
};
pub use triplet_with_distance::{
    triplet_margin_with_distance_loss, triplet_margin_with_distance_loss_with, DistanceFunction,
    TripletMarginWithDistanceLoss, TripletMarginWithDistanceLossOptions,
};
