//! What a checkpoint must not change, and what it must notice.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use super::{checkpoint, checkpoint_sequential};
use crate::amp::autocast;
use crate::module::{Config, Forward, Module, ModuleExt};
use crate::nn::{
    BatchNorm2d, Conv2d, Dropout, Flatten, Func, Linear, MaxPool2d, ReLU, Sequential, Tanh,
    TransformerEncoder, LSTM,
};
use crate::tensor::{drawing_from, BackwardOptions};
use crate::{
    manual_seed, no_grad, with_generator, DType, Device, Error, Generator, Result, Tensor,
};

mod refusals;

/// The gradients of the parameters that have one, by name, and after them the buffers.
type Found = Vec<(String, Vec<f32>)>;

/// One step from gradients of none, with random numbers that depend on nothing else.
fn step(net: &dyn Module, run: impl FnOnce() -> Result<Tensor>) -> Result<Found> {
    net.zero_grad(true)?;
    let (loss, _) = drawing_from(&Generator::new(5).state(), || -> Result<Tensor> {
        let y = run()?;
        let y = y.to_dtype(DType::F32)?;
        y.mul(&y)?.sum(())
    });
    let loss = loss?;
    loss.backward()?;
    let mut found = vec![("loss".to_owned(), loss.to_vec()?)];
    for (name, param) in net.named_parameters() {
        if let Some(grad) = param.grad() {
            found.push((name, grad.to_vec()?));
        }
    }
    for (name, buffer) in net.named_buffers() {
        found.push((name, Tensor::to_dtype(buffer, DType::F32)?.to_vec()?));
    }
    Ok(found)
}

fn cnn() -> Result<Sequential> {
    let device = Device::Cpu;
    let block = |size: usize, seed| {
        Sequential::config()
            .add("conv", Conv2d::config(8, 3).padding(1))
            .add("norm", BatchNorm2d::config())
            .add("act", ReLU::config())
            .add("drop", Dropout::config().p(0.4))
            .input([1, 8, size, size])
            .init_seeded(&device, seed)
    };
    let stem = Conv2d::config(8, 3).padding(1).input([1, 3, 8, 8]);
    let mut blocks = Sequential::new();
    blocks.push(block(4, 2)?);
    blocks.push(block(4, 3)?);
    let mut net = Sequential::new();
    net.add_layer("stem", stem.init_seeded(&device, 0)?)?;
    net.add_layer("a", block(8, 1)?)?;
    net.add_layer(
        "pool",
        MaxPool2d::config(2).input([1, 8, 8, 8]).init(&device)?,
    )?;
    net.add_layer("b", blocks)?;
    net.add_layer("flat", Flatten::config().input([1, 8, 4, 4]).init(&device)?)?;
    net.add_layer(
        "head",
        Linear::config(3).input([1, 128]).init_seeded(&device, 4)?,
    )?;
    Ok(net)
}

fn random<const N: usize>(shape: [usize; N], seed: u64) -> Result<Tensor> {
    Generator::new(seed).normal(shape, 0., 1., DType::F32, &Device::Cpu)
}

fn images() -> Result<Tensor> {
    random([4, 3, 8, 8], 1)
}

/// The same step without and with checkpoints, on two nets of the same seed.
fn assert_same(masks: &[&str], prepare: impl Fn(&Sequential) -> Result<()>) -> Result<()> {
    let x = images()?;
    let nets = [cnn()?, cnn()?];
    nets.iter().try_for_each(&prepare)?;
    masks
        .iter()
        .try_for_each(|mask| nets[1].checkpoint(*mask))?;
    for _ in 0..2 {
        let [plain, checkpointed] = [&nets[0], &nets[1]].map(|net| step(net, || net.forward(&x)));
        assert_eq!(plain?, checkpointed?);
    }
    Ok(())
}

#[test]
fn a_cnn_with_dropout_and_batch_norm_has_the_same_gradients_and_statistics() -> Result<()> {
    assert_same(&["a"], |_| Ok(()))?;
    assert_same(&["a", "b"], |_| Ok(()))?;
    // Every layer by itself.
    assert_same(&["stem", "a.*", "pool", "b.?.*", "head"], |_| Ok(()))
}

#[test]
fn checkpoints_nest() -> Result<()> {
    assert_same(&["b.*", "b"], |_| Ok(()))?;
    assert_same(&["b.0.*", "b.*", "b"], |_| Ok(()))
}

