//! Losses of masks against their textbook forms in PyTorch; the cases are made by `tests/parity/losses_segmentation.py`.

use taper::loss::{
    dice_bce_loss_with, dice_loss_with, focal_loss_with, iou_loss_with, lovasz_loss_with,
    tversky_loss_with, Activation, DiceBceLossOptions, DiceLossOptions, FocalLossOptions,
    IouLossOptions, LovaszForm, LovaszLossOptions, Reduction, TverskyLossOptions,
};
use taper::testing::{Case, Parity};
use taper::{Result, Tensor};

#[test]
fn losses_of_masks() -> Result<()> {
    Parity::open("losses_segmentation")?.run(|op, case| {
        let (x, y) = (case.input(0)?, case.input(1)?);
        match op {
            "dice_loss" => dice_loss_with(x, y, dice(case)?),
            "dice_bce_loss" => dice_bce_loss_with(x, y, dice_bce(case)?),
            "iou_loss" => iou_loss_with(x, y, iou(case)?),
            "tversky_loss" => tversky_loss_with(x, y, tversky(case)?),
            "focal_loss" => focal_loss_with(x, y, focal(case)?),
            "lovasz_loss" => lovasz_loss_with(x, y, lovasz(case)?),
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

fn activation(case: &Case) -> Result<Activation> {
    Ok(match case.option::<String>("activation")?.as_deref() {
        Some("softmax") => Activation::Softmax,
        Some("none") => Activation::None,
        _ => Activation::Sigmoid,
    })
}

fn weight(case: &Case) -> Result<Option<Tensor>> {
    let weight = (case.inputs() > 2).then(|| case.input(2)).transpose()?;
    Ok(weight.map(Tensor::detach))
}

fn flag(case: &Case, name: &str) -> Result<bool> {
    Ok(case.option(name)?.unwrap_or_default())
}

fn number(case: &Case, name: &str, default: f64) -> Result<f64> {
    Ok(case.option(name)?.unwrap_or(default))
}

fn dice(case: &Case) -> Result<DiceLossOptions> {
    let defaults = DiceLossOptions::default();
    Ok(defaults
        .smooth(number(case, "smooth", 1.)?)
        .activation(activation(case)?)
        .per_class(flag(case, "per_class")?)
        .per_sample(flag(case, "per_sample")?)
        .weight(weight(case)?)
        .ignore_index(case.option("ignore_index")?)
        .reduction(reduction(case)?))
}

fn iou(case: &Case) -> Result<IouLossOptions> {
    let dice = dice(case)?;
    Ok(IouLossOptions {
        reduction: dice.reduction,
        smooth: dice.smooth,
        activation: dice.activation,
        per_class: dice.per_class,
        per_sample: dice.per_sample,
        weight: dice.weight,
        ignore_index: dice.ignore_index,
    })
}

fn dice_bce(case: &Case) -> Result<DiceBceLossOptions> {
    let dice = dice(case)?;
    Ok(DiceBceLossOptions {
        smooth: dice.smooth,
        activation: dice.activation,
        per_class: dice.per_class,
        per_sample: dice.per_sample,
        weight: dice.weight,
        ignore_index: dice.ignore_index,
    })
}

fn tversky(case: &Case) -> Result<TverskyLossOptions> {
    let (dice, defaults) = (dice(case)?, TverskyLossOptions::default());
    Ok(TverskyLossOptions {
        alpha: number(case, "alpha", defaults.alpha)?,
        beta: number(case, "beta", defaults.beta)?,
        gamma: number(case, "gamma", defaults.gamma)?,
        reduction: dice.reduction,
        smooth: dice.smooth,
        activation: dice.activation,
        per_class: dice.per_class,
        per_sample: dice.per_sample,
        weight: dice.weight,
        ignore_index: dice.ignore_index,
    })
}

fn focal(case: &Case) -> Result<FocalLossOptions> {
    let defaults = FocalLossOptions::default();
    Ok(FocalLossOptions {
        alpha: number(case, "alpha", defaults.alpha)?,
        gamma: number(case, "gamma", defaults.gamma)?,
        per_element: flag(case, "per_element")?,
        balanced: flag(case, "balanced")?,
        activation: activation(case)?,
        weight: weight(case)?,
        ignore_index: case.option("ignore_index")?,
        reduction: reduction(case)?,
    })
}

fn lovasz(case: &Case) -> Result<LovaszLossOptions> {
    let form = match case.option::<String>("form")?.as_deref() {
        Some("softmax") => LovaszForm::Softmax,
        Some("probabilities") => LovaszForm::Probabilities,
        _ => LovaszForm::Hinge,
    };
    Ok(LovaszLossOptions {
        form,
        per_sample: flag(case, "per_sample")?,
        present_only: case.option("present_only")?.unwrap_or(true),
        weight: weight(case)?,
        ignore_index: case.option("ignore_index")?,
        reduction: reduction(case)?,
    })
}
