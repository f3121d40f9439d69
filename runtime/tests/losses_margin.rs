//! The losses that ask for a margin: what they say of what they refuse, and `#[forward]` functions that call them by
//! keyword.

use taper::ops::{CosineSimilarityOptions, PairwiseDistanceOptions};
use taper::prelude::*;
use taper::Result;

fn zeros(shape: &[usize]) -> Result<Tensor> {
    Tensor::zeros(shape, DType::F32, &Device::Cpu)
}

fn ints(values: &[i64], shape: &[usize]) -> Result<Tensor> {
    Tensor::from_vec(values.to_vec(), shape, &Device::Cpu)
}

fn message(result: Result<Tensor>) -> String {
    result
        .err()
        .map_or_else(|| "ran".into(), |error| error.to_string())
}

#[test]
fn margin_ranking_loss_says_what_is_wrong() -> Result<()> {
    let (x, target) = (zeros(&[3, 2])?, ints(&[1; 6], &[3, 2])?);
    assert_eq!(
        message(margin_ranking_loss(&x, &x, zeros(&[3])?)),
        "margin_ranking_loss: expected as many dimensions in each, but `input1` has shape [3, 2], `input2` [3, 2], `target` [3]\n\
         \x20 help: a dimension of size 1 is added by `unsqueeze` and taken away by `squeeze`"
    );
    assert_eq!(
        message(margin_ranking_loss(&x, zeros(&[3, 4])?, &target)),
        "margin_ranking_loss: shapes [3, 2] and [3, 4] and [3, 2] don't broadcast"
    );
    assert_eq!(
        message(margin_ranking_loss(&target, &x, &x)),
        "margin_ranking_loss: expected floats, but `input1` has type I64\n\
         \x20 help: inputs and target look swapped: the target comes last"
    );
    assert_eq!(
        message(margin_ranking_loss(&x, &target, &target)),
        "margin_ranking_loss: expected floats, but `input2` has type I64\n\
         \x20 help: convert it with `to_dtype`"
    );
    assert_eq!(
        message(margin_ranking_loss(&x, &x, x.to_dtype(DType::F64)?)),
        "margin_ranking_loss: `input2` has type F32, `target` F64\n\
         \x20 help: convert one of them with `to_dtype`"
    );
    let empty = zeros(&[0])?;
    assert_eq!(
        message(margin_ranking_loss(&empty, &empty, &empty)),
        "margin_ranking_loss: the batch is empty (shape [0]), and has no mean\n\
         \x20 help: leave out empty batches, or use `Reduction::Sum`, which is 0"
    );
    let total = MarginRankingLossOptions::default().reduction("total");
    assert_eq!(
        message(margin_ranking_loss_with(&x, &x, &target, total)),
        "margin_ranking_loss: `reduction` is \"total\", but expected \"mean\", \"sum\" or \"none\""
    );
    Ok(())
}

#[test]
fn cosine_embedding_loss_says_what_is_wrong() -> Result<()> {
    let (x, target) = (zeros(&[3, 2])?, ints(&[1; 3], &[3])?);
    assert_eq!(
        message(cosine_embedding_loss(&x, &x, zeros(&[3, 1])?)),
        "cosine_embedding_loss: expected a target of shape [N] or [], but it has shape [3, 1]\n\
         \x20 help: `squeeze` the dimensions of size 1"
    );
    assert_eq!(
        message(cosine_embedding_loss(&x, zeros(&[2])?, &target)),
        "cosine_embedding_loss: a target of shape [3] goes with inputs of shape [N, D], but `input1` has shape [3, 2], `input2` [2]"
    );
    assert_eq!(
        message(cosine_embedding_loss(&x, &x, ints(&[1], &[])?)),
        "cosine_embedding_loss: a target of shape [] goes with inputs of shape [D], but `input1` has shape [3, 2], `input2` [3, 2]"
    );
    assert_eq!(
        message(cosine_embedding_loss(&x, zeros(&[3, 4])?, &target)),
        "cosine_embedding_loss: shapes [3, 2] and [3, 4] don't broadcast"
    );
    assert_eq!(
        message(cosine_embedding_loss(&x, &x, ints(&[1; 4], &[4])?)),
        "cosine_embedding_loss: shapes [3] and [4] don't broadcast"
    );
    assert_eq!(
        message(cosine_embedding_loss(&target, &x, &x)),
        "cosine_embedding_loss: expected floats, but `input1` has type I64\n\
         \x20 help: inputs and target look swapped: the target comes last"
    );
    assert_eq!(
        message(cosine_embedding_loss(&x, x.to_dtype(DType::F64)?, &target)),
        "cosine_embedding_loss: `input1` has type F32, `input2` F64\n\
         \x20 help: convert one of them with `to_dtype`"
    );
    let empty = zeros(&[0, 2])?;
    assert_eq!(
        message(cosine_embedding_loss(&empty, &empty, ints(&[], &[0])?)),
        "cosine_embedding_loss: the batch is empty (shape [0]), and has no mean\n\
         \x20 help: leave out empty batches, or use `Reduction::Sum`, which is 0"
    );
    Ok(())
}

