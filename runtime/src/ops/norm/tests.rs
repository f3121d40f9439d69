//! Gradients, statistics, the two forms against each other, other types, and the errors.

use crate::ops::compute::plain_only;
use crate::ops::{BatchNormOptions, LayerNormOptions};
use crate::tensor::{BackwardOptions, IntoShape};
use crate::testing::{assert_close, gradcheck, randn, tolerance};
use crate::{Buffer, DType, Device, Error, Param, Result, Tensor};

/// Other numbers than [`randn`]'s, which the upstream gradients of the same shape consist of: with equal ones nearly all
/// of the gradient cancels.
fn input(shape: impl IntoShape) -> Result<Tensor> {
    Ok(Tensor::from((randn(shape)?.as_candle() * 1.7)?.sin()?))
}

const BATCH_SHAPES: [&[usize]; 6] = [
    &[4, 3],
    &[2, 3, 5],
    &[3, 2, 3, 5],
    &[1, 2, 1, 7],
    &[2, 1],
    &[0, 3, 4],
];

fn training() -> BatchNormOptions {
    BatchNormOptions::default().training(true)
}

/// Running statistics away from 0 and 1.
fn statistics(channels: usize) -> Result<[Buffer; 2]> {
    let values = |from: f64| (0..channels).map(|i| from + i as f64 / 4.).collect();
    let buffer = |from| Buffer::new(Tensor::from_vec(values(from), channels, &Device::Cpu)?);
    Ok([buffer(-0.5)?, buffer(0.75)?])
}

#[test]
fn gradient_of_batch_norm() -> Result<()> {
    for shape in BATCH_SHAPES {
        let c = shape[1];
        let [mean, var] = statistics(c)?;
        for options in [training(), BatchNormOptions::default()] {
            let norm = |x: &[Tensor]| {
                // Evaluated many times: in training the running statistics are not the point.
                let buffers = (!options.training).then_some((&mean, &var)).unzip();
                x[0].batch_norm_with(buffers.0, buffers.1, x.get(1), x.get(2), options)
            };
            gradcheck(norm, &[input(shape)?, randn(c)?, randn([c])?])?;
            gradcheck(norm, &[input(shape)?])?;
        }
    }
    Ok(())
}

#[test]
fn gradient_of_layer_norm() -> Result<()> {
    for (shape, normalized) in [
        (&[3, 5][..], &[5][..]),
        (&[2, 3, 4], &[3, 4]),
        (&[2, 1, 3], &[1, 3]),
        (&[4], &[4]),
        (&[3, 1], &[1]),
        (&[0, 3], &[3]),
    ] {
        let norm = |x: &[Tensor]| x[0].layer_norm(normalized, x.get(1), x.get(2));
        gradcheck(
            norm,
            &[input(shape)?, randn(normalized)?, randn(normalized)?],
        )?;
        gradcheck(norm, &[input(shape)?])?;
        let bias_only = |x: &[Tensor]| x[0].layer_norm(normalized, None, Some(&x[1]));
        gradcheck(bias_only, &[input(shape)?, randn(normalized)?])?;
    }
    Ok(())
}

/// The result, the gradients and the new statistics.
fn batch(shape: &[usize], dtype: DType, options: BatchNormOptions) -> Result<Vec<Tensor>> {
    let c = shape[1];
    let param = |shape: &[usize]| Param::new(input(shape)?.to_dtype(dtype)?);
    let (x, w, b) = (param(shape)?, param(&[c])?, param(&[c, 1])?);
    let b = Param::new(Tensor::from(b.as_candle().flatten_all()?))?;
    let mut running = statistics(c)?;
    running
        .iter_mut()
        .try_for_each(|buffer| buffer.to_dtype(dtype))?;
    let y = x.batch_norm_with(
        Some(&running[0]),
        Some(&running[1]),
        Some(&w),
        Some(&b),
        options,
    )?;
    let upstream = randn(y.shape())?.to_dtype(dtype)?;
    y.backward_with(BackwardOptions::default().gradient(upstream))?;
    let grads = [&x, &w, &b].map(|p| p.grad().unwrap());
    Ok([y.detach()]
        .into_iter()
        .chain(grads)
        .chain(running.map(|r| r.detach()))
        .collect())
}

