//! CTC's gradient, extremes and refusals.

use super::*;
use crate::forward;
use crate::loss::ctc_loss;
use crate::tensor::Param;
use crate::testing::{gradcheck, randn};
use crate::Device;

const ALL: [Reduction; 3] = [Reduction::Mean, Reduction::Sum, Reduction::None];

fn ints(values: &[i64], shape: &[usize]) -> Result<Tensor> {
    Tensor::from_vec(values.to_vec(), shape, &Device::Cpu)
}

fn message(result: Result<Tensor>) -> String {
    result
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

/// The gradient is that of scores in front of a log-softmax.
#[test]
fn gradients() -> Result<()> {
    let targets = ints(&[1, 3, 3, 2, 0, 0], &[2, 3])?;
    let row = ints(&[1, 3, 3, 2], &[4])?;
    for reduction in ALL {
        let options = CtcLossOptions::default().reduction(reduction);
        for targets in [&targets, &row] {
            gradcheck(
                |x| ctc_loss_with(x[0].log_softmax(2)?, targets, [5, 4], [3, 1], options),
                &[randn([5, 2, 4])?],
            )?;
        }
        gradcheck(
            |x| ctc_loss_with(x[0].log_softmax(1)?, &row, 6, 4, options.blank(0)),
            &[randn([6, 4])?],
        )?;
    }
    Ok(())
}

#[test]
fn the_gradient_of_a_blank_among_the_labels() -> Result<()> {
    let targets = ints(&[1, 0, 0, 0, 2, 0], &[2, 3])?;
    gradcheck(
        |x| ctc_loss(x[0].log_softmax(2)?, &targets, [7, 6], [3, 3]),
        &[randn([7, 2, 3])?],
    )
}

#[test]
fn a_class_without_probability_has_no_gradient() -> Result<()> {
    let p = Tensor::new(&[[[0.5, 0., 0.5]], [[0.25, 0.75, 0.]]], &Device::Cpu)?;
    let x = Param::new(p.log()?)?;
    let loss = ctc_loss(&x, ints(&[1], &[1, 1])?, [2], [1])?;
    // A blank and then the label.
    assert!((loss.item()? + 0.375f64.ln()).abs() < 1e-15);
    loss.backward()?;
    let grad = x.grad().map(|grad| grad.to_vec::<f64>()).transpose()?;
    assert_eq!(grad, Some(vec![-0.5, 0., 0.5, 0.25, -0.25, 0.]));
    Ok(())
}

#[test]
fn great_losses_are_finite_and_a_nan_goes_on() -> Result<()> {
    for dtype in [DType::F32, DType::F64, DType::BF16] {
        let scores = Tensor::new(&[[[1e4, -1e4, 0.]], [[1e4, 0., -1e4]]], &Device::Cpu)?;
        let x = Param::new(scores.to_dtype(dtype)?)?;
        let loss = ctc_loss(x.log_softmax(2)?, ints(&[1, 2], &[1, 2])?, [2], [2])?;
        assert_eq!(loss.dtype(), dtype);
        assert!((loss.item()? / 2e4 - 1.).abs() < 1e-2);
        loss.backward()?;
        let grad = x.grad().map(|grad| grad.to_vec::<f64>()).transpose()?;
        assert_eq!(grad, Some(vec![0.5, -0.5, 0., 0.5, 0., -0.5]));
    }
    let x = Param::new(Tensor::new(&[[f32::NAN, 0.], [0., 0.]], &Device::Cpu)?)?;
    let options = CtcLossOptions::default().zero_infinity(true);
    let loss = ctc_loss_with(&x, ints(&[1], &[1])?, 2, 1, options)?;
    assert!(loss.item()?.is_nan());
    loss.backward()?;
    let grad = x.grad().map(|grad| grad.to_vec::<f32>()).transpose()?;
    assert!(grad.is_some_and(|grad| grad.iter().all(|x| x.is_nan())));
    Ok(())
}

#[test]
fn half_types_are_computed_in_f32() -> Result<()> {
    let targets = ints(&[1, 1, 2, 3], &[2, 2])?;
    for half in [DType::BF16, DType::F16] {
        let x = Param::new(randn([6, 2, 4])?.log_softmax(2)?.to_dtype(half)?)?;
        let wide = Param::new(x.detach().to_dtype(DType::F32)?)?;
        for x in [&x, &wide] {
            ctc_loss(x, &targets, [6, 5], [2, 2])?.backward()?;
        }
        let rounded = wide.grad().map(|grad| grad.to_dtype(half)).transpose()?;
        let values = |grad: Option<Tensor>| grad.map(|grad| grad.to_vec::<f64>()).transpose();
        assert_eq!(values(x.grad())?, values(rounded)?);
    }
    Ok(())
}

#[test]
fn the_number_of_threads_changes_nothing() -> Result<()> {
    let x = randn([60, 6, 20])?.to_dtype(DType::F32)?;
    let targets = Tensor::new(&[[3u8; 25]; 6], &Device::Cpu)?;
    let run = || {
        let x = Param::new(&x)?;
        let loss = ctc_loss(x.log_softmax(2)?, &targets, [60; 6], [25, 20, 15, 10, 5, 0])?;
        loss.backward()?;
        let grad = x.grad().map(|grad| grad.to_vec::<f32>()).transpose()?;
        Ok::<_, crate::Error>((loss.item()?, grad))
    };
    let mut results = Vec::new();
    for threads in [1, 4] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|error| crate::Error::op("rayon", error.to_string()))?;
        results.push(pool.install(run)?);
    }
    assert!(results[0].0.is_finite());
    assert_eq!(results[0], results[1]);
    Ok(())
}

