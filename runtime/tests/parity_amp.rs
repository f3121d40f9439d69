//! Mixed precision against PyTorch's on the CPU; the cases are made by `tests/parity/amp.py`.

use taper::amp::{autocast, GradScaler, GradScalerOptions};
use taper::loss::*;
use taper::ops::{cat, stack};
use taper::optim::Sgd;
use taper::testing::{Case, Parity};
use taper::{DType, Device, Param, Result, Tensor};

#[test]
fn amp() -> Result<()> {
    Parity::open("amp")?.run(|op, case| match op {
        "grad_scaler" => scales(case),
        _ => Ok(vec![autocast(DType::BF16, || run(op, case))?]),
    })
}

fn run(op: &str, case: &Case) -> Result<Tensor> {
    let input = |i| case.input(i);
    let squared = |i| -> Result<Tensor> { input(i)?.matmul(input(i)?) };
    match op {
        "matmul" => input(0)?.matmul(input(1)?),
        "bmm" => input(0)?.bmm(input(1)?),
        "linear" => input(0)?.linear(input(1)?, Some(input(2)?)),
        "conv2d" => input(0)?.conv2d(input(1)?, Some(input(2)?)),
        "cat" => cat([input(0)?, &squared(1)?], 1),
        "stack" => stack([input(0)?, &squared(1)?], 1),
        "add" => input(0)?.add(squared(1)?),
        "relu" => squared(0)?.relu(),
        "softmax" => squared(0)?.softmax(1),
        "exp" => squared(0)?.exp(),
        "sum" => squared(0)?.sum(1),
        "layer_norm" => squared(0)?.layer_norm(4, Some(input(1)?), Some(input(2)?)),
        "mse_loss" => mse_loss(squared(0)?, input(1)?),
        "l1_loss" => l1_loss(squared(0)?, input(1)?),
        "log" => squared(0)?.log(),
        "rsqrt" => squared(0)?.rsqrt(),
        "pow" => squared(0)?.pow(2),
        "softplus" => squared(0)?.softplus(),
        "log_softmax" => squared(0)?.log_softmax(1),
        "logsumexp" => squared(0)?.logsumexp(1),
        "norm" => squared(0)?.norm(1),
        "cumsum" => squared(0)?.cumsum(1),
        "mean" => squared(0)?.mean(1),
        "cosine_similarity" => squared(0)?.cosine_similarity(squared(1)?),
        "gelu" => squared(0)?.gelu(),
        "mul" => squared(0)?.mul(input(1)?),
        "scaled_dot_product_attention" => {
            input(0)?.scaled_dot_product_attention(input(1)?, input(2)?)
        }
        _ => loss(op, case, &squared(0)?),
    }
}

/// The loss of an output in bf16.
fn loss(op: &str, case: &Case, x: &Tensor) -> Result<Tensor> {
    let y = case.input(1)?;
    match op {
        "binary_cross_entropy" => binary_cross_entropy(x.sigmoid()?, y),
        "binary_cross_entropy_with_logits" => binary_cross_entropy_with_logits(x, y),
        "cosine_embedding_loss" => cosine_embedding_loss(x, y, case.input(2)?),
        "cross_entropy" => cross_entropy(x, y),
        "ctc_loss" => ctc_loss(x.log_softmax(1)?, y, case.input(2)?, case.input(3)?),
        "hinge_embedding_loss" => hinge_embedding_loss(x, y),
        "huber_loss" => huber_loss(x, y),
        "kl_div" => {
            let options = KlDivOptions::default().reduction(KlDivReduction::BatchMean);
            kl_div_with(x.log_softmax(1)?, y, options)
        }
        "margin_ranking_loss" => margin_ranking_loss(x, y, case.input(2)?),
        "multi_margin_loss" => multi_margin_loss(x, y),
        "multilabel_margin_loss" => multilabel_margin_loss(x, y),
        "nll_loss" => nll_loss(x.log_softmax(1)?, y),
        "poisson_nll_loss" => poisson_nll_loss(x, y),
        "smooth_l1_loss" => smooth_l1_loss(x, y),
        "soft_margin_loss" => soft_margin_loss(x, y),
        "triplet_margin_loss" => triplet_margin_loss(x, y, case.input(2)?),
        _ => case.unknown(),
    }
}

/// The scale and the weight after each of 40 steps, some of whose gradients overflow.
fn scales(case: &Case) -> Result<Vec<Tensor>> {
    let defaults = GradScalerOptions::default();
    let mut scaler = GradScaler::new(GradScalerOptions {
        init_scale: case.option("init_scale")?.unwrap_or(defaults.init_scale),
        growth_factor: case
            .option("growth_factor")?
            .unwrap_or(defaults.growth_factor),
        backoff_factor: case
            .option("backoff_factor")?
            .unwrap_or(defaults.backoff_factor),
        growth_interval: case
            .option("growth_interval")?
            .unwrap_or(defaults.growth_interval),
        enabled: true,
    })?;
    let weight = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
    let mut opt = Sgd::new([&weight], 0.1)?;
    let (mut found, mut weights) = (Vec::new(), Vec::new());
    for step in 0..40 {
        weight.zero_grad(true)?;
        scaler.scale(weight.mul(step % 5)?.sum(())?)?.backward()?;
        let overflows = [4, 9, 10, 25].contains(&step);
        if overflows {
            let bad = if step % 2 == 1 {
                f32::INFINITY
            } else {
                f32::NAN
            };
            weight.set_grad(Some(Tensor::new(&[bad], &Device::Cpu)?))?;
        }
        if step % 3 == 0 {
            scaler.unscale(&mut opt)?;
        }
        assert_eq!(scaler.step(&mut opt)?, !overflows);
        scaler.update()?;
        found.push(scaler.get_scale() as f32);
        weights.push(weight.item()? as f32);
    }
    let tensor = |values: Vec<f32>| Tensor::new(values.as_slice(), &Device::Cpu);
    Ok(vec![tensor(found)?, tensor(weights)?])
}