fn layer(shape: impl IntoShape, width: usize, dtype: DType) -> Result<Vec<Tensor>> {
    let param = |x: Tensor| Param::new(x.to_dtype(dtype)?);
    let (x, w) = (param(input(shape)?)?, param(input(width)?)?);
    let b = param(randn(width)?.add(1.)?)?;
    let y = x.layer_norm(width, Some(&w), Some(&b))?;
    let upstream = randn(y.shape())?.to_dtype(dtype)?;
    y.backward_with(BackwardOptions::default().gradient(upstream))?;
    let grads = [&x, &w, &b].map(|p| p.grad().unwrap());
    Ok([y.detach()].into_iter().chain(grads).collect())
}

fn same(what: &str, a: &[Tensor], b: &[Tensor], tolerance: f64) -> Result<()> {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .try_for_each(|(a, b)| assert_close(what, a.as_candle(), b.as_candle(), tolerance))
}

#[test]
fn kernel_and_plain_form_agree() -> Result<()> {
    for dtype in [DType::F32, DType::F64, DType::BF16] {
        for options in [training(), BatchNormOptions::default()] {
            for shape in BATCH_SHAPES.iter().chain(&[&[3, 5, 31, 34][..], &[70, 90]]) {
                if dtype != DType::F64 && shape == &[2, 1] {
                    continue; // of two values, all but rounding cancels
                }
                let kernel = batch(shape, dtype, options)?;
                let plain = plain_only::run(|| batch(shape, dtype, options))?;
                same(&format!("{shape:?}"), &kernel, &plain, tolerance(dtype))?;
            }
        }
        for (rows, width) in [(3, 5), (70, 30), (1, 1000), (0, 4)] {
            let kernel = layer([rows, width], width, dtype)?;
            let plain = plain_only::run(|| layer([rows, width], width, dtype))?;
            same(
                &format!("{rows} × {width}"),
                &kernel,
                &plain,
                tolerance(dtype),
            )?;
        }
    }
    Ok(())
}

#[test]
fn the_number_of_threads_changes_no_bit() -> Result<()> {
    let with = |threads| -> Result<Vec<Vec<u32>>> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let results = pool.install(|| -> Result<Vec<Tensor>> {
            let mut results = batch(&[8, 40, 31, 33], DType::F32, training())?;
            results.extend(batch(&[900, 701], DType::F32, training())?);
            results.extend(layer([701, 900], 900, DType::F32)?);
            Ok(results)
        })?;
        let bits = |x: &Tensor| Ok(x.to_vec::<f32>()?.into_iter().map(f32::to_bits).collect());
        results.iter().map(bits).collect()
    };
    let one = with(1)?;
    assert!(one == with(3)? && one == with(8)?);
    Ok(())
}

#[test]
fn a_large_mean_does_not_drown_the_variance() -> Result<()> {
    let x = randn([64, 2, 50])?.add(1000.)?.to_dtype(DType::F32)?;
    let exact = x
        .to_dtype(DType::F64)?
        .batch_norm_with(None, None, None, None, training())?;
    let y = x.batch_norm_with(None, None, None, None, training())?;
    assert_close("batch", y.as_candle(), exact.as_candle(), 1e-4)?;
    let exact = x.to_dtype(DType::F64)?.layer_norm([2, 50], None, None)?;
    assert_close(
        "layer",
        x.layer_norm([2, 50], None, None)?.as_candle(),
        exact.as_candle(),
        1e-4,
    )
}

