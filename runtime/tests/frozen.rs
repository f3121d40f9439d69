//! What frozen means, on a whole model in training: no gradient and no tape, no state in the optimizer, statistics kept,
//! dropout off. `requires_grad_(false)` means less: the statistics move and dropout works.

use std::sync::{Arc, Mutex};

use taper::prelude::*;
use taper::Result;

#[model([B, 1, 8, 8] -> [B, 3], masks(head = "head.*", backbone = "backbone.*"))]
struct Net {
    backbone: sequential!(
        Conv2d(4, 3),
        BatchNorm2d,
        ReLU,
        Dropout(0.5),
        Flatten,
        Linear(8)
    ),
    #[layer(3)]
    head: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.head(self.backbone(x).relu())
    }
}

/// One batch forwards in training mode, with what came out of each layer of the backbone.
fn seen(net: &Net, x: &Tensor) -> Result<(Tensor, Vec<Tensor>)> {
    let outputs = Arc::new(Mutex::new(Vec::new()));
    let mut hooks = Vec::new();
    for path in ["backbone.0", "backbone.1", "backbone.3", "backbone.5"] {
        let outputs = outputs.clone();
        hooks.push(net.register_forward_hook(path, move |_, _, y| {
            outputs.lock().unwrap().extend(y.iter().cloned());
            Ok(())
        })?);
    }
    net.train();
    let y = net.forward(x)?;
    hooks.into_iter().for_each(|hook| hook.remove());
    let outputs = std::mem::take(&mut *outputs.lock().unwrap());
    Ok((y, outputs))
}

fn step(net: &Net, optimizer: &mut Adam, x: &Tensor) -> Result<()> {
    net.train();
    let loss = cross_entropy(
        net.forward(x)?,
        Tensor::new(&[0i64, 1, 2, 0], &Device::Cpu)?,
    )?;
    optimizer.zero_grad(true)?;
    loss.backward()?;
    optimizer.step()
}

/// The values of all tensors whose name begins so.
fn values(net: &Net, prefix: &str) -> Result<Vec<(String, Vec<f64>)>> {
    let state = net.state_dict();
    let chosen = state.iter().filter(|(name, _)| name.starts_with(prefix));
    chosen
        .map(|(name, tensor)| Ok((name.to_owned(), tensor.to_vec()?)))
        .collect()
}

fn batch() -> Result<Tensor> {
    Tensor::randn((4, 1, 8, 8), DType::F32, &Device::Cpu)
}

#[test]
fn a_frozen_backbone_is_left_alone() -> Result<()> {
    let (net, x) = (Net::init(&Device::Cpu)?, batch()?);
    net.train_only(&Net::HEAD)?;
    let (y, outputs) = seen(&net, &x)?;
    assert!(y.requires_grad());
    assert!(
        outputs.iter().all(|y| !y.requires_grad()),
        "a tape of the backbone"
    );
    // Neither dropout nor the batch's statistics: the same again, and as in evaluation.
    let again = seen(&net, &x)?.1;
    for (a, b) in outputs.iter().zip(&again) {
        assert_eq!(a.to_vec::<f32>()?, b.to_vec::<f32>()?);
    }
    // Without hooks: a layer that has some runs by itself, where others are one operation that rounds less.
    let trained = net.forward(&x)?.to_vec::<f32>()?;
    net.eval();
    assert_eq!(net.forward(&x)?.to_vec::<f32>()?, trained);
    for (one, apart) in trained.iter().zip(y.to_vec::<f32>()?) {
        assert!((one - apart).abs() < 1e-6, "{one} and {apart}");
    }

    // All parameters, not only those that are trained.
    let mut optimizer = Adam::new(net.parameters(), 0.01)?;
    let (before, head) = (values(&net, "backbone")?, values(&net, "head")?);
    for _ in 0..3 {
        step(&net, &mut optimizer, &x)?;
    }
    assert_eq!(values(&net, "backbone")?, before);
    assert_ne!(values(&net, "head")?, head);
    for (name, param) in net.named_parameters() {
        assert_eq!(param.grad().is_some(), name.starts_with("head"), "{name}");
    }
    // Six parameters of the backbone come before the head's two.
    let state = optimizer.state_dict()?.state;
    assert_eq!(state.into_keys().collect::<Vec<_>>(), [6, 7]);

    net.unfreeze(&Net::BACKBONE)?;
    step(&net, &mut optimizer, &x)?;
    for ((name, new), (_, old)) in values(&net, "backbone")?.iter().zip(&before) {
        // The bias before a normalisation has no gradient but rounding.
        assert!(new != old || name == "backbone.0.bias", "{name}");
    }
    Ok(())
}

#[test]
fn without_a_gradient_is_not_frozen() -> Result<()> {
    let (net, x) = (Net::init(&Device::Cpu)?, batch()?);
    net.get_submodule("backbone")?.requires_grad_(false);
    let before = values(&net, "backbone")?;
    let (y, outputs) = seen(&net, &x)?;
    y.sum(())?.backward()?;
    for (name, param) in net.named_parameters() {
        assert_eq!(param.grad().is_some(), name.starts_with("head"), "{name}");
    }
    for ((name, new), (_, old)) in values(&net, "backbone")?.iter().zip(&before) {
        let statistic = name.contains("running_") || name.ends_with("num_batches_tracked");
        assert_eq!(new != old, statistic, "{name}");
    }
    let dropped = |y: &Tensor| -> Result<bool> {
        Ok(y.to_vec::<f32>()? != seen(&net, &x)?.1[2].to_vec::<f32>()?)
    };
    assert!(dropped(&outputs[2])?);
    Ok(())
}