#[test]
fn what_is_frozen_stays_without_a_gradient() -> Result<()> {
    let frozen = |net: &Sequential| net.freeze(&["stem.*", "a.*"].into());
    assert_same(&["a", "b"], frozen)?;
    assert_same(&["a", "b"], |net| net.freeze(&"b.0.*".into()))?;
    let net = cnn()?;
    net.checkpoint("a")?;
    frozen(&net)?;
    let a = net.get_as::<Sequential>("a");
    let y = a.map(|a| super::call_one(a, &random([4, 8, 8, 8], 1)?));
    assert!(y.transpose()?.is_some_and(|y| !y.requires_grad()));
    Ok(())
}

#[test]
fn the_modes_of_the_first_run_hold_in_the_second() -> Result<()> {
    let (x, nets) = (images()?, [cnn()?, cnn()?]);
    nets[1].checkpoint(["a", "b"])?;
    let found = nets.each_ref().map(|net| {
        step(net, || {
            let y = net.forward(&x)?;
            net.eval();
            Ok(y)
        })
    });
    let [plain, checkpointed] = found;
    assert_eq!(plain?, checkpointed?);
    assert!(nets[1]
        .modules()
        .iter()
        .filter_map(|m| m.state())
        .all(|state| !state.training()));
    Ok(())
}

#[test]
fn autocast_of_the_first_run_holds_in_the_second() -> Result<()> {
    let x = images()?;
    for dtype in [DType::BF16, DType::F16] {
        let nets = [cnn()?, cnn()?];
        nets[1].checkpoint(["a", "b"])?;
        let [plain, checkpointed] = nets
            .each_ref()
            .map(|net| step(net, || autocast(dtype, || net.forward(&x))));
        assert_eq!(plain?, checkpointed?);
    }
    Ok(())
}

#[test]
fn the_global_generator_ends_where_it_ends_without_a_checkpoint() -> Result<()> {
    let x = random([3, 5], 2)?;
    let drop = |x: Tensor| x.dropout_with(crate::ops::DropoutOptions::default().p(0.5));
    let after = |run: &dyn Fn() -> Result<Tensor>| -> Result<u64> {
        manual_seed(9);
        run()?;
        Ok(with_generator(Generator::next_u64))
    };
    let own = Generator::new(0).state();
    let (same, _) = drawing_from(&own, || -> Result<bool> {
        let w = crate::Param::new(&x)?;
        let plain = after(&|| drop((*w).clone()))?;
        let checkpointed = after(&|| {
            let y = checkpoint(drop, (*w).clone())?;
            y.sum(())?.backward()?;
            Ok(y)
        })?;
        Ok(plain == checkpointed)
    });
    assert!(same?);
    Ok(())
}

#[test]
fn several_inputs_and_outputs() -> Result<()> {
    let inputs = || -> Result<_> {
        let param = |seed| crate::Param::new(random([3, 3], seed)?);
        Ok((param(1)?, param(2)?, random([3, 3], 3)?))
    };
    // A sum that shares one input, an output that nothing is computed from, one that needs no gradient, and a plain value.
    let f = |(a, b, c, scale): (Tensor, Option<Tensor>, Tensor, f64)| -> Result<_> {
        let b = b.map_or_else(|| c.mul(1.), Ok)?;
        let product = a.matmul(&b)?.mul(scale)?;
        Ok((
            product.add(&c)?,
            vec![a.tanh()?, b.exp()?],
            c.mul(2.)?,
            7usize,
        ))
    };
    let run = |checkpointed: bool| -> Result<_> {
        let (a, b, c) = inputs()?;
        let x = ((*a).clone(), Some((*b).clone()), c, 3.);
        let (y, list, constant, number) = if checkpointed {
            checkpoint(f, x)?
        } else {
            f(x)?
        };
        assert_eq!((constant.requires_grad(), number), (false, 7));
        y.mul(&list[0])?.add(&*a)?.sum(())?.backward()?;
        let grads = [a.grad(), b.grad()].map(|grad| grad.map(|grad| grad.to_vec::<f32>()));
        let [Some(a), Some(b)] = grads else {
            return Err(Error::NoGradNeeded);
        };
        Ok((a?, b?))
    };
    assert_eq!(run(false)?, run(true)?);
    Ok(())
}