#[test]
fn triplet_losses_say_what_is_wrong() -> Result<()> {
    let x = zeros(&[3, 2])?;
    assert_eq!(
        message(triplet_margin_loss(&x, zeros(&[2])?, &x)),
        "triplet_margin_loss: expected as many dimensions in each, but `anchor` has shape [3, 2], `positive` [2], `negative` [3, 2]\n\
         \x20 help: a dimension of size 1 is added by `unsqueeze` and taken away by `squeeze`"
    );
    assert_eq!(
        message(triplet_margin_loss(&x, &x, zeros(&[4, 2])?)),
        "triplet_margin_loss: shapes [3, 2] and [4, 2] don't broadcast"
    );
    assert_eq!(
        message(triplet_margin_loss(zeros(&[1, 2])?, &x, zeros(&[4, 2])?)),
        "triplet_margin_loss: shapes [3] and [4] don't broadcast"
    );
    assert_eq!(
        message(triplet_margin_loss(&x, &x, ints(&[1; 6], &[3, 2])?)),
        "triplet_margin_loss: expected floats, but `negative` has type I64\n\
         \x20 help: convert it with `to_dtype`"
    );
    assert_eq!(
        message(triplet_margin_loss(&x, x.to_dtype(DType::BF16)?, &x)),
        "triplet_margin_loss: `anchor` has type F32, `positive` BF16\n\
         \x20 help: convert one of them with `to_dtype`"
    );
    let empty = zeros(&[0, 2])?;
    assert_eq!(
        message(triplet_margin_loss(&empty, &empty, &empty)),
        "triplet_margin_loss: the batch is empty (shape [0]), and has no mean\n\
         \x20 help: leave out empty batches, or use `Reduction::Sum`, which is 0"
    );
    for margin in [0., -1., f64::NAN] {
        let options = TripletMarginLossOptions::default().margin(margin);
        assert_eq!(
            message(triplet_margin_loss_with(&x, &x, &x, options)),
            format!(
                "triplet_margin_loss: `margin` is {margin:?}, but expected a number greater than 0"
            )
        );
    }
    let options = TripletMarginWithDistanceLossOptions::default;
    let with = |options| message(triplet_margin_with_distance_loss_with(&x, &x, &x, options));
    assert_eq!(
        with(options().margin(0)),
        "triplet_margin_with_distance_loss: `margin` is 0.0, but expected a number greater than 0"
    );
    assert_eq!(
        with(options().distance_function(|a, b| a.eq(b))),
        "triplet_margin_with_distance_loss: expected distances of floats, but it has type U8\n\
         \x20 help: convert it with `to_dtype(DType::F32)`"
    );
    assert_eq!(
        with(options().distance_function(|_, _| Err(taper::Error::op("mine", "too far")))),
        "mine: too far"
    );
    assert_eq!(
        message(triplet_margin_with_distance_loss(&x, &x, zeros(&[2])?)),
        "triplet_margin_with_distance_loss: expected as many dimensions in each, but `anchor` has shape [3, 2], \
         `positive` [3, 2], `negative` [2]\n\
         \x20 help: a dimension of size 1 is added by `unsqueeze` and taken away by `squeeze`"
    );
    Ok(())
}

