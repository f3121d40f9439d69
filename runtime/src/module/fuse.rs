//! Layers one after the other that are one operation: batch norm does the `relu` that follows it, and where no gradients are wanted a
//! convolution does both.
//!
//! Generated code calls these functions where a field is called with what another gives, and where `relu` follows a field. The result is
//! that of the calls one by one, to rounding; a layer with hooks is always called by itself.

use super::{checkpoint, Call, Forward, Module};
use crate::ops::Following;
use crate::private::within;
use crate::{Result, Tensor};

/// `outer(inner(args))`
///
/// # Errors
/// Those of the calls.
#[inline]
pub fn after<O, I, A>(outer: &O, inner: &I, args: A) -> Result<O::Output>
where
    O: Call<(I::Output,)> + Module,
    I: Call<A>,
{
    let Some(following) = outer.follows() else {
        return outer.call((inner.call(args)?,));
    };
    match inner.call_fused(args, following)? {
        (y, true) => outer.call_done((y,)),
        (y, false) => outer.call((y,)),
    }
}

/// `outer(inner(args)).relu()`
///
/// # Errors
/// Those of the calls.
#[inline]
pub fn after_then_relu<O, I, A>(outer: &O, inner: &I, args: A) -> Result<Tensor>
where
    O: Call<(I::Output,), Output = Tensor> + Module,
    I: Call<A>,
{
    let first = outer.follows();
    let Some(following) = first.and_then(|first| first.then(Following::RELU)) else {
        return then_relu(outer, (inner.call(args)?,));
    };
    match inner.call_fused(args, following)? {
        (y, true) => outer.call_done((y,)),
        (y, false) => then_relu(outer, (y,)),
    }
}

/// `inner(args).relu()`
///
/// # Errors
/// Those of the calls.
#[inline]
pub fn then_relu<I, A>(inner: &I, args: A) -> Result<Tensor>
where
    I: Call<A, Output = Tensor>,
{
    match inner.call_fused(args, Following::RELU)? {
        (y, true) => Ok(y),
        (y, false) => y.relu(),
    }
}

/// A layer in a sequence.
pub trait Step: Forward {
    /// [`Call::call`] with one tensor.
    ///
    /// # Errors
    /// Those of the call.
    fn step(&self, x: &Tensor) -> Result<Tensor>;
}

impl<M: Forward + Clone + 'static> Step for M {
    fn step(&self, x: &Tensor) -> Result<Tensor> {
        checkpoint::call_one(self, x)
    }
}

/// The layers one after the other; errors name the one that fails. What one gives is gone as soon as the next has run.
///
/// # Errors
/// Those of the calls.
pub fn in_sequence(x: &Tensor, layers: &[(&str, &dyn Step)]) -> Result<Tensor> {
    let mut last = None;
    let mut rest = layers;
    while let [(name, layer), others @ ..] = rest {
        let x = last.as_ref().unwrap_or(x);
        let (following, count) = following(others);
        let fused = match count {
            0 => None,
            _ => within(name, layer.forward_fused(x, following))?,
        };
        let (y, done) = match fused {
            Some(y) => (y, count),
            None => (within(name, layer.step(x))?, 0),
        };
        last = Some(y);
        rest = &others[done..];
    }
    Ok(last.unwrap_or_else(|| x.clone()))
}

/// What the next layers do that the one before them can, and how many these are.
fn following<'a>(layers: &[(&str, &'a dyn Step)]) -> (Following<'a>, usize) {
    let (mut all, mut count) = (Following::default(), 0);
    for (_, layer) in layers {
        match layer.follows().and_then(|next| all.then(next)) {
            Some(more) => (all, count) = (more, count + 1),
            None => break,
        }
    }
    (all, count)
}

#[cfg(test)]
mod tests {
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
}
