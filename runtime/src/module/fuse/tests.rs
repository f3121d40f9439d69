//! Which layers are run together, and that it changes nothing.

use super::*;
use crate::nn::Conv2dConfig;
use crate::ops::compute::plain_only;
use crate::profiler::{profile, Phase};
use crate::testing::{assert_close, randn, tolerance};
use taper::prelude::*;

fn net(conv: Conv2dConfig, input: [usize; 4], dtype: DType) -> Result<Sequential> {
    let layers = Sequential::config()
        .add("conv", conv)
        .add("norm", BatchNorm2d::config())
        .add("relu", ReLU::config());
    let mut net = layers.input(input).init_seeded(&Device::Cpu, 3)?;
    net.to_dtype(dtype)?;
    if let Some(norm) = net.get_as::<BatchNorm2d>("norm") {
        let channels = norm.weight.as_ref().map_or(0, |weight| weight.elem_count());
        let random = |i: usize| -> Result<Tensor> {
            let x = randn([i, channels])?.select(0, i as i64 - 1)?;
            x.to_dtype(dtype)
        };
        let (mean, var) = (norm.running_mean.as_ref(), norm.running_var.as_ref());
        mean.map(|mean| mean.set(random(1)?)).transpose()?;
        var.map(|var| var.set(random(2)?.square()?.add(0.1)?))
            .transpose()?;
        for (i, param) in [&norm.weight, &norm.bias].into_iter().flatten().enumerate() {
            param.set(random(3 + i)?)?;
        }
    }
    net.eval();
    Ok(net)
}

