//! Clipping where PyTorch's values (`tests/parity_gradients.rs`) don't tell.

use super::*;
use crate::init::Init;
use crate::module::{Config, Forward, ModuleExt};
use crate::nn::Linear;
use crate::ops::compute::plain_only;
use crate::testing::{assert_close, randn};
use crate::{DType, Device, Generator};

fn with_grad(values: &[f64], dtype: DType) -> Result<Param> {
    let grad = Tensor::new(values, &Device::Cpu)?.to_dtype(dtype)?;
    let param = Param::new(grad.zeros_like()?)?;
    param.set_grad(Some(grad))?;
    Ok(param)
}

fn grad(param: &Param) -> Result<Vec<f64>> {
    param
        .grad()
        .map_or(Ok(Vec::new()), |grad| grad.to_vec::<f64>())
}

#[test]
fn a_gradient_that_was_given_out_keeps_its_values() -> Result<()> {
    let w = with_grad(&[3., 4.], DType::F64)?;
    let before = w.grad();
    clip_grad_value_([&w], 1.)?;
    assert_eq!(grad(&w)?, [1., 1.]);
    assert_eq!(
        before.map(|grad| grad.to_vec::<f64>()).transpose()?,
        Some(vec![3., 4.])
    );
    Ok(())
}

#[test]
fn what_has_no_gradient_or_comes_twice_does_not_count() -> Result<()> {
    let (w, none) = (
        with_grad(&[3., 4.], DType::F64)?,
        with_grad(&[9.], DType::F64)?,
    );
    none.zero_grad(true)?;
    let empty = Param::new(Tensor::zeros([0, 2], DType::F64, &Device::Cpu)?)?;
    empty.set_grad(Some(empty.zeros_like()?))?;
    let params = || [w.share(), none.share(), empty.share(), w.share()];
    assert_eq!(clip_grad_norm_(params(), 2.5)?, 5.);
    let clipped = grad(&w)?;
    assert!(
        (clipped[0] - 1.5).abs() < 1e-6 && (clipped[1] - 2.).abs() < 1e-6,
        "{clipped:?}"
    );
    for (order, expected) in [
        (f64::NEG_INFINITY, 1.5),
        (f64::INFINITY, 2.),
        (-1., 6. / 7.),
    ] {
        let options = TotalNormOptions::default().norm_type(order);
        let norm = clip_grad_norm_with_(params(), f64::INFINITY, options)?;
        assert!((norm - expected).abs() < 1e-6, "{order}: {norm}");
    }
    assert!(none.grad().is_none());
    assert_eq!(clip_grad_norm_([&none], 1.)?, 0.);
    assert_eq!(get_total_norm::<Tensor>([])?, 0.);
    Ok(())
}

#[test]
fn norms_of_half_types_neither_overflow_nor_drown() -> Result<()> {
    // In f16 the square of 300 is infinite, in bf16 the sum of 10,000 ones is 256.
    for (dtype, value) in [(DType::F16, 300.), (DType::BF16, 1.), (DType::F32, 1e30)] {
        let w = with_grad(&vec![value; 10_000], dtype)?;
        let norm = clip_grad_norm_([&w], 1.)?;
        let exact = 100. * grad(&with_grad(&[value], dtype)?)?[0];
        assert!((norm / exact - 1.).abs() < 1e-12, "{dtype:?}: {norm}");
        let clipped = grad(&w)?;
        assert!(
            (clipped[0] - 0.01).abs() < 0.01 * 4e-3,
            "{dtype:?}: {}",
            clipped[0]
        );
    }
    Ok(())
}

#[test]
fn both_forms_agree() -> Result<()> {
    for order in [2., 1., 0., 3., -1., f64::INFINITY, f64::NEG_INFINITY] {
        let options = || TotalNormOptions::default().norm_type(order);
        let (a, b) = (randn([4, 3])?, randn([5])?);
        let params = || -> Result<Vec<Param>> {
            [&a, &b]
                .into_iter()
                .map(|grad| {
                    let param = Param::new(grad)?;
                    param.set_grad(Some(grad.clone()))?;
                    Ok(param)
                })
                .collect()
        };
        let (fast, plain) = (params()?, params()?);
        let norm = clip_grad_norm_with_(&fast, 0.3, options())?;
        let other = plain_only::run(|| clip_grad_norm_with_(&plain, 0.3, options()))?;
        assert!(
            (norm / other - 1.).abs() < 1e-12,
            "{order}: {norm} and {other}"
        );
        plain_only::run(|| clip_grad_value_(&plain, 0.05))?;
        clip_grad_value_(&fast, 0.05)?;
        for (fast, plain) in fast.iter().zip(&plain) {
            let tensor = |param: &Param| Tensor::new(grad(param)?, &Device::Cpu);
            let (fast, plain) = (tensor(fast)?, tensor(plain)?);
            assert_close("clipped", fast.as_candle(), plain.as_candle(), 1e-12)?;
        }
    }
    Ok(())
}

