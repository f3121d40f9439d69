//! What losses compare, by name and in any order; a distance as a closure.

use taper::loss::*;
use taper::prelude::*;

#[forward]
#[shape(([B, C], [B, C]) -> [])]
fn of_values(x: Tensor, y: Tensor) -> Tensor {
    mse_loss(target = &y, input = &x)
        + l1_loss(&x, target = &y)
        + smooth_l1_loss(beta = 0.5, target = &y, input = &x)
        + huber_loss(target = &y, delta = 0.25, input = &x)
        + binary_cross_entropy(target = &y, input = &x)
        + binary_cross_entropy_with_logits(target = &y, input = &x)
        + poisson_nll_loss(target = &y, input = &x)
        + kl_div(target = &y, input = &x)
}

fn of_values_by_position(x: &Tensor, y: &Tensor) -> taper::Result<Tensor> {
    let differences = mse_loss(x, y)? + l1_loss(x, y)?;
    let bent = smooth_l1_loss_with(x, y, SmoothL1LossOptions::default().beta(0.5))?
        + huber_loss_with(x, y, HuberLossOptions::default().delta(0.25))?;
    let entropies = binary_cross_entropy(x, y)? + binary_cross_entropy_with_logits(x, y)?;
    (((differences? + bent?)? + entropies?)? + poisson_nll_loss(x, y)?)? + kl_div(x, y)?
}

#[forward]
#[shape(([B, C], [B, C]) -> [])]
fn of_masks(x: Tensor, y: Tensor) -> Tensor {
    dice_loss(target = &y, input = &x)
        + dice_bce_loss(target = &y, input = &x)
        + iou_loss(target = &y, input = &x)
        + tversky_loss(target = &y, input = &x, alpha = 0.25)
        + focal_loss(target = &y, input = &x)
        + lovasz_loss(target = y.gt(0.5), input = &x)
}

fn of_masks_by_position(x: &Tensor, y: &Tensor) -> taper::Result<Tensor> {
    let tversky = tversky_loss_with(x, y, TverskyLossOptions::default().alpha(0.25))?;
    let overlaps = (dice_loss(x, y)? + dice_bce_loss(x, y)?)? + iou_loss(x, y)?;
    ((overlaps? + tversky)? + focal_loss(x, y)?)? + lovasz_loss(x, y.gt(0.5)?)?
}

#[forward]
#[shape(([B, C], [B, C; int]) -> [])]
fn of_signs(x: Tensor, signs: Tensor) -> Tensor {
    let y = x.flip(1);
    soft_margin_loss(target = &signs, input = &x)
        + hinge_embedding_loss(target = &signs, input = &x)
        + margin_ranking_loss(target = &signs, input2 = &y, input1 = &x)
        + cosine_embedding_loss(
            target = signs.select(1, 0),
            input2 = &y,
            input1 = &x,
            margin = 0.5,
        )
}

fn of_signs_by_position(x: &Tensor, signs: &Tensor) -> taper::Result<Tensor> {
    let (y, first) = (x.flip(1)?, signs.select(1, 0)?);
    let margin = CosineEmbeddingLossOptions::default().margin(0.5);
    let margins = (soft_margin_loss(x, signs)? + hinge_embedding_loss(x, signs)?)?;
    (margins + margin_ranking_loss(x, &y, signs)?)?
        + cosine_embedding_loss_with(x, &y, first, margin)?
}

#[forward]
#[shape(([B, C], [B; int], [B, C; int]) -> [])]
fn of_classes(x: Tensor, class: Tensor, classes: Tensor) -> Tensor {
    cross_entropy(target = &class, input = &x)
        + nll_loss(target = &class, input = x.log_softmax(1))
        + multi_margin_loss(target = &class, input = &x)
        + multilabel_margin_loss(target = &classes, input = &x)
        + multilabel_soft_margin_loss(target = &classes, input = &x)
}

