//! What the losses of masks refuse, and what they say.

use super::*;

fn message(result: Result<Tensor>) -> String {
    result
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

fn zeros(shape: &[usize]) -> Result<Tensor> {
    Tensor::zeros(shape, DType::F32, &Device::Cpu)
}

#[test]
fn outputs_and_targets_that_do_not_fit() -> Result<()> {
    let (x, y) = (zeros(&[2, 3, 4])?, ints(&[0; 24], &[2, 3, 4])?);
    let of = |x: &Tensor, y: &Tensor| message(dice_loss(x, y));
    assert_eq!(
        of(&y, &x),
        "dice_loss: expected an output of floats, but it has type I64\n  \
         help: output and target look swapped: the output comes first"
    );
    assert_eq!(
        of(&y, &y),
        "dice_loss: expected an output of floats, but it has type I64\n  help: convert it with `to_dtype`"
    );
    assert_eq!(
        of(&x, &zeros(&[2, 4])?),
        "dice_loss: expected classes of integers, but they have type F32\n  \
         help: convert them with `to_dtype(DType::I64)`"
    );
    assert_eq!(
        of(&x, &ints(&[0; 6], &[2, 3])?),
        "dice_loss: a target of shape [2, 3] doesn't fit an output of shape [2, 3, 4]\n  \
         help: expected masks [2, 3, 4], or classes [2, 4]"
    );
    assert_eq!(
        of(&zeros(&[4])?, &ints(&[0; 3], &[3])?),
        "dice_loss: a target of shape [3] doesn't fit an output of shape [4]\n  help: expected a mask [4]"
    );
    assert_eq!(
        of(&zeros(&[2, 1, 4])?, &zeros(&[2, 4])?),
        "dice_loss: expected classes of integers, but they have type F32\n  \
         help: a mask has the output's shape: `unsqueeze(1)` it"
    );
    assert_eq!(
        of(&zeros(&[2, 1, 4])?, &ints(&[0; 8], &[2, 4])?),
        "dice_loss: a target of shape [2, 4] doesn't fit an output of shape [2, 1, 4]\n  \
         help: a mask has the output's shape: `unsqueeze(1)` it"
    );
    assert_eq!(
        of(&x, &y.to_dtype(DType::F64)?),
        "dice_loss: expected the target to have the input's type F32, but it has F64\n  \
         help: convert one of them with `to_dtype`"
    );
    Ok(())
}

#[test]
fn masks_and_classes_out_of_range() -> Result<()> {
    let x = zeros(&[1, 3, 2])?;
    assert_eq!(
        message(iou_loss(&x, ints(&[0, 3], &[1, 2])?)),
        "iou_loss: label 3 at position 1 is out of range for 3 classes (expected 0..=2)\n  \
         help: classes count from 0"
    );
    assert_eq!(
        message(iou_loss(&x, ints(&[0, 1, 255, 0, 0, 0], &[1, 3, 2])?)),
        "iou_loss: the target is 255 at position 2, but masks are from 0 to 1\n  \
         help: divide a mask of bytes by 255, or give the value of positions that don't count as `ignore_index`"
    );
    assert_eq!(
        message(focal_loss(&x, ints(&[0, 1, 1, 0, 0, 2], &[1, 3, 2])?)),
        "focal_loss: the target is 2 at position 5, but masks are from 0 to 1\n  \
         help: classes are given without the dimension of classes: [N, …] for an output [N, C, …]"
    );
    let nan = Tensor::new(&[f32::NAN, 0.], &Device::Cpu)?;
    assert_eq!(
        message(dice_loss(zeros(&[2])?, nan)),
        "dice_loss: the target is NaN at position 0, but masks are from 0 to 1\n  \
         help: classes are given without the dimension of classes: [N, …] for an output [N, C, …]"
    );
    let scores = Tensor::new(&[0.5f32, 1.5], &Device::Cpu)?;
    let y = ints(&[0, 1], &[2])?;
    let options = FocalLossOptions::default().activation(Activation::None);
    assert_eq!(
        message(focal_loss_with(&scores, &y, options)),
        "focal_loss: the output is 1.5 at position 1, but probabilities are from 0 to 1\n  \
         help: for scores leave out `activation = Activation::None`"
    );
    let options = LovaszLossOptions::default().form(LovaszForm::Probabilities);
    assert_eq!(
        message(lovasz_loss_with(&scores, &y, options)),
        "lovasz_loss: the output is 1.5 at position 1, but probabilities are from 0 to 1\n  \
         help: scores are for `LovaszForm::Hinge` and `LovaszForm::Softmax`"
    );
    Ok(())
}

#[test]
fn settings_out_of_range() -> Result<()> {
    let (x, y) = (zeros(&[2, 3])?, ints(&[0; 6], &[2, 3])?);
    let dice = |options| message(dice_loss_with(&x, &y, options));
    let options = DiceLossOptions::default;
    assert_eq!(
        dice(options().smooth(-1)),
        "dice_loss: `smooth` is -1.0, but expected a number of at least 0"
    );
    assert_eq!(
        message(dice_bce_loss_with(
            &x,
            &y,
            DiceBceLossOptions::default().smooth(f64::NAN)
        )),
        "dice_bce_loss: `smooth` is NaN, but expected a number of at least 0"
    );
    for (name, options) in [
        ("alpha", TverskyLossOptions::default().alpha(-0.5)),
        ("beta", TverskyLossOptions::default().beta(-0.5)),
        ("gamma", TverskyLossOptions::default().gamma(-0.5)),
    ] {
        assert_eq!(
            message(tversky_loss_with(&x, &y, options)),
            format!("tversky_loss: `{name}` is -0.5, but expected a number of at least 0")
        );
    }
    let focal = |options| message(focal_loss_with(&x, &y, options));
    assert_eq!(
        focal(FocalLossOptions::default().gamma(-2)),
        "focal_loss: `gamma` is -2.0, but expected a number of at least 0"
    );
    assert_eq!(
        focal(focal_of_elements().balanced(true).alpha(1.5)),
        "focal_loss: `alpha` is 1.5, but expected a number from 0 to 1, since the loss is `balanced`"
    );
    assert_eq!(
        focal(FocalLossOptions::default().balanced(true)),
        "focal_loss: `balanced` is true, but expected false, unless the loss is `per_element`"
    );
    assert_eq!(
        focal(focal_of_elements().balanced(true).activation(Activation::Softmax)),
        "focal_loss: `balanced` is true, but expected false with a softmax, where `weight` balances the classes"
    );
    Ok(())
}

#[test]
fn groups_and_weights_without_classes() -> Result<()> {
    let (row, row_y) = (zeros(&[3])?, ints(&[0; 3], &[3])?);
    let options = DiceLossOptions::default;
    let dice = |options| message(dice_loss_with(&row, &row_y, options));
    assert_eq!(
        dice(options().per_class(true)),
        "dice_loss: `per_class` is true, but expected false for an output of shape [3]: it takes [N, C, …]"
    );
    assert_eq!(
        dice(options().activation(Activation::Softmax)),
        "dice_loss: `activation` is Softmax, but expected `Activation::Sigmoid` for an output of shape [3]: `Softmax` takes [N, C, …]"
    );
    let number = zeros(&[])?;
    assert_eq!(
        message(dice_loss_with(&number, &number, options().per_sample(true))),
        "dice_loss: `per_sample` is true, but expected false for an output of shape []: it takes [N, …]"
    );
    let (x, y) = (zeros(&[2, 3])?, ints(&[0; 6], &[2, 3])?);
    let weight = zeros(&[4])?;
    assert_eq!(
        message(dice_loss_with(&x, &y, options().weight(weight.clone()))),
        "dice_loss: `weight` is [4], but expected none without `per_class`: weights are those of classes"
    );
    let per_class = options().weight(weight.clone()).per_class(true);
    assert_eq!(
        message(dice_loss_with(&x, &y, per_class)),
        "dice_loss: `weight` is [4], but expected a weight for each of 3 classes"
    );
    let focal = FocalLossOptions::default().weight(weight.clone());
    assert_eq!(
        message(focal_loss_with(&row, &row_y, focal)),
        "focal_loss: `weight` is [4], but expected none for an output of shape [3], which has no classes"
    );
    let lovasz = LovaszLossOptions::default;
    assert_eq!(
        message(lovasz_loss_with(&x, &y, lovasz().weight(weight))),
        "lovasz_loss: `weight` is [4], but expected none with hinges, which are of one mask"
    );
    assert_eq!(
        message(lovasz_loss_with(&row, &row_y, lovasz().form(LovaszForm::Softmax))),
        "lovasz_loss: `form` is Softmax, but expected `Hinge` or `Probabilities` for an output of shape [3]: `Softmax` takes [N, C, …]"
    );
    assert_eq!(
        message(lovasz_loss_with(
            &number,
            &number,
            lovasz().per_sample(true)
        )),
        "lovasz_loss: `per_sample` is true, but expected false for an output without dimensions"
    );
    Ok(())
}

#[test]
fn nothing_has_no_mean() -> Result<()> {
    let empty = zeros(&[0, 1, 4])?;
    for (name, loss) in LOSSES {
        let found = message(loss(&empty, &empty));
        let expected = ": the batch is empty (shape [0, 1, 4]), and has no mean\n  \
                        help: leave out empty batches, or use `Reduction::Sum`, which is 0";
        assert!(found.ends_with(expected), "{name}: {found}");
    }
    let sum = DiceLossOptions::default()
        .per_sample(true)
        .reduction(Reduction::Sum);
    assert_eq!(dice_loss_with(&empty, &empty, sum)?.item()?, 0.);
    let sum = LovaszLossOptions::default()
        .per_sample(true)
        .reduction(Reduction::Sum);
    assert_eq!(lovasz_loss_with(&empty, &empty, sum)?.item()?, 0.);
    Ok(())
}