#[test]
fn refusals_name_the_argument_and_change_nothing() -> Result<()> {
    let w = with_grad(&[3., f64::INFINITY], DType::F64)?;
    w.set_name("fc.weight");
    let v = with_grad(&[1.], DType::F64)?;
    let text = |result: Result<f64>| result.map_or_else(|e| e.to_string(), |x| x.to_string());
    assert_eq!(
        text(clip_grad_norm_([&w], -1.)),
        "clip_grad_norm_: `max_norm` is -1.0, but expected a number ≥ 0"
    );
    let strict = || TotalNormOptions::default().error_if_nonfinite(true);
    assert_eq!(
        text(clip_grad_norm_with_([&v, &w], 1., strict())),
        "clip_grad_norm_: the total norm of order 2 is inf: that of parameter `fc.weight` is inf\n  help: without \
         `error_if_nonfinite` the gradients are scaled all the same; a gradient scaler skips such steps"
    );
    assert_eq!(
        text(clip_grad_norm_with_([&v], 1., strict().norm_type(f64::NAN))),
        "clip_grad_norm_: `norm_type` is NaN, but expected an order: 2, 1, 0, ±∞ or another number"
    );
    let nan = Tensor::new(&[f64::NAN], &Device::Cpu)?;
    let total = text(get_total_norm_with([&*v, &nan], strict()));
    assert!(
        total.starts_with(
            "get_total_norm: the total norm of order 2 is NaN: that of tensor 1 is NaN"
        ),
        "{total}"
    );
    assert_eq!(
        text(clip_grad_value_([&w], f64::NAN).map(|()| 0.)),
        "clip_grad_value_: `clip_value` is NaN, but expected a number ≥ 0"
    );
    assert_eq!(
        text(clip_grads_with_norm_([&w], f64::NAN, 1.).map(|()| 0.)),
        "clip_grads_with_norm_: `max_norm` is NaN, but expected a number ≥ 0"
    );
    let integers = Tensor::ones([2], DType::I64, &Device::Cpu)?;
    let refused = text(get_total_norm([integers]));
    assert!(
        refused.starts_with("norm: expected a tensor of floats"),
        "{refused}"
    );
    assert_eq!((grad(&w)?, grad(&v)?), (vec![3., f64::INFINITY], vec![1.]));
    Ok(())
}

#[test]
fn micro_batches_add_up_to_the_large_batch() -> Result<()> {
    let (n, parts) = (12, 4);
    let layer = |out: usize, inputs: usize, seed: u64| -> Result<Linear> {
        let mut layer = Linear::config(out).input([1, inputs]).init(&Device::Cpu)?;
        layer.to_dtype(DType::F64)?;
        layer.init_with_generator("*", Init::STANDARD_NORMAL, &mut Generator::new(seed))?;
        Ok(layer)
    };
    let layers = [layer(7, 5, 1)?, layer(2, 7, 2)?];
    let params = || layers.iter().flat_map(|layer| layer.parameters());
    let (x, y) = (randn([n, 5])?, randn([n, 2])?);
    let loss = |x: &Tensor, y: &Tensor| {
        let out = layers[1].forward(&layers[0].forward(x)?.tanh()?)?;
        out.sub(y)?.square()?.mean(())
    };
    loss(&x, &y)?.backward()?;
    let large = params().map(grad).collect::<Result<Vec<_>>>()?;
    let norm = get_total_norm(params().filter_map(|param| param.grad()))?;
    params().try_for_each(|param| param.zero_grad(true))?;
    for part in 0..parts {
        let (start, size) = (part * n / parts, n / parts);
        let micro = |t: &Tensor| t.narrow(0, start as i64, size as i64);
        loss(&micro(&x)?, &micro(&y)?)?
            .div(parts as f64)?
            .backward()?;
    }
    for (param, large) in params().zip(&large) {
        let (sum, large) = (
            Tensor::new(grad(param)?, &Device::Cpu)?,
            Tensor::new(large.clone(), &Device::Cpu)?,
        );
        assert_close("gradient", sum.as_candle(), large.as_candle(), 1e-12)?;
    }
    // So does their norm: clipping once per large batch is the same.
    assert!((clip_grad_norm_(params(), 0.1)? / norm - 1.).abs() < 1e-12);
    Ok(())
}