fn of_classes_by_position(x: &Tensor, class: &Tensor, classes: &Tensor) -> taper::Result<Tensor> {
    let one = (cross_entropy(x, class)? + nll_loss(x.log_softmax(1)?, class)?)?;
    let margins = (multi_margin_loss(x, class)? + multilabel_margin_loss(x, classes)?)?;
    (one + margins)? + multilabel_soft_margin_loss(x, classes)?
}

/// The distance is plain code, as that of `candle(…)` is.
#[forward]
#[shape(([B, C], [B, C], [B, C]) -> [B])]
fn of_three(x: Tensor, y: Tensor, z: Tensor) -> Tensor {
    let by_distance = triplet_margin_with_distance_loss(
        negative = &z,
        distance_function = |a, b| a.sub(b)?.abs()?.sum(-1),
        positive = &y,
        anchor = &x,
        reduction = "none",
    );
    let likely = gaussian_nll_loss(var = &z, target = &y, input = &x);
    by_distance + triplet_margin_loss(negative = &z, positive = &y, anchor = &x) + likely
}

fn of_three_by_position(x: &Tensor, y: &Tensor, z: &Tensor) -> taper::Result<Tensor> {
    let options = TripletMarginWithDistanceLossOptions::default()
        .distance_function(|a, b| a.sub(b)?.abs()?.sum(-1))
        .reduction(Reduction::None);
    let by_distance = triplet_margin_with_distance_loss_with(x, y, z, options)?;
    (by_distance + triplet_margin_loss(x, y, z)?)? + gaussian_nll_loss(x, y, z)?
}

#[forward]
#[shape(([T, N, C], [N, S; int], [N; int], [N; int]) -> [])]
fn of_words(log_probs: Tensor, words: Tensor, steps: Tensor, letters: Tensor) -> Tensor {
    ctc_loss(
        target_lengths = letters,
        input_lengths = steps,
        blank = 2,
        targets = words,
        log_probs = log_probs,
    )
}

fn same(found: &Tensor, expected: &Tensor) -> taper::Result<()> {
    assert_eq!(found.to_vec::<f64>()?, expected.to_vec::<f64>()?);
    Ok(())
}

#[test]
fn names_are_put_in_their_places() -> taper::Result<()> {
    let floats = |values: [[f64; 3]; 2]| Tensor::new(&values, &Device::Cpu);
    let ints = |values: [[i64; 3]; 2]| Tensor::new(&values, &Device::Cpu);
    let x = &floats([[0.25, 0.5, 0.125], [0.75, 0.0625, 0.5]])?;
    let y = &floats([[1., 0., 0.75], [0.25, 1., 0.]])?;
    let z = &floats([[2., 0.5, 3.], [1., 0.25, 0.5]])?;
    same(&of_values(x, y)?, &of_values_by_position(x, y)?)?;
    same(&of_masks(x, y)?, &of_masks_by_position(x, y)?)?;
    same(&of_three(x, y, z)?, &of_three_by_position(x, y, z)?)?;

    let signs = &ints([[1, -1, 1], [-1, -1, 1]])?;
    same(&of_signs(x, signs)?, &of_signs_by_position(x, signs)?)?;
    let (class, classes) = (
        &Tensor::new(&[2i64, 0], &Device::Cpu)?,
        &ints([[1, 0, 1], [0, 1, 1]])?,
    );
    same(
        &of_classes(x, class, classes)?,
        &of_classes_by_position(x, class, classes)?,
    )?;

    let log_probs = cat([x.unsqueeze(1)?, y.unsqueeze(1)?], 1)?.log_softmax(2)?;
    let words = &Tensor::new(&[[1i64], [0]], &Device::Cpu)?;
    let (steps, letters) = (
        Tensor::new(&[2i64, 1], &Device::Cpu)?,
        Tensor::new(&[1i64, 0], &Device::Cpu)?,
    );
    let options = CtcLossOptions::default().blank(2);
    let expected = ctc_loss_with(&log_probs, words, &steps, &letters, options)?;
    same(&of_words(&log_probs, words, &steps, &letters)?, &expected)
}
