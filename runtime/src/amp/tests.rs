//! What autocast casts and keeps, and what a scaler refuses.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::*;
use crate::loss::*;
use crate::ops::{EmbeddingOptions, OPERATIONS};
use crate::optim::{clip_grad_norm_, Optimizer, Sgd, SparseAdam};
use crate::tensor::autocast::Policy;
use crate::{no_grad, DType, Device, Param, Result, Tensor};

fn param() -> Result<Param> {
    Param::new(Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?)
}

fn refusal<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

/// What PyTorch's lists for CUDA say of an operation; the lists are read by `tests/parity/amp_lists.py`.
fn on_cuda(op: &str) -> Option<Policy> {
    static LISTS: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
        let text = include_str!("../../../tests/parity/data/amp_lists.json");
        serde_json::from_str(text).expect("lists of names")
    });
    let of = |kind: &str| LISTS[kind].iter().any(|name| name == op);
    let policies = [Policy::Lower, Policy::Full, Policy::Widest];
    let mut kinds = ["lower", "f32", "widest"].into_iter().zip(policies);
    kinds.find(|(kind, _)| of(kind)).map(|(_, policy)| policy)
}

/// Losses that are in none of the lists, but in f32 there too: composed of what is, and one that PyTorch refuses on CUDA.
const COMPOSED: [&str; 3] = ["cross_entropy", "ctc_loss", "binary_cross_entropy"];

fn all_operations() -> impl Iterator<Item = &'static str> {
    OPERATIONS.iter().chain(LOSSES).copied()
}

#[test]
fn f16_has_pytorchs_lists_for_cuda() {
    for op in all_operations() {
        let expected = match COMPOSED.contains(&op) {
            true => Some(Policy::Full),
            false => on_cuda(op),
        };
        assert_eq!(Policy::of(op, DType::F16), expected, "{op}");
    }
}

/// A call of what is in one of the lists; `x` and `y` have shape `[2, 2]`.
fn call(op: &str, x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let signs = Tensor::new(&[[1i64, -1], [-1, 1]], &Device::Cpu)?;
    let classes = Tensor::new(&[1i64, 0], &Device::Cpu)?;
    match op {
        "bmm" => x.unsqueeze(0)?.bmm(&y.unsqueeze(0)?),
        "conv2d" => x
            .reshape([1, 1, 2, 2])?
            .conv2d(y.reshape([1, 1, 2, 2])?, None),
        "linear" => x.linear(y, None),
        "matmul" => x.matmul(y),
        "prelu" => x.prelu(y.select(0, 0)?),
        "scaled_dot_product_attention" => x.scaled_dot_product_attention(y, y),
        "dot" => x.select(0, 0)?.dot(&y.select(0, 0)?),
        "cosine_similarity" => x.cosine_similarity(y),
        "cumsum" => x.cumsum(1),
        "exp" => x.exp(),
        "layer_norm" => x.layer_norm(2, None, None),
        "log" => x.log(),
        "log_softmax" => x.log_softmax(1),
        "logsumexp" => x.logsumexp(1),
        "norm" => x.norm(1),
        "pow" => x.pow(2),
        "rsqrt" => x.rsqrt(),
        "softmax" => x.softmax(1),
        "softplus" => x.softplus(),
        "sum" => x.sum(1),
        "binary_cross_entropy" => binary_cross_entropy(x.sigmoid()?, y),
        "binary_cross_entropy_with_logits" => binary_cross_entropy_with_logits(x, y),
        "cosine_embedding_loss" => cosine_embedding_loss(x, y, signs.select(0, 0)?),
        "cross_entropy" => cross_entropy(x, &classes),
        "ctc_loss" => ctc_loss(x, Tensor::new(&[1i64], &Device::Cpu)?, [2], [1]),
        "hinge_embedding_loss" => hinge_embedding_loss(x, &signs),
        "huber_loss" => huber_loss(x, y),
        "kl_div" => kl_div(x, y),
        "l1_loss" => l1_loss(x, y),
        "margin_ranking_loss" => margin_ranking_loss(x, y, &signs),
        "mse_loss" => mse_loss(x, y),
        "multi_margin_loss" => multi_margin_loss(x, &classes),
        "multilabel_margin_loss" => multilabel_margin_loss(x, signs.clamp(0, 1)?),
        "nll_loss" => nll_loss(x, &classes),
        "poisson_nll_loss" => poisson_nll_loss(x, y),
        "smooth_l1_loss" => smooth_l1_loss(x, y),
        "soft_margin_loss" => soft_margin_loss(x, &signs),
        "triplet_margin_loss" => triplet_margin_loss(x, y, y),
        _ => Err(crate::Error::op("autocast", format!("no call of `{op}`"))),
    }
}

#[test]
fn f16_follows_the_lists() -> Result<()> {
    let y = Tensor::new(&[[0.5f32, 0.25], [0.75, 1.]], &Device::Cpu)?;
    let x = y.to_dtype(DType::F16)?;
    for op in all_operations() {
        let (input, expected) = match Policy::of(op, DType::F16) {
            Some(Policy::Lower) => (&y, DType::F16),
            Some(Policy::Full | Policy::Widest) => (&x, DType::F32),
            None => continue,
        };
        let found = autocast(DType::F16, || call(op, input, &y))?;
        assert_eq!(found.dtype(), expected, "{op}");
    }
    assert_eq!(autocast(DType::F16, || x.relu())?.dtype(), DType::F16);
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

/// What is clipped is the true gradient, whatever the scale.
#[test]
fn unscaled_gradients_are_clipped_as_ever() -> Result<()> {
    let (w, plain) = (param()?, param()?);
    let mut opts = [Sgd::new([&w], 0.1)?, Sgd::new([&plain], 0.1)?];
    let mut scaler = GradScaler::new(GradScalerOptions::default())?;
    let loss = |w: &Param| w.square()?.sum(());
    scaler.scale(loss(&w)?)?.backward()?;
    scaler.unscale(&mut opts[0])?;
    loss(&plain)?.backward()?;
    let norms = [clip_grad_norm_([&w], 1.)?, clip_grad_norm_([&plain], 1.)?];
    assert_eq!(norms, [120f64.sqrt(); 2]);
    assert!(scaler.step(&mut opts[0])?);
    opts[1].step()?;
    assert_eq!(w.to_vec::<f32>()?, plain.to_vec::<f32>()?);
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