#[test]
fn log_probabilities_that_change_before_the_backward_pass_are_noticed() -> Result<()> {
    let x = Param::new(Tensor::new(&[[0f32, 0.]], &Device::Cpu)?)?;
    let loss = ctc_loss(&x, ints(&[1], &[1])?, 1, 1)?;
    x.set(Tensor::new(&[[1f32, 0.]], &Device::Cpu)?)?;
    assert_eq!(
        loss.backward().err().map(|error| error.to_string()),
        Some(
            "backward of ctc_loss: a parameter without a name was changed in place between forward and backward \
             (version 1, expected 0)\n  help: call `backward` before the parameter is updated"
                .into()
        )
    );
    Ok(())
}

#[forward]
#[shape(([T, N, C], [N, S; int], [N; int], [N; int]) -> [])]
fn recognition(scores: Tensor, words: Tensor, steps: Tensor, letters: Tensor) -> Tensor {
    let log_probs = scores.log_softmax(2);
    ctc_loss(
        log_probs,
        words,
        steps,
        letters,
        blank = 3,
        zero_infinity = true,
    )
}

#[test]
fn keyword_arguments_in_a_forward() -> Result<()> {
    let (x, targets) = (randn([4, 2, 5])?, ints(&[0, 1, 4, 4], &[2, 2])?);
    let (steps, letters) = (ints(&[4, 2], &[2])?, ints(&[1, 2], &[2])?);
    let options = CtcLossOptions::default().blank(3).zero_infinity(true);
    let expected = ctc_loss_with(x.log_softmax(2)?, &targets, &steps, &letters, options)?;
    let found = recognition(&x, &targets, &steps, &letters)?.item()?;
    assert_eq!(found, expected.item()?);
    let found = CtcLoss::new_with(options).forward(x.log_softmax(2)?, &targets, &steps, [1, 2])?;
    assert_eq!(found.item()?, expected.item()?);
    Ok(())
}

