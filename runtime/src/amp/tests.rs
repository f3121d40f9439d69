//! What autocast casts and keeps, and what a scaler refuses.

use super::*;
use crate::ops::EmbeddingOptions;
use crate::optim::{Optimizer, Sgd, SparseAdam};
use crate::{no_grad, DType, Device, Param, Result, Tensor};

fn param() -> Result<Param> {
    Param::new(Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?)
}

fn refusal<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn f16_follows_the_list_for_cuda() -> Result<()> {
    let w = param()?;
    autocast(DType::F16, || {
        let y = w.matmul(&*w)?;
        assert_eq!(y.dtype(), DType::F16);
        assert_eq!(y.relu()?.dtype(), DType::F16);
        for full in [
            y.exp(),
            y.softmax(1),
            y.sum(1),
            y.pow(2),
            y.norm(1),
            y.logsumexp(1),
        ] {
            assert_eq!(full?.dtype(), DType::F32);
        }
        assert_eq!(y.layer_norm(2, None, None)?.dtype(), DType::F32);
        assert_eq!(crate::loss::mse_loss(&y, &*w)?.dtype(), DType::F32);
        Ok(())
    })?;
    assert_eq!(w.matmul(&*w)?.dtype(), DType::F32);
    Ok(())
}

#[test]
fn f64_and_integers_stay() -> Result<()> {
    let x = Tensor::ones([2, 2], DType::F64, &Device::Cpu)?;
    let y = autocast(DType::BF16, || x.matmul(&x))?;
    assert_eq!(y.dtype(), DType::F64);
    Ok(())
}

#[test]
fn a_parameter_is_cast_once_until_it_changes() -> Result<()> {
    let w = param()?;
    let cast = || -> Result<Tensor> {
        let [cast] = crate::tensor::autocast::cast("matmul", [&*w])?;
        Ok(cast.into_owned())
    };
    let same = |a: &Tensor, b: &Tensor| crate::tensor::same_storage(a.as_candle(), b.as_candle());
    autocast(DType::BF16, || {
        let (first, second) = (cast()?, cast()?);
        assert!(same(&first, &second));
        w.set(Tensor::zeros_like(&w)?)?;
        let changed = cast()?;
        assert!(!same(&first, &changed));
        assert_eq!(changed.to_vec::<f32>()?, [0.; 4]);
        // Without recording, nothing is kept that a later forward pass would need recorded.
        let silent = no_grad(cast)?;
        assert!(!silent.requires_grad() && cast()?.requires_grad());
        Ok(())
    })
}

#[test]
fn a_scope_may_hold_several_backward_passes() -> Result<()> {
    let w = param()?;
    autocast(DType::BF16, || {
        for _ in 0..2 {
            w.matmul(&*w)?.sum(())?.backward()?;
        }
        Ok(())
    })?;
    // ∂Σ(W·W)/∂W = 1·Wᵀ + Wᵀ·1, twice.
    let expected = [14., 22., 18., 26.];
    assert_eq!(
        w.grad().map(|g| g.to_vec::<f32>()).transpose()?,
        Some(expected.to_vec())
    );
    Ok(())
}

#[test]
fn scopes_nest() -> Result<()> {
    autocast(DType::BF16, || {
        autocast(DType::F16, || {
            assert_eq!(autocast_dtype(), Some(DType::F16));
            Ok(())
        })?;
        assert_eq!(autocast_dtype(), Some(DType::BF16));
        Ok(())
    })?;
    assert_eq!(autocast_dtype(), None);
    assert_eq!(
        refusal(autocast(DType::F32, || Ok(()))),
        "autocast: `dtype` is F32, but expected DType::BF16 or DType::F16"
    );
    Ok(())
}

#[test]
fn a_scaler_refuses_what_is_out_of_order() -> Result<()> {
    let w = param()?;
    let mut opt = Sgd::new([&w], 0.1)?;
    let mut scaler = GradScaler::new(GradScalerOptions::default())?;
    assert_eq!(
        refusal(scaler.update()),
        "GradScaler: there was no `step` since the last `update`"
    );
    scaler.scale(w.sum(())?)?.backward()?;
    scaler.unscale(&mut opt)?;
    assert_eq!(
        refusal(scaler.unscale(&mut opt)).lines().next(),
        Some("GradScaler: `unscale` was called twice for this optimizer since the last `update`")
    );
    assert!(scaler.step(&mut opt)?);
    assert_eq!(
        refusal(scaler.step(&mut opt)).lines().next(),
        Some("GradScaler: `step` was called twice for this optimizer since the last `update`")
    );
    assert_eq!(
        refusal(scaler.unscale(&mut opt)),
        "GradScaler: `unscale` comes before `step`, but was called after it"
    );
    Ok(())
}