/// The operations that `f` runs, in the order of their names.
fn operations<T>(f: impl FnOnce() -> Result<T>) -> Result<(T, Vec<(&'static str, usize)>)> {
    let (result, profile) = profile(f);
    let mut found: Vec<_> = profile
        .operations()
        .iter()
        .filter(|op| op.phase == Phase::Forward)
        .map(|op| (op.name, op.calls))
        .collect();
    found.sort_unstable();
    Ok((result?, found))
}

#[test]
fn what_follows_a_convolution_is_done_by_it() -> Result<()> {
    let conv = |out, kernel| Conv2d::config(out, kernel);
    for (conv, input) in [
        (conv(5, 3).padding(1), [2, 3, 7, 6]),
        (conv(40, 3).stride(2).bias(false), [1, 9, 9, 11]),
        (conv(6, 3).groups(6).padding(1), [3, 6, 5, 8]),
        (conv(8, 1).groups(2), [2, 8, 4, 4]),
    ] {
        for dtype in [DType::F32, DType::F64] {
            let net = net(conv.clone(), input, dtype)?;
            let x = randn(input)?.to_dtype(dtype)?;
            let (found, ran) = operations(|| no_grad(|| net.forward(&x)))?;
            assert_eq!(ran, [("conv2d", 1)]);
            let (apart, ran) = operations(|| net.forward(&x))?;
            assert_eq!(ran, [("batch_norm", 1), ("conv2d", 1)]);
            let plain = plain_only::run(|| no_grad(|| net.forward(&x)))?;
            for expected in [apart, plain] {
                let (found, expected) = (found.as_candle(), expected.as_candle());
                assert_close("fused", found, expected, tolerance(dtype))?;
            }
            // What was kept is used.
            let again = no_grad(|| net.forward(&x))?;
            assert_eq!(again.to_vec::<f64>()?, found.to_vec::<f64>()?);
        }
    }
    Ok(())
}

#[test]
fn changes_are_noticed() -> Result<()> {
    let net = net(Conv2d::config(5, 3), [1, 2, 4, 4], DType::F64)?;
    let x = randn([1, 2, 4, 4])?;
    let same = || -> Result<()> {
        let (found, apart) = (no_grad(|| net.forward(&x))?, net.forward(&x)?);
        assert_close("fused", found.as_candle(), apart.as_candle(), 1e-12)
    };
    same()?;
    for param in net.parameters() {
        param.set(param.add(0.5)?)?;
        same()?;
    }
    for (name, buffer) in net.named_buffers() {
        if buffer.dtype().is_float() {
            buffer.set(buffer.add(0.5)?)?;
            same().map_err(|error| error.context(name))?;
        }
    }
    Ok(())
}

#[test]
fn hooks_training_and_frozen_weights_keep_layers_apart() -> Result<()> {
    let x = randn([2, 3, 5, 5])?;
    let two = [("batch_norm", 1), ("conv2d", 1)];
    let apart = [("batch_norm", 1), ("conv2d", 1), ("relu", 1)];
    let build = || net(Conv2d::config(4, 3), [2, 3, 5, 5], DType::F64);

    let net = build()?;
    net.train();
    let (_, ran) = operations(|| no_grad(|| net.forward(&x)))?;
    assert_eq!(ran, two);
    let (_, ran) = operations(|| net.forward(&x))?;
    assert_eq!(ran, two);

    for (name, in_evaluation, in_training) in [
        ("conv", &two[..], &two[..]),
        ("norm", &apart, &apart),
        ("relu", &[("conv2d", 1), ("relu", 1)], &apart),
    ] {
        let net = build()?;
        let seen = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counter = seen.clone();
        let hook = net.register_forward_hook(name, move |_, _, _| {
            counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok(())
        })?;
        let (_, ran) = operations(|| no_grad(|| net.forward(&x)))?;
        assert_eq!(ran, in_evaluation, "{name}");
        net.train();
        let (_, ran) = operations(|| net.forward(&x))?;
        assert_eq!(ran, in_training, "{name}");
        assert_eq!(seen.load(std::sync::atomic::Ordering::Relaxed), 2);
        drop(hook);
    }

    // Nothing is trained, so nothing is recorded.
    let net = build()?;
    net.parameters()
        .iter()
        .for_each(|p| p.set_requires_grad(false));
    let (_, ran) = operations(|| net.forward(&x))?;
    assert_eq!(ran, [("conv2d", 1)]);
    Ok(())
}

/// The gradients and statistics of two steps, and the operations that ran forward.
fn two_steps(net: &dyn Module, run: impl Fn() -> Result<Tensor>) -> Result<Steps> {
    let (found, ran) = operations(|| {
        let mut found = Vec::new();
        for _ in 0..2 {
            net.zero_grad(true)?;
            let y = run()?;
            y.mul(&y)?.sum(())?.backward()?;
            let (params, buffers) = (net.parameters(), net.buffers());
            let grads = params.iter().filter_map(|p| p.grad());
            let all = grads.chain(buffers.iter().map(|b| b.detach()));
            found.extend(all.map(|x| x.to_vec::<f64>()).collect::<Result<Vec<_>>>()?);
        }
        Ok(found)
    })?;
    let convolutions = ran.iter().find(|(name, _)| *name == "conv2d");
    Ok((found, convolutions.map_or(0, |(_, count)| *count)))
}

/// Gradients and statistics, and how many convolutions ran.
type Steps = (Vec<Vec<f64>>, usize);

#[test]
fn a_layer_and_the_norm_after_it_are_one_checkpoint() -> Result<()> {
    let x = randn([2, 3, 5, 5])?;
    for dtype in [DType::F64, DType::F32, DType::BF16] {
        let x = x.to_dtype(dtype)?;
        let build = || -> Result<Sequential> {
            let net = net(Conv2d::config(4, 3), [2, 3, 5, 5], dtype)?;
            net.train();
            Ok(net)
        };
        let run = |net: &Sequential| two_steps(net, || net.forward(&x));
        let (plain, count) = run(&build()?)?;
        assert_eq!(count, 2);
        for mask in [&["conv", "norm"][..], &["norm"], &["conv", "norm", "relu"]] {
            let net = build()?;
            net.checkpoint(mask)?;
            let (found, count) = run(&net)?;
            assert!(found == plain, "{mask:?} in {dtype:?}");
            // Only a convolution that is a checkpoint is run again.
            assert_eq!(count, if mask.len() > 1 { 4 } else { 2 });
        }
        // A hook keeps the layers apart, and changes nothing.
        let net = build()?;
        net.checkpoint(["conv", "norm"])?;
        let _hook = net.register_forward_hook("norm", |_, _, _| Ok(()))?;
        assert!(run(&net)?.0 == plain);
    }
    Ok(())
}

#[test]
fn nested_calls_of_a_forward_are_one_checkpoint() -> Result<()> {
    let x = randn([2, 3, 6, 5])?.to_dtype(DType::F32)?;
    let run = |masks: &[&str]| {
        let net = Net::config().init_seeded(&Device::Cpu, 5)?;
        if !masks.is_empty() {
            net.checkpoint(masks)?;
        }
        two_steps(&net, || net.forward(&x))
    };
    let (plain, count) = run(&[])?;
    assert_eq!(count, 6);
    for (masks, expected) in [
        (&["conv1", "bn1"][..], 8),
        (&["conv3", "bn3"], 8),
        (&["conv?", "bn?"], 12),
    ] {
        let (found, count) = run(masks)?;
        assert!(found == plain, "{masks:?}");
        assert_eq!(count, expected, "{masks:?}");
    }
    Ok(())
}

#[model([B, 3, H, W] -> [B, 5, _, _])]
struct Net {
    #[layer(4, 3)]
    conv1: Conv2d,
    bn1: BatchNorm2d,
    #[layer(6, 1)]
    conv2: Conv2d,
    #[layer(5, 1)]
    conv3: Conv2d,
    bn3: BatchNorm2d,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self.bn1(self.conv1(&x)).relu();
        let x = self.conv2(x).relu();
        self.bn3(self.conv3(&x))
    }
}