#[test]
fn multi_margin_loss_says_what_is_wrong() -> Result<()> {
    let (x, target) = (zeros(&[2, 3])?, ints(&[0, 2], &[2])?);
    assert_eq!(
        message(multi_margin_loss(&x, ints(&[0, 3], &[2])?)),
        "multi_margin_loss: label 3 at position 1 is out of range for 3 classes (expected 0..=2)\n\
         \x20 help: classes count from 0"
    );
    assert_eq!(
        message(multi_margin_loss(&x, ints(&[-1, 0], &[2])?)),
        "multi_margin_loss: label -1 at position 0 is out of range for 3 classes (expected 0..=2)"
    );
    assert_eq!(
        message(multi_margin_loss(&target, &x)),
        "multi_margin_loss: expected an output of floats, but it has type I64\n\
         \x20 help: output and target look swapped: the output comes first"
    );
    assert_eq!(
        message(multi_margin_loss(&target, &target)),
        "multi_margin_loss: expected an output of floats, but it has type I64\n\
         \x20 help: convert it with `to_dtype`"
    );
    assert_eq!(
        message(multi_margin_loss(&x, zeros(&[2])?)),
        "multi_margin_loss: expected a target of class indices, but it has type F32\n\
         \x20 help: convert it with `to_dtype(DType::I64)`"
    );
    assert_eq!(
        message(multi_margin_loss(&x, ints(&[0; 6], &[2, 3])?)),
        "multi_margin_loss: expected a class index for each of [2], but the target has shape [2, 3]\n\
         \x20 help: a one-hot target becomes class indices by `argmax(-1)`; one with several classes goes with \
         `multilabel_margin_loss`"
    );
    assert_eq!(
        message(multi_margin_loss(&x, ints(&[0; 2], &[2, 1])?)),
        "multi_margin_loss: expected a class index for each of [2], but the target has shape [2, 1]\n\
         \x20 help: a dimension of size 1 is added by `unsqueeze` and taken away by `squeeze`"
    );
    assert_eq!(
        message(multi_margin_loss(zeros(&[2, 3, 4])?, &target)),
        "multi_margin_loss: expected scores of shape [C] or [N, C], but they have shape [2, 3, 4]"
    );
    assert_eq!(
        message(multi_margin_loss(zeros(&[2, 0])?, &target)),
        "multi_margin_loss: no classes in an output of shape [2, 0]"
    );
    assert_eq!(
        message(multi_margin_loss(zeros(&[0, 3])?, ints(&[], &[0])?)),
        "multi_margin_loss: the batch is empty (shape [0]), and has no mean\n\
         \x20 help: leave out empty batches, or use `Reduction::Sum`, which is 0"
    );
    let with = |options| message(multi_margin_loss_with(&x, &target, options));
    let options = MultiMarginLossOptions::default;
    assert_eq!(
        with(options().p(3)),
        "multi_margin_loss: `p` is 3, but expected 1 or 2"
    );
    assert_eq!(
        with(options().weight(zeros(&[2])?)),
        "multi_margin_loss: expected a weight for each of 3 classes, but `weight` has shape [2]"
    );
    assert_eq!(
        with(options().weight(zeros(&[3])?.to_dtype(DType::F64)?)),
        "multi_margin_loss: expected the weight to have the input's type F32, but it has F64\n\
         \x20 help: convert one of them with `to_dtype`"
    );
    Ok(())
}