#[test]
fn refusals_say_which_and_why() -> Result<()> {
    let x = Tensor::zeros([5, 2, 4], DType::F32, &Device::Cpu)?;
    let y = ints(&[1, 2, 3, 3], &[2, 2])?;
    let loss =
        |y: &Tensor, inputs: &[usize], labels: &[usize]| message(ctc_loss(&x, y, inputs, labels));
    let with = |options| message(ctc_loss_with(&x, &y, [5, 5], [2, 2], options));
    assert_eq!(
        with(CtcLossOptions::default().blank(4)),
        "ctc_loss: `blank` is 4, but expected one of the 4 classes, which count from 0"
    );
    assert_eq!(
        loss(&ints(&[1, 2, 9, 3], &[2, 2])?, &[5, 5], &[2, 2]),
        "ctc_loss: label 9 at position 0 of sample 1 is out of range for 4 classes (expected 0..=3)"
    );
    assert_eq!(
        loss(&ints(&[1, -2, 3], &[3])?, &[5, 5], &[2, 1]),
        "ctc_loss: label -2 at position 1 of sample 0 is out of range for 4 classes (expected 0..=3)"
    );
    assert_eq!(
        loss(&y, &[5, 6], &[2, 2]),
        "ctc_loss: `input_lengths` is 6, but expected 0 to 5, the steps of the log-probabilities, for sample 1"
    );
    assert_eq!(
        loss(&y, &[5], &[2, 2]),
        "ctc_loss: `input_lengths` is [5], but expected a length for each of 2 samples"
    );
    assert_eq!(
        loss(&y, &[5, 5], &[2, 2, 2]),
        "ctc_loss: `target_lengths` is [2, 2, 2], but expected a length for each of 2 samples"
    );
    let negative = ints(&[2, -1], &[2])?;
    assert_eq!(
        message(ctc_loss(&x, &y, [5, 5], &negative)),
        "ctc_loss: `target_lengths` is -1, but expected 0 or more for sample 1"
    );
    assert_eq!(
        message(ctc_loss(&x, &y, &negative, [2, 2])),
        "ctc_loss: `input_lengths` is -1, but expected 0 to 5, the steps of the log-probabilities, for sample 1"
    );
    assert_eq!(
        message(ctc_loss(
            &x,
            &y,
            Tensor::new(&[5f32, 5.], &Device::Cpu)?,
            [2, 2]
        )),
        "ctc_loss: expected `input_lengths` to be a list of integers, but got [2] of type F32\n  \
         help: a length for each sample: `[N]` of I64"
    );
    assert_eq!(
        loss(&y, &[5, 5], &[3, 2]),
        "ctc_loss: targets of shape [2, 2] don't fit the target lengths [3, 2]\n  \
         help: expected [2, S] with S at least 3, or all labels in a row, [5]"
    );
    assert_eq!(
        loss(&ints(&[1, 2, 3], &[3])?, &[5, 5], &[2, 2]),
        "ctc_loss: targets of shape [3] don't fit the target lengths [2, 2]\n  \
         help: expected [2, S] with S at least 2, or all labels in a row, [4]"
    );
    assert_eq!(
        loss(&ints(&[1, 2, 3], &[1, 3])?, &[5, 5], &[2, 2]),
        "ctc_loss: targets of shape [1, 3] don't fit the target lengths [2, 2]\n  \
         help: expected [2, S] with S at least 2, or all labels in a row, [4]"
    );
    assert_eq!(
        message(ctc_loss(&y, &x, [5, 5], [2, 2])),
        "ctc_loss: expected log-probabilities of floats, but they have type I64\n  \
         help: log-probabilities and targets look swapped: the log-probabilities come first"
    );
    assert_eq!(
        message(ctc_loss(&y, &y, [5, 5], [2, 2])),
        "ctc_loss: expected log-probabilities of floats, but they have type I64\n  \
         help: they are what `log_softmax` returns"
    );
    assert_eq!(
        message(ctc_loss(&x, &x, [5, 5], [2, 2])),
        "ctc_loss: expected targets of integers, but they have type F32\n  \
         help: convert them with `to_dtype(DType::I64)`"
    );
    assert_eq!(
        message(ctc_loss(x.flatten(())?, &y, [5, 5], [2, 2])),
        "ctc_loss: expected log-probabilities [T, N, C] or [T, C], but they have shape [40]"
    );
    for shape in [[5, 0, 4], [0, 2, 4], [5, 2, 0]] {
        let empty = Tensor::zeros(shape, DType::F32, &Device::Cpu)?;
        let (inputs, labels) = (vec![0; shape[1]], vec![0; shape[1]]);
        assert_eq!(
            message(ctc_loss(&empty, ints(&[], &[0])?, inputs, labels)),
            format!("ctc_loss: the log-probabilities are empty (shape {shape:?})")
        );
    }
    Ok(())
}