#[test]
fn running_statistics_move_in_training_only() -> Result<()> {
    let x = Tensor::new(&[[0f64], [2.], [4.]], &Device::Cpu)?;
    let [mean, var] =
        [0., 1.].map(|v| Buffer::new(Tensor::new(&[v], &Device::Cpu).unwrap()).unwrap());
    let run = |options| x.batch_norm_with(Some(&mean), Some(&var), None, None, options);
    run(BatchNormOptions::default())?;
    assert_eq!((mean.item()?, var.item()?, mean.version()), (0., 1., 0));
    // The variance of the batch is 8/3, unbiased 4.
    run(training().momentum(0.5))?;
    assert_eq!((mean.item()?, var.item()?), (1., 2.5));
    // 1/n in the n-th batch: the mean of all.
    for n in 1..=4 {
        run(training().momentum(1. / f64::from(n)))?;
    }
    assert!((mean.item()? - 2.).abs() < 1e-12 && (var.item()? - 4.).abs() < 1e-12);
    // An empty batch leaves them alone.
    let empty = Tensor::zeros([0, 1], DType::F64, &Device::Cpu)?;
    let y = empty.batch_norm_with(Some(&mean), Some(&var), None, None, training())?;
    assert!(y.elem_count() == 0 && (mean.item()? - 2.).abs() < 1e-12);
    Ok(())
}

#[test]
fn statistics_may_move_between_evaluation_and_backward() -> Result<()> {
    let x = Param::new(randn([2, 2])?)?;
    let [mean, var] = statistics(2)?;
    let y = x.batch_norm(Some(&mean), Some(&var), None, None)?;
    let scale: Vec<f64> = var
        .to_vec::<f64>()?
        .iter()
        .map(|v| 1. / (v + 1e-5).sqrt())
        .collect();
    var.set(var.add(3.)?)?;
    y.backward_with(BackwardOptions::default().gradient(y.ones_like()?))?;
    assert_eq!(x.grad().unwrap().to_vec::<f64>()?[..2], scale);
    Ok(())
}

#[test]
fn half_inputs_take_weights_in_f32() -> Result<()> {
    let x = Param::new(randn([4, 3])?.to_dtype(DType::BF16)?)?;
    let w = Param::new(randn(3)?.to_dtype(DType::F32)?)?;
    for y in [
        x.batch_norm_with(None, None, Some(&w), None, training())?,
        x.layer_norm(3, Some(&w), None)?,
    ] {
        assert_eq!(y.dtype(), DType::BF16);
        y.backward_with(BackwardOptions::default().gradient(y.ones_like()?))?;
    }
    assert_eq!(w.grad().unwrap().dtype(), DType::F32);
    assert_eq!(x.grad().unwrap().dtype(), DType::BF16);
    Ok(())
}

#[test]
fn errors_say_what_was_expected() -> Result<()> {
    let text = |result: Result<Tensor>| result.unwrap_err().to_string();
    let x = randn([1, 3])?;
    assert!(text(x.batch_norm_with(None, None, None, None, training())).contains(
        "batch_norm: expected more than 1 value per channel when training, but the input has shape [1, 3]"
    ));
    assert!(text(x.batch_norm(None, None, None, None)).contains("running statistics"));
    assert!(text(randn(3)?.batch_norm(None, None, None, None)).contains("[N, C, …]"));
    let x = randn([2, 3])?;
    let two = randn(2)?;
    let wrong = x.batch_norm_with(None, None, Some(&two), None, training());
    assert!(
        text(wrong).contains("expected a weight [3] for the input [2, 3], but it has shape [2]")
    );
    let options = training().eps(-1.);
    let wrong = x.batch_norm_with(None, None, None, None, options);
    assert!(matches!(wrong, Err(Error::Argument { name: "eps", .. })));
    assert!(text(x.layer_norm([2], None, None))
        .contains("last dimensions are [2], but it has shape [2, 3]"));
    assert!(text(x.layer_norm((), None, None)).contains("last dimensions"));
    let single = randn(3)?.to_dtype(DType::F32)?;
    assert!(text(x.layer_norm(3, Some(&single), None)).contains("type F64, but it has F32"));
    let wrong = x.layer_norm_with(3, None, None, LayerNormOptions::default().eps(f64::NAN));
    assert!(matches!(wrong, Err(Error::Argument { name: "eps", .. })));
    Ok(())
}