#[test]
fn multilabel_losses_say_what_is_wrong() -> Result<()> {
    let (x, lists) = (zeros(&[2, 3])?, ints(&[0, -1, 0, 1, 2, -1], &[2, 3])?);
    assert_eq!(
        message(multilabel_margin_loss(&x, ints(&[0, -1, 3, 1, 2, -1], &[2, 3])?)),
        "multilabel_margin_loss: label 3 at position 2 is out of range for 3 classes (expected 0..=2, or -1 where a list ends)"
    );
    assert_eq!(
        message(multilabel_margin_loss(&x, ints(&[0, -2, 0, 1, 2, -1], &[2, 3])?)),
        "multilabel_margin_loss: label -2 at position 1 is out of range for 3 classes (expected 0..=2, or -1 where a list ends)"
    );
    assert_eq!(
        message(multilabel_margin_loss(&x, ints(&[0, -1], &[2])?)),
        "multilabel_margin_loss: expected a list of classes for each row, of the output's shape [2, 3], but the target has shape [2]\n\
         \x20 help: fill the lists up with -1"
    );
    assert_eq!(
        message(multilabel_margin_loss(&lists, &x)),
        "multilabel_margin_loss: expected an output of floats, but it has type I64\n\
         \x20 help: output and target look swapped: the output comes first"
    );
    assert_eq!(
        message(multilabel_margin_loss(&x, &x)),
        "multilabel_margin_loss: expected a target of class indices, but it has type F32\n\
         \x20 help: convert it with `to_dtype(DType::I64)`"
    );
    let empty = zeros(&[0, 3])?;
    assert_eq!(
        message(multilabel_margin_loss(&empty, ints(&[], &[0, 3])?)),
        "multilabel_margin_loss: the batch is empty (shape [0]), and has no mean\n\
         \x20 help: leave out empty batches, or use `Reduction::Sum`, which is 0"
    );

    let present = ints(&[1, 0, 1, 0, 0, 0], &[2, 3])?;
    assert_eq!(
        message(multilabel_soft_margin_loss(&x, ints(&[1, 0, 1], &[3])?)),
        "multilabel_soft_margin_loss: the output has shape [2, 3], the target [3]; they are not broadcast\n\
         \x20 help: the target says of every class whether it is present, by 1 or 0"
    );
    assert_eq!(
        message(multilabel_soft_margin_loss(&present, &x)),
        "multilabel_soft_margin_loss: expected an output of floats, but it has type I64\n\
         \x20 help: output and target look swapped: the output comes first"
    );
    assert_eq!(
        message(multilabel_soft_margin_loss(&x, x.to_dtype(DType::F64)?)),
        "multilabel_soft_margin_loss: expected the target to have the input's type F32, but it has F64\n\
         \x20 help: convert one of them with `to_dtype`"
    );
    assert_eq!(
        message(multilabel_soft_margin_loss(zeros(&[])?, zeros(&[])?)),
        "multilabel_soft_margin_loss: expected scores of shape [C] or [N, …, C], but they have no dimensions"
    );
    assert_eq!(
        message(multilabel_soft_margin_loss(
            zeros(&[2, 0])?,
            zeros(&[2, 0])?
        )),
        "multilabel_soft_margin_loss: no classes in an output of shape [2, 0]"
    );
    assert_eq!(
        message(multilabel_soft_margin_loss(&empty, &empty)),
        "multilabel_soft_margin_loss: the batch is empty (shape [0]), and has no mean\n\
         \x20 help: leave out empty batches, or use `Reduction::Sum`, which is 0"
    );
    for shape in [&[2][..], &[5, 2, 3]] {
        let options = MultilabelSoftMarginLossOptions::default().weight(zeros(shape)?);
        assert_eq!(
            message(multilabel_soft_margin_loss_with(&x, &present, options)),
            format!("multilabel_soft_margin_loss: expected a weight for each of 3 classes, but `weight` has shape {shape:?}")
        );
    }
    Ok(())
}

#[forward]
#[shape(([N, D], [N, D], [N, D; int]) -> [])]
fn ranked(x: Tensor, y: Tensor, target: Tensor) -> Tensor {
    margin_ranking_loss(x, y, target, margin = 0.5, reduction = "sum")
}

#[forward]
#[shape(([N, D], [N, D], [N; int]) -> [N])]
fn embedded(x: Tensor, y: Tensor, target: Tensor) -> Tensor {
    cosine_embedding_loss(x, y, target, margin = 0.25, reduction = "none")
}

