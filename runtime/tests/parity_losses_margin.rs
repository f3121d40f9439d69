//! The losses that ask for a margin, angles and distances against PyTorch; the cases are made by
//! `tests/parity/losses_margin.py`.

use taper::loss::{
    cosine_embedding_loss_with, margin_ranking_loss_with, multi_margin_loss_with,
    multilabel_margin_loss_with, multilabel_soft_margin_loss_with, triplet_margin_loss_with,
    triplet_margin_with_distance_loss_with, CosineEmbeddingLossOptions, MarginRankingLossOptions,
    MultiMarginLossOptions, MultilabelMarginLossOptions, MultilabelSoftMarginLossOptions,
    Reduction, TripletMarginLossOptions, TripletMarginWithDistanceLossOptions,
};
use taper::ops::{CosineSimilarityOptions, PairwiseDistanceOptions};
use taper::testing::{Case, Parity};
use taper::{Result, Tensor};

#[test]
fn losses_margin() -> Result<()> {
    Parity::open("losses_margin")?.run(|op, case| {
        let (x, y) = (case.input(0)?, case.input(1)?);
        match op {
            "cosine_similarity" => x.cosine_similarity_with(y, cosine_options(case)?),
            "pairwise_distance" => x.pairwise_distance_with(y, distance_options(case)?),
            "margin_ranking_loss" => {
                margin_ranking_loss_with(x, y, case.input(2)?, ranking_options(case)?)
            }
            "cosine_embedding_loss" => {
                cosine_embedding_loss_with(x, y, case.input(2)?, embedding_options(case)?)
            }
            "triplet_margin_loss" => {
                triplet_margin_loss_with(x, y, case.input(2)?, triplet_options(case)?)
            }
            "triplet_margin_with_distance_loss" => {
                let options = with_distance_options(case)?;
                triplet_margin_with_distance_loss_with(x, y, case.input(2)?, options)
            }
            "by_cosine" => {
                let options = with_distance_options(case)?
                    .distance_function(|a, b| 1.0 - a.cosine_similarity(b)?);
                triplet_margin_with_distance_loss_with(x, y, case.input(2)?, options)
            }
            "multi_margin_loss" => multi_margin_loss_with(x, y, multi_margin_options(case)?),
            "multilabel_margin_loss" => {
                let options = MultilabelMarginLossOptions::default().reduction(reduction(case)?);
                multilabel_margin_loss_with(x, y, options)
            }
            "multilabel_soft_margin_loss" => {
                multilabel_soft_margin_loss_with(x, y, soft_margin_options(case)?)
            }
            _ => case.unknown(),
        }
    })
}

fn reduction(case: &Case) -> Result<Reduction> {
    Ok(match case.option::<String>("reduction")?.as_deref() {
        Some("sum") => Reduction::Sum,
        Some("none") => Reduction::None,
        _ => Reduction::Mean,
    })
}

/// The truth value of an argument, which PyTorch's scripts write as `true` or `false`.
fn swap(case: &Case) -> Result<bool> {
    Ok(case.option("swap")?.unwrap_or(false))
}

fn weight(case: &Case) -> Result<Option<Tensor>> {
    (case.inputs() > 2)
        .then(|| case.input(2).cloned())
        .transpose()
}

fn cosine_options(case: &Case) -> Result<CosineSimilarityOptions> {
    let mut options = CosineSimilarityOptions::default();
    if let Some(dim) = case.option::<i64>("dim")? {
        options = options.dim(dim);
    }
    if let Some(eps) = case.option::<f64>("eps")? {
        options = options.eps(eps);
    }
    Ok(options)
}

fn distance_options(case: &Case) -> Result<PairwiseDistanceOptions> {
    let defaults = PairwiseDistanceOptions::default();
    Ok(PairwiseDistanceOptions {
        p: case.option("p")?.unwrap_or(defaults.p),
        eps: case.option("eps")?.unwrap_or(defaults.eps),
        keepdim: case.option("keepdim")?.unwrap_or(defaults.keepdim),
    })
}

fn ranking_options(case: &Case) -> Result<MarginRankingLossOptions> {
    let defaults = MarginRankingLossOptions::default();
    Ok(MarginRankingLossOptions {
        margin: case.option("margin")?.unwrap_or(defaults.margin),
        reduction: reduction(case)?,
    })
}

fn embedding_options(case: &Case) -> Result<CosineEmbeddingLossOptions> {
    let defaults = CosineEmbeddingLossOptions::default();
    Ok(CosineEmbeddingLossOptions {
        margin: case.option("margin")?.unwrap_or(defaults.margin),
        reduction: reduction(case)?,
    })
}

fn triplet_options(case: &Case) -> Result<TripletMarginLossOptions> {
    let defaults = TripletMarginLossOptions::default();
    Ok(TripletMarginLossOptions {
        margin: case.option("margin")?.unwrap_or(defaults.margin),
        p: case.option("p")?.unwrap_or(defaults.p),
        eps: case.option("eps")?.unwrap_or(defaults.eps),
        swap: swap(case)?,
        reduction: reduction(case)?,
    })
}

fn with_distance_options(case: &Case) -> Result<TripletMarginWithDistanceLossOptions> {
    let defaults = TripletMarginWithDistanceLossOptions::default();
    Ok(TripletMarginWithDistanceLossOptions {
        margin: case.option("margin")?.unwrap_or(defaults.margin),
        swap: swap(case)?,
        reduction: reduction(case)?,
        ..defaults
    })
}

fn multi_margin_options(case: &Case) -> Result<MultiMarginLossOptions> {
    let defaults = MultiMarginLossOptions::default();
    Ok(MultiMarginLossOptions {
        p: case.option("p")?.unwrap_or(defaults.p),
        margin: case.option("margin")?.unwrap_or(defaults.margin),
        weight: weight(case)?.as_ref().map(Tensor::detach),
        reduction: reduction(case)?,
    })
}

fn soft_margin_options(case: &Case) -> Result<MultilabelSoftMarginLossOptions> {
    Ok(MultilabelSoftMarginLossOptions {
        weight: weight(case)?,
        reduction: reduction(case)?,
    })
}