#[test]
fn nested_calls_of_a_forward_are_one_operation() -> Result<()> {
    let net = Net::config().init_seeded(&Device::Cpu, 5)?;
    net.eval();
    let x = randn([2, 3, 6, 5])?.to_dtype(DType::F32)?;
    let (found, ran) = operations(|| no_grad(|| net.forward(&x)))?;
    assert_eq!(ran, [("conv2d", 3)]);
    let (expected, ran) = operations(|| net.forward(&x))?;
    assert_eq!(ran, [("batch_norm", 2), ("conv2d", 3), ("relu", 1)]);
    assert_close("fused", found.as_candle(), expected.as_candle(), 1e-5)
}

#[test]
fn nan_passes_and_wrong_shapes_are_the_layers_errors() -> Result<()> {
    let net = net(Conv2d::config(4, 1), [1, 2, 3, 3], DType::F64)?;
    let x = Tensor::full([1, 2, 3, 3], f64::NAN, DType::F64, &Device::Cpu)?;
    let y = no_grad(|| net.forward(&x))?.to_vec::<f64>()?;
    assert!(y.iter().all(|y| y.is_nan()));
    let wrong = randn([1, 5, 3, 3])?;
    let errors = [no_grad(|| net.forward(&wrong)), net.forward(&wrong)];
    let [fused, apart] = errors.map(|result| result.map(drop).unwrap_err().to_string());
    assert_eq!(fused, apart);
    Ok(())
}

fn pooled(batch: usize) -> Result<Sequential> {
    Sequential::config()
        .add("conv", Conv2d::config(6, 3).padding(2))
        .add("relu", ReLU::config())
        .add("pool", MaxPool2d::config(2))
        .add("last", Conv2d::config(4, 3))
        .add("max", MaxPool2d::config((2, 3)))
        .input([batch, 1, 9, 10])
        .init_seeded(&Device::Cpu, 3)
}

#[test]
fn a_convolution_does_the_pool_that_follows_in_training_too() -> Result<()> {
    let x = randn([16, 1, 9, 10])?.to_dtype(DType::F32)?;
    let run = |net: &Sequential| {
        let (steps, _) = two_steps(net, || net.forward(&x))?;
        let (_, ran) = operations(|| net.forward(&x))?;
        Ok::<_, crate::Error>((steps, ran))
    };
    let (steps, ran) = run(&pooled(16)?)?;
    assert_eq!(ran, [("conv2d", 2)]);
    for (name, apart) in [
        ("conv", &[("conv2d", 2), ("max_pool2d", 1), ("relu", 1)][..]),
        ("relu", &[("conv2d", 2), ("max_pool2d", 1), ("relu", 1)]),
        ("pool", &[("conv2d", 2), ("max_pool2d", 1), ("relu", 1)]),
        ("max", &[("conv2d", 2), ("max_pool2d", 1)]),
    ] {
        let net = pooled(16)?;
        let hook = net.register_forward_hook(name, |_, _, _| Ok(()))?;
        let (found, ran) = run(&net)?;
        assert_eq!(ran, apart, "{name}");
        assert!(found == steps, "{name}");
        drop(hook);
    }
    for mask in ["conv", "relu", "pool", "last"] {
        let net = pooled(16)?;
        net.checkpoint([mask])?;
        assert!(run(&net)?.0 == steps, "{mask}");
    }
    for frozen in ["conv.*", "last.*", "*.weight"] {
        let [one, two] = [pooled(16)?, pooled(16)?];
        one.freeze(&Mask::from(frozen))?;
        two.freeze(&Mask::from(frozen))?;
        let _hooks = ["pool", "max"].map(|name| two.register_forward_hook(name, |_, _, _| Ok(())));
        assert!(run(&one)?.0 == run(&two)?.0, "{frozen}");
    }
    let net = pooled(16)?;
    let expected = net.forward(&x)?.to_vec::<f64>()?;
    let (found, ran) = operations(|| no_grad(|| net.forward(&x)))?;
    assert_eq!(ran, [("conv2d", 2)]);
    assert_eq!(found.to_vec::<f64>()?, expected);
    Ok(())
}

#[test]
fn small_batches_are_pooled_apart() -> Result<()> {
    let x = randn([2, 1, 9, 10])?.to_dtype(DType::F32)?;
    let net = pooled(2)?;
    let (_, ran) = operations(|| net.forward(&x))?;
    assert_eq!(ran, [("conv2d", 2), ("max_pool2d", 2), ("relu", 1)]);
    let (_, ran) = operations(|| no_grad(|| net.forward(&x)))?;
    assert_eq!(ran, [("conv2d", 2), ("max_pool2d", 2)]);
    Ok(())
}