#[forward]
#[shape(([N, D], [N, D], [N, D]) -> [N])]
fn apart(anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor {
    triplet_margin_loss(
        anchor,
        positive,
        negative,
        p = 1,
        swap = true,
        eps = 0.0,
        reduction = "none",
    )
}

#[forward]
#[shape(([N, D], [N, D], [N, D]) -> [])]
fn apart_by_distance(anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor {
    triplet_margin_with_distance_loss(anchor, positive, negative, margin = 2, swap = true)
}

#[forward]
#[shape(([N, C], [N; int], [C]) -> [])]
fn classified(x: Tensor, target: Tensor, weight: Tensor) -> Tensor {
    multi_margin_loss(x, target, p = 2, margin = 0.5, weight = weight)
}

#[forward]
#[shape(([N, C], [N, C; int]) -> [N])]
fn listed(x: Tensor, target: Tensor) -> Tensor {
    multilabel_margin_loss(x, target, reduction = "none")
}

#[forward]
#[shape(([N, C], [N, C; int], [C]) -> [])]
fn present(x: Tensor, target: Tensor, weight: Tensor) -> Tensor {
    multilabel_soft_margin_loss(x, target, weight = weight, reduction = "sum")
}

/// Angles and distances are operations.
#[forward]
#[shape(([N, D], [N, D]) -> [N, 1])]
fn measured(x: Tensor, y: Tensor) -> Tensor {
    let angle = x.cosine_similarity(&y, dim = -1, eps = 1e-6).unsqueeze(1);
    x.pairwise_distance(y, 1, keepdim = true) + angle
}

#[model([N, 4] -> [N, 3])]
struct Scores {
    #[layer(3)]
    fc: Linear,
}

#[forward]
impl Scores {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }

    #[shape(([N, 4], [N; int]) -> [])]
    fn loss(&self, x: Tensor, target: Tensor) -> Tensor {
        multi_margin_loss(self.fc(x), target, margin = 0.5)
    }
}

#[test]
fn forward_functions_and_models_call_them_by_keyword() -> Result<()> {
    let row = |values: [f32; 3], scale: f32| {
        Tensor::new(&[values, values.map(|x| x * scale)], &Device::Cpu)
    };
    let (x, y, z) = (
        row([1., -2., 0.5], -1.)?,
        row([0.5, 1., 3.], 2.)?,
        row([2., 0.25, -1.], 0.5)?,
    );
    let (labels, many) = (ints(&[1, -1], &[2])?, ints(&[1, -1, 1, 1, 1, -1], &[2, 3])?);
    let same = |found: Result<Tensor>, expected: Result<Tensor>| -> Result<()> {
        let (found, expected) = (found?, expected?);
        assert_eq!(found.dims(), expected.dims());
        assert_eq!(found.to_vec::<f32>()?, expected.to_vec::<f32>()?);
        assert!(expected.to_vec::<f32>()?.iter().any(|loss| *loss > 0.));
        Ok(())
    };
    let options = MarginRankingLossOptions::default()
        .margin(0.5)
        .reduction("sum");
    same(
        ranked(&x, &y, &many),
        margin_ranking_loss_with(&x, &y, &many, options),
    )?;
    let options = CosineEmbeddingLossOptions::default()
        .margin(0.25)
        .reduction("none");
    same(
        embedded(&x, &y, &labels),
        cosine_embedding_loss_with(&x, &y, &labels, options),
    )?;
    let options = TripletMarginLossOptions::default()
        .p(1)
        .swap(true)
        .eps(0)
        .reduction("none");
    same(
        apart(&x, &y, &z),
        triplet_margin_loss_with(&x, &y, &z, options),
    )?;
    let options = TripletMarginWithDistanceLossOptions::default()
        .margin(2)
        .swap(true);
    same(
        apart_by_distance(&x, &y, &z),
        triplet_margin_with_distance_loss_with(&x, &y, &z, options),
    )?;

    let (classes, weight) = (
        ints(&[2, 0], &[2])?,
        Tensor::new(&[0.5f32, 1., 2.], &Device::Cpu)?,
    );
    let options = MultiMarginLossOptions::default()
        .p(2)
        .margin(0.5)
        .weight(weight.clone());
    same(
        classified(&x, &classes, &weight),
        multi_margin_loss_with(&x, &classes, options),
    )?;
    let lists = ints(&[1, -1, 0, 0, 1, -1], &[2, 3])?;
    let options = MultilabelMarginLossOptions::default().reduction("none");
    same(
        listed(&x, &lists),
        multilabel_margin_loss_with(&x, &lists, options),
    )?;
    let ones = ints(&[1, 0, 1, 0, 0, 1], &[2, 3])?;
    let options = MultilabelSoftMarginLossOptions::default()
        .weight(weight.clone())
        .reduction("sum");
    same(
        present(&x, &ones, &weight),
        multilabel_soft_margin_loss_with(&x, &ones, options),
    )?;

    let angle =
        x.cosine_similarity_with(&y, CosineSimilarityOptions::default().dim(-1).eps(1e-6))?;
    let distance = PairwiseDistanceOptions::default().p(1).keepdim(true);
    same(
        measured(&x, &y),
        x.pairwise_distance_with(&y, distance)?
            .add(angle.unsqueeze(1)?),
    )?;

    let net = Scores::init(&Device::Cpu)?;
    let images = Tensor::new(&[[1f32, 0., -1., 2.], [0.5, 1., 1., -1.]], &Device::Cpu)?;
    let options = MultiMarginLossOptions::default().margin(0.5);
    same(
        net.loss(&images, &classes),
        multi_margin_loss_with(net.forward(&images)?, &classes, options),
    )
}