#[test]
fn f16_gradients_are_refused() -> Result<()> {
    let w = Param::new(Tensor::ones(2, DType::F16, &Device::Cpu)?)?;
    let mut opt = Sgd::new([&w], 0.1)?;
    let mut scaler = GradScaler::new(GradScalerOptions::default())?;
    w.set_grad(Some(w.ones_like()?))?;
    let text = refusal(scaler.step(&mut opt));
    assert_eq!(
        text.lines().next(),
        Some("GradScaler: the gradient of a parameter without a name is f16 and can't be unscaled")
    );
    assert!(text.contains("help: keep the parameters f32"), "{text}");
    Ok(())
}

#[test]
fn an_injected_overflow_is_survived_and_reported() -> Result<()> {
    let w = param()?;
    let mut opt = Sgd::new([&w], 0.1)?;
    let mut scaler = GradScaler::new(GradScalerOptions::default())?;
    let before = w.to_vec::<f32>()?;
    scaler.scale(w.mul(f64::MAX)?.sum(())?)?.backward()?;
    assert!(!scaler.step(&mut opt)?);
    assert!(scaler.overflowed());
    scaler.update()?;
    assert_eq!((scaler.get_scale(), w.to_vec::<f32>()?), (32768., before));
    opt.zero_grad(true)?;
    scaler.scale(w.sum(())?)?.backward()?;
    assert!(scaler.step(&mut opt)? && !scaler.overflowed());
    Ok(())
}

#[test]
fn a_saved_scaler_goes_on() -> Result<()> {
    let w = param()?;
    let mut opt = Sgd::new([&w], 0.1)?;
    let mut scaler = GradScaler::new(GradScalerOptions::default().growth_interval(2u64))?;
    let mut step = |scaler: &mut GradScaler| -> Result<f64> {
        w.set_grad(Some(w.ones_like()?))?;
        scaler.step(&mut opt)?;
        scaler.update()?;
        Ok(scaler.get_scale())
    };
    step(&mut scaler)?;
    let text = serde_json::to_string(&scaler.state_dict()).unwrap();
    let mut resumed = GradScaler::new(GradScalerOptions::default())?;
    resumed.load_state_dict(&serde_json::from_str(&text).unwrap())?;
    for _ in 0..5 {
        assert_eq!(step(&mut scaler)?, step(&mut resumed)?);
    }
    let missing = resumed.load_state_dict(&Default::default());
    assert_eq!(
        refusal(missing),
        "GradScaler: `scale` is None, but expected a number"
    );
    Ok(())
}

#[test]
fn nothing_is_scaled_where_it_is_turned_off() -> Result<()> {
    let w = param()?;
    let mut opt = Sgd::new([&w], 0.1)?;
    let mut scaler = GradScaler::new(GradScalerOptions::default().enabled(false))?;
    scaler.scale(w.sum(())?)?.backward()?;
    assert_eq!(
        w.grad().map(|g| g.to_vec::<f32>()).transpose()?,
        Some(vec![1.; 4])
    );
    assert!(scaler.step(&mut opt)?);
    scaler.update()?;
    assert_eq!(scaler.get_scale(), 1.);
    assert!(scaler.state_dict().is_empty());
    Ok(())
}

#[test]
fn row_sparse_gradients_stay_so() -> Result<()> {
    let table = param()?;
    let mut opt = SparseAdam::new([&table], 0.1)?;
    let mut scaler = GradScaler::new(GradScalerOptions::default())?;
    let row = Tensor::new(&[1u32], &Device::Cpu)?;
    let read = row.embedding_with(&table, EmbeddingOptions::default().sparse(true))?;
    scaler.scale(read.sum(())?)?.backward()?;
    scaler.unscale(&mut opt)?;
    let values = table
        .sparse_grad()
        .map(|grad| grad.values().to_vec::<f32>());
    assert_eq!(values.transpose()?, Some(vec![1., 1.]));
    assert!(scaler.step(&mut opt)?);
    assert_eq!(table.to_vec::<f32>()?[..2], [1., 2.]);
    Ok(())
}
