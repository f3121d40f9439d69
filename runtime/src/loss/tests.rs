//! The losses' gradients, extremes and refusals.

mod elementwise;
mod refusals;

use super::*;
use crate::tensor::Param;
use crate::testing::{assert_close, gradcheck, randn};
use crate::{DType, Device, Result, Tensor};

fn labels(values: &[i64], shape: &[usize]) -> Result<Tensor> {
    Tensor::from_vec(values.to_vec(), shape, &Device::Cpu)
}

fn message(result: Result<Tensor>) -> String {
    result
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

const ALL: [Reduction; 3] = [Reduction::Mean, Reduction::Sum, Reduction::None];

#[test]
fn gradients_of_differences() -> Result<()> {
    for reduction in ALL {
        let mse = MseLoss::new_with(MseLossOptions::default().reduction(reduction));
        let l1 = L1Loss::new_with(L1LossOptions::default().reduction(reduction));
        let inputs = [randn([3, 4])?, randn([4, 3])?.to_dtype(DType::F64)?];
        let target = Tensor::from(inputs[1].as_candle().t()?);
        gradcheck(
            |x| mse.forward(&x[0], &x[1]),
            &[inputs[0].clone(), target.clone()],
        )?;
        gradcheck(|x| l1.forward(&x[0], &x[1]), &[inputs[0].clone(), target])?;
    }
    Ok(())
}

#[test]
fn gradients_of_cross_entropy() -> Result<()> {
    let target = labels(&[0, 3, -100, 2, 1, 3], &[2, 3])?;
    let weight = Tensor::new(&[0.5, 2., 1., 0.25], &Device::Cpu)?;
    for reduction in ALL {
        for smoothing in [0., 0.2] {
            let options = CrossEntropyOptions::default()
                .reduction(reduction)
                .label_smoothing(smoothing);
            for options in [options.clone(), options.weight(weight.clone())] {
                let f = |x: &[Tensor]| cross_entropy_with(&x[0], &x[1], options.clone());
                gradcheck(f, &[randn([2, 4, 3])?, target.clone()])?;
                gradcheck(f, &[randn(4)?, labels(&[2], &[])?])?;
                gradcheck(f, &[randn([2, 4])?, randn([2, 4])?])?;
                gradcheck(f, &[randn([2, 4, 3])?, randn([2, 4, 3])?])?;
            }
        }
    }
    Ok(())
}

#[test]
fn both_forms_agree() -> Result<()> {
    let (x, target) = (randn([4, 3])?, labels(&[0, 2, 1, 1], &[4])?);
    let run =
        || Ok::<_, crate::Error>([cross_entropy(&x, &target)?, mse_loss(&x, x.zeros_like()?)?]);
    for (kernel, plain) in run()?
        .iter()
        .zip(crate::ops::compute::plain_only::run(run)?)
    {
        assert_close("sum", kernel.as_candle(), plain.as_candle(), 1e-14)?;
    }
    Ok(())
}

#[test]
fn great_scores_neither_overflow_nor_vanish() -> Result<()> {
    for dtype in [DType::F16, DType::BF16, DType::F32, DType::F64] {
        let scores = Tensor::new(&[[1e4, -1e4, 0.], [-1e4, 1e4, 1e4]], &Device::Cpu)?;
        let x = Param::new(scores.to_dtype(dtype)?)?;
        let options = CrossEntropyOptions::default().reduction(Reduction::None);
        let losses = cross_entropy_with(&x, labels(&[1, 2], &[2])?, options)?;
        assert_eq!(losses.dtype(), dtype);
        let losses = losses.to_vec::<f64>()?;
        assert!(
            (losses[0] - 2e4).abs() < 100. && (losses[1] - 2f64.ln()).abs() < 2e-3,
            "{losses:?}"
        );
        cross_entropy(&x, labels(&[1, 2], &[2])?)?.backward()?;
        let grad = x.grad().map(|grad| grad.to_vec::<f64>()).transpose()?;
        assert_eq!(grad, Some(vec![0.5, -0.5, 0., 0., 0.25, -0.25]));
    }
    Ok(())
}

#[test]
fn a_mask_of_minus_infinity_costs_nothing() -> Result<()> {
    let inf = f64::NEG_INFINITY;
    let x = Param::new(Tensor::new(&[[0., inf, 0.], [inf, 1., inf]], &Device::Cpu)?)?;
    let loss = cross_entropy(&x, labels(&[0, 1], &[2])?)?;
    assert!((loss.item()? - 2f64.ln() / 2.).abs() < 1e-15);
    loss.backward()?;
    let grad = x.grad().map(|grad| grad.to_vec::<f64>()).transpose()?;
    assert_eq!(grad, Some(vec![-0.25, 0., 0.25, 0., 0., 0.]));
    Ok(())
}

#[test]
fn a_nan_goes_on() -> Result<()> {
    let x = Tensor::new(&[[f32::NAN, 1., 2.], [0., 1., 2.]], &Device::Cpu)?;
    for class in 0..3 {
        assert!(cross_entropy(&x, labels(&[class, 0], &[2])?)?
            .item()?
            .is_nan());
    }
    assert!(mse_loss(&x, x.zeros_like()?)?.item()?.is_nan());
    assert!(l1_loss(&x, x.zeros_like()?)?.item()?.is_nan());
    let ignored = cross_entropy(&x, labels(&[-100, 0], &[2])?)?.item()?;
    assert!(ignored.is_finite());
    Ok(())
}

#[test]
fn if_nothing_counts_the_mean_is_nan_and_the_gradient_zero() -> Result<()> {
    let x = Param::new(Tensor::new(&[[1f32, 2.]], &Device::Cpu)?)?;
    let loss = cross_entropy(&x, labels(&[-100], &[1])?)?;
    assert!(loss.item()?.is_nan());
    loss.backward()?;
    assert_eq!(
        x.grad().map(|grad| grad.to_vec::<f32>()).transpose()?,
        Some(vec![0., 0.])
    );
    Ok(())
}

#[test]
fn labels_have_any_integer_type() -> Result<()> {
    let x = randn([2, 3])?;
    let expected = cross_entropy(&x, labels(&[2, 1], &[2])?)?.item()?;
    for dtype in [DType::U8, DType::U32, DType::I16, DType::I32, DType::I64] {
        let target = labels(&[2, 1], &[2])?.to_dtype(dtype)?;
        assert_eq!(cross_entropy(&x, &target)?.item()?, expected);
    }
    // The greatest label of a type is one like any other.
    let x = randn([1, 256])?;
    let last = cross_entropy(&x, Tensor::new(&[255u8], &Device::Cpu)?)?.item()?;
    assert!(last > 0.);
    let options = CrossEntropyOptions::default()
        .ignore_index(255)
        .reduction(Reduction::Sum);
    assert_eq!(
        cross_entropy_with(&x, Tensor::new(&[255u8], &Device::Cpu)?, options)?.item()?,
        0.
    );
    Ok(())
}

#[test]
fn refusals_of_cross_entropy_say_which_and_why() -> Result<()> {
    let x = Tensor::zeros([2, 3], DType::F32, &Device::Cpu)?;
    let target = labels(&[0, 1], &[2])?;
    assert_eq!(
        message(cross_entropy(&x, labels(&[0, 3], &[2])?)),
        "cross_entropy: label 3 at position 1 is out of range for 3 classes (expected 0..=2)\n  help: classes count from 0"
    );
    assert!(message(cross_entropy(&x, labels(&[-1, 0], &[2])?)).contains("label -1 at position 0"));
    assert!(message(cross_entropy(&target, &x)).contains("look swapped"));
    assert!(message(cross_entropy(target.to_dtype(DType::F32)?, &x)).contains("look swapped"));
    assert!(
        message(cross_entropy(&x, target.to_dtype(DType::F32)?)).contains("`to_dtype(DType::I64)`")
    );
    assert!(message(cross_entropy(&x, labels(&[0; 3], &[3])?))
        .contains("for each of [2], but the target has shape [3]"));
    assert!(message(cross_entropy(&x, labels(&[0; 2], &[2, 1])?)).contains("`squeeze`"));
    assert!(message(cross_entropy(&x, labels(&[0; 6], &[2, 3])?)).contains("one-hot"));
    assert!(message(cross_entropy(&x, x.to_dtype(DType::F64)?)).contains("F64"));
    let empty = Tensor::zeros([0, 3], DType::F32, &Device::Cpu)?;
    assert!(message(cross_entropy(&empty, labels(&[], &[0])?)).contains("the batch is empty"));
    let sum = CrossEntropyOptions::default().reduction(Reduction::Sum);
    assert_eq!(
        cross_entropy_with(&empty, labels(&[], &[0])?, sum)?.item()?,
        0.
    );
    let with = |options: CrossEntropyOptions| message(cross_entropy_with(&x, &target, options));
    let options = CrossEntropyOptions::default;
    assert!(with(options().label_smoothing(1.5)).contains("`label_smoothing` is 1.5"));
    let weight = Tensor::zeros(2, DType::F32, &Device::Cpu)?;
    assert!(with(options().weight(weight)).contains("a weight for each of 3 classes"));
    assert!(
        message(cross_entropy_with(&x, &x, options().ignore_index(0)))
            .contains("`ignore_index` is 0")
    );
    Ok(())
}

#[test]
fn nothing_has_a_sum() -> Result<()> {
    let empty = Param::new(Tensor::zeros([0, 3], DType::F32, &Device::Cpu)?)?;
    let options = CrossEntropyOptions::default().reduction(Reduction::Sum);
    for target in [labels(&[], &[0])?, empty.detach()] {
        let loss = cross_entropy_with(&empty, target, options.clone())?;
        assert_eq!(loss.item()?, 0.);
        loss.backward()?;
    }
    let options = MseLossOptions::default().reduction(Reduction::Sum);
    mse_loss_with(&empty, empty.detach(), options)?.backward()
}

#[test]
fn refusals_of_differences_say_which_and_why() -> Result<()> {
    let x = Tensor::zeros([2, 1], DType::F32, &Device::Cpu)?;
    assert!(
        message(mse_loss(&x, Tensor::zeros(2, DType::F32, &Device::Cpu)?)).starts_with(
            "mse_loss: the output has shape [2, 1], the target [2]; they are not broadcast"
        )
    );
    assert!(message(l1_loss(labels(&[0, 1], &[2, 1])?, &x)).contains("look swapped"));
    assert!(message(l1_loss(&x, labels(&[0, 1], &[2, 1])?)).contains("convert the target"));
    let empty = Tensor::zeros([0, 1], DType::F32, &Device::Cpu)?;
    assert!(message(mse_loss(&empty, &empty)).contains("the batch is empty"));
    Ok(())
}

#[test]
fn half_types_add_up_in_f32() -> Result<()> {
    let x = Tensor::ones(10_000, DType::BF16, &Device::Cpu)?;
    let options = L1LossOptions::default().reduction(Reduction::Sum);
    assert_eq!(l1_loss_with(&x, x.zeros_like()?, options)?.item()?, 9984.); // 10,000 in bf16
    Ok(())
}