#[test]
fn layers_of_several_tensors() -> Result<()> {
    let x = random([5, 2, 6], 1)?;
    let lstms = [(); 2].map(|()| {
        LSTM::config(4)
            .num_layers(2)
            .input([5, 2, 6])
            .init_seeded(&Device::Cpu, 1)
    });
    let [plain, again] = lstms;
    let (plain, again) = (plain?, again?);
    again
        .state()
        .into_iter()
        .for_each(|state| state.set_checkpointed(true));
    let run = |lstm: &LSTM| {
        step(lstm, || {
            let (y, (h, c)) = crate::module::Call::call(lstm, (&x,))?;
            y.sum(())?.add(h.mul(&c)?.sum(())?)
        })
    };
    assert_eq!(run(&plain)?, run(&again)?);

    let x = random([5, 2, 8], 1)?;
    let encoder = || {
        TransformerEncoder::config(2, 2)
            .input([5, 2, 8])
            .init_seeded(&Device::Cpu, 1)
    };
    let (plain, again) = (encoder()?, encoder()?);
    again.checkpoint("layers")?;
    assert!(again
        .layers
        .iter()
        .filter_map(Module::state)
        .all(|state| state.checkpointed()));
    let run = |net: &TransformerEncoder| step(net, || net.forward(&x));
    assert_eq!(run(&plain)?, run(&again)?);
    Ok(())
}

#[test]
fn nothing_is_kept_but_the_inputs() -> Result<()> {
    use crate::tensor::live_nodes;
    let (net, x) = (cnn()?, images()?);
    let before = live_nodes();
    let plain = net.forward(&x)?;
    let without = live_nodes() - before;
    drop(plain);
    net.checkpoint(["a", "b"])?;
    let y = net.forward(&x)?;
    // The stem, `a`, the pool, `b`, the flattening and the head, each one node.
    assert_eq!((live_nodes() - before, without > 12), (6, true));
    y.sum(())?.backward()?;
    drop(y);
    assert_eq!(live_nodes(), before);
    Ok(())
}

#[test]
fn without_gradients_it_is_a_plain_call() -> Result<()> {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let x = crate::Param::new(images()?)?;
    let y = no_grad(|| {
        let count = move |x: Tensor| {
            counted.fetch_add(1, Ordering::Relaxed);
            x.relu()
        };
        checkpoint(count, (*x).clone())
    })?;
    assert_eq!(
        (calls.load(Ordering::Relaxed), y.requires_grad()),
        (1, false)
    );
    Ok(())
}

#[test]
fn hooks_see_one_run() -> Result<()> {
    let (net, x) = (cnn()?, images()?);
    net.checkpoint(["a", "b"])?;
    let calls = Arc::new(AtomicUsize::new(0));
    for path in ["a", "a.conv", "b.0"] {
        let calls = calls.clone();
        net.register_forward_hook(path, move |_, _, _| {
            calls.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })?;
    }
    let grads = calls.clone();
    let handle = net.get_parameter("a.conv.weight")?.register_hook(move |_| {
        grads.fetch_add(100, Ordering::Relaxed);
        Ok(None)
    });
    net.forward(&x)?.sum(())?.backward()?;
    assert_eq!(calls.load(Ordering::Relaxed), 103);
    drop(handle);
    Ok(())
}

#[test]
fn tensors_that_the_function_holds_get_their_gradients() -> Result<()> {
    let run = |checkpointed: bool| -> Result<Vec<f32>> {
        let w = crate::Param::new(random([2, 3], 1)?)?;
        let (held, x) = (w.tanh()?, w.mul(3.)?);
        let f = move |x: Tensor| x.mul(&held)?.exp();
        let y = if checkpointed {
            checkpoint(f, x)?
        } else {
            f(x)?
        };
        y.sum(())?.backward()?;
        w.grad()
            .map_or_else(|| Err(Error::NoGradNeeded), |grad| grad.to_vec())
    };
    assert_eq!(run(false)?, run(true)?);
    Ok(())
}

#[test]
fn a_function_of_ones_own_counts_its_calls() -> Result<()> {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let mut net = Sequential::new();
    net.push(Linear::config(2).input([1, 3]).init(&Device::Cpu)?);
    net.push(Func::new(move |x| {
        if !crate::tensor::is_recomputing() {
            counted.fetch_add(1, Ordering::Relaxed);
        }
        x.tanh()
    }));
    net.push(Tanh::config().input([1, 2]).init(&Device::Cpu)?);
    net.checkpoint("1")?;
    net.forward(&random([2, 3], 1)?)?.sum(())?.backward()?;
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    Ok(())
}
