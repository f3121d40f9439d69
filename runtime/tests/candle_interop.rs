//! Models among Candle's: as modules, from and to variables, gradients in both directions.

use candle_core::{Tensor as Data, Var};
use candle_nn::{ModuleT as _, Optimizer as _, VarBuilder, VarMap};
use taper::prelude::*;
use taper::Result;

type Anyhow = std::result::Result<(), Box<dyn std::error::Error>>;

#[model([B, 5] -> [B, out])]
#[derive(Clone)]
struct Net {
    #[config(default = 2)]
    out: usize,
    #[layer(4)]
    fc1: Linear,
    norm: BatchNorm1d,
    #[layer(out)]
    fc2: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc2(self.norm(self.fc1(x)).tanh())
    }
}

fn net() -> Result<Net> {
    let mut net = Net::config().init_seeded(&Device::Cpu, 3)?;
    net.to_dtype(DType::F64)?;
    Ok(net)
}

fn input() -> candle_core::Result<Data> {
    let values: Vec<f64> = (0..15).map(|i| (f64::from(i) * 0.7).sin()).collect();
    Data::from_vec(values, (3, 5), &Device::Cpu)
}

fn values(x: &Data) -> candle_core::Result<Vec<f64>> {
    x.flatten_all()?.to_vec1()
}

fn assert_close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    let close = a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
    assert!(close && a.iter().any(|a| *a != 0.), "{a:?}\n{b:?}");
}

/// The gradients of x and all parameters for Σ net(2x)², all in taper.
fn expected(net: &Net) -> Result<Vec<Vec<f64>>> {
    let x = Param::new(Tensor::from(input()?))?;
    net.forward(x.mul(2.)?)?.square()?.sum(())?.backward()?;
    let mut grads = vec![x.grad()];
    grads.extend(net.parameters().iter().map(|p| p.grad()));
    net.zero_grad(true)?;
    grads.into_iter().flatten().map(|g| g.to_vec()).collect()
}

#[test]
fn gradients_pass_through_a_model_in_candles_graph() -> Anyhow {
    let (net, reference) = (net()?, net()?);
    let expected = expected(&reference)?;
    let vars = net.var_map();
    let x = Var::from_tensor(&input()?)?;
    let module: &dyn candle_nn::Module = &net;
    let loss = module.forward(&(x.as_tensor() * 2.)?)?.sqr()?.sum_all()?;
    // Candle's passes can be repeated.
    for pass in 1..=2 {
        let grads = loss.backward()?;
        assert_close(&values(grads.get(&x).ok_or("no gradient")?)?, &expected[0]);
        let vars = vars.data().lock().map_err(|_| "poisoned")?;
        for ((name, param), expected) in net.named_parameters().iter().zip(&expected[1..]) {
            let grad = grads.get(&vars[name]).ok_or(name.clone())?;
            assert_eq!(grad.shape(), param.shape());
            let slot = param.grad().ok_or("no gradient")?.to_vec::<f64>()?;
            let times: Vec<f64> = expected.iter().map(|g| g * f64::from(pass)).collect();
            if name == "fc1.bias" {
                continue; // zero before a normalization
            }
            assert_close(&values(grad)?, expected);
            assert_close(&slot, &times);
        }
    }
    Ok(())
}

#[test]
fn parameters_that_candle_does_not_hold_get_their_gradients_in_their_slots() -> Anyhow {
    let net = net()?;
    // The input is a constant: only the parameters need gradients.
    let loss = candle_nn::Module::forward(&net, &input()?)?.sum_all()?;
    loss.backward()?;
    assert!(net.parameters().iter().all(|p| p.grad().is_some()));

    net.zero_grad(true)?;
    net.freeze(&Mask::new("fc1.*"))?;
    candle_nn::Module::forward(&net, &input()?)?
        .sum_all()?
        .backward()?;
    let has = |name: &str| net.get_parameter(name).map(|p| p.grad().is_some());
    assert!(!has("fc1.weight")? && has("fc2.weight")?);

    // Nothing is recorded where nothing is needed.
    assert!(!no_grad(|| candle_nn::Module::forward(&net, &input()?))?.track_op());
    net.freeze(&Mask::new("*"))?;
    assert!(!candle_nn::Module::forward(&net, &input()?)?.track_op());
    let x = Var::from_tensor(&input()?)?;
    let grads = candle_nn::Module::forward(&net, &x)?
        .sum_all()?
        .backward()?;
    assert!(grads.get(&x).is_some());
    Ok(())
}

#[test]
fn candles_optimizer_trains_a_model_built_from_its_variables() -> Anyhow {
    let vars = VarMap::new();
    let vb = VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu);
    let net = Net::config().out(1).build_from(vb.pp("net"))?;
    let mut names: Vec<String> = vars
        .data()
        .lock()
        .map_err(|_| "poisoned")?
        .keys()
        .cloned()
        .collect();
    names.sort();
    let expected: Vec<String> = net
        .state_dict()
        .names()
        .map(|n| format!("net.{n}"))
        .collect();
    let mut sorted = expected.clone();
    sorted.sort();
    assert_eq!(names, sorted);
    // The initial values are the layers' own.
    assert!(net
        .fc1
        .weight
        .to_vec::<f32>()?
        .iter()
        .all(|w| *w != 0. && w.abs() <= 0.45));
    assert_eq!(net.norm.state().map(|s| s.training()), Some(true));
    assert_eq!(
        net.get_buffer("norm.running_var")?.to_vec::<f32>()?,
        [1.; 4]
    );

    let mut sgd = candle_nn::SGD::new(vars.all_vars(), 0.1)?;
    let xs = input()?.to_dtype(DType::F32)?;
    let mut losses = Vec::new();
    for _ in 0..30 {
        let y = candle_nn::Module::forward(&net, &xs)?;
        let loss = (y - 1.)?.sqr()?.mean_all()?;
        sgd.backward_step(&loss)?;
        losses.push(loss.to_scalar::<f32>()?);
    }
    assert!(losses[29] < losses[0] / 100., "{losses:?}");
    assert_eq!(net.get_buffer("norm.num_batches_tracked")?.item()?, 30.);
    Ok(())
}

#[test]
fn a_model_goes_to_a_builder_and_comes_back() -> Anyhow {
    let net = Net::init(&Device::Cpu)?;
    let vars = net.var_map();
    let shared =
        Net::config().build_from(VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu))?;
    shared
        .fc2
        .bias
        .as_ref()
        .ok_or("no bias")?
        .set(Tensor::new(&[7f32, 8.], &Device::Cpu)?)?;
    assert_eq!(net.get_parameter("fc2.bias")?.to_vec::<f32>()?, [7., 8.]);

    let tensors = net
        .state_dict()
        .into_iter()
        .map(|(n, t)| (n, t.as_candle().clone()));
    let tensors: std::collections::HashMap<String, Data> = tensors.collect();
    let vb = VarBuilder::from_tensors(tensors.clone(), DType::F32, &Device::Cpu);
    let copied = Net::config().build_from(vb)?;
    copied
        .get_parameter("fc2.bias")?
        .set(Tensor::new(&[0f32, 0.], &Device::Cpu)?)?;
    assert_eq!(net.get_parameter("fc2.bias")?.to_vec::<f32>()?, [7., 8.]);
    assert_eq!(
        copied.fc1.weight.to_vec::<f32>()?,
        net.fc1.weight.to_vec::<f32>()?
    );

    let mut missing = tensors;
    missing.remove("fc1.weight");
    let vb = VarBuilder::from_tensors(missing, DType::F32, &Device::Cpu);
    let error = Net::config()
        .build_from(vb)
        .err()
        .ok_or("built")?
        .to_string();
    assert!(error.contains("fc1.weight"), "{error}");
    let vb = VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu);
    let error = Net::config()
        .out(3)
        .build_from(vb)
        .err()
        .ok_or("built")?
        .to_string();
    assert!(error.contains("fc2.weight"), "{error}");
    Ok(())
}

#[test]
fn the_train_flag_holds_for_the_call_alone() -> Anyhow {
    let net = net()?;
    let (train, eval) = (net.as_candle().forward_t(&input()?, true)?, {
        net.clone().as_candle().forward_t(&input()?, false)?
    });
    assert_ne!(values(&train)?, values(&eval)?);
    assert!(net.norm.state().is_some_and(|s| s.training() && s.active()));
    net.eval();
    let counted = net.get_buffer("norm.num_batches_tracked")?.item()?;
    let again = net.as_candle().forward_t(&input()?, true)?;
    assert_eq!(values(&train)?, values(&again)?);
    assert_eq!(
        net.get_buffer("norm.num_batches_tracked")?.item()?,
        counted + 1.
    );
    assert!(net.norm.state().is_some_and(|s| !s.active()));
    // Frozen is frozen.
    net.freeze(&Mask::new("norm.*"))?;
    let frozen = net.as_candle().forward_t(&input()?, true)?;
    assert_eq!(
        net.get_buffer("norm.num_batches_tracked")?.item()?,
        counted + 1.
    );
    assert_ne!(values(&frozen)?, values(&train)?);
    Ok(())
}

#[test]
fn integers_and_an_identity_pass() -> Anyhow {
    let embedding = Embedding::config(4, 2).input([3]).init(&Device::Cpu)?;
    let vars = embedding.var_map();
    let ids = Data::new(&[1u32, 1, 3], &Device::Cpu)?;
    let grads = candle_nn::Module::forward(&embedding, &ids)?
        .sum_all()?
        .backward()?;
    let grad = grads.get(&vars.all_vars()[0]).ok_or("no gradient")?;
    assert_eq!(
        grad.to_vec2::<f32>()?,
        [[0., 0.], [2., 2.], [0., 0.], [1., 1.]]
    );

    let x = Var::from_tensor(&input()?)?;
    let part = x.as_tensor().narrow(1, 1, 2)?;
    let y = candle_nn::Module::forward(&Func::new(|x| Ok(x.clone())), &part)?;
    assert_eq!(values(&y)?, values(&part)?);
    let grads = y.sum_all()?.backward()?;
    let grad = values(grads.get(&x).ok_or("no gradient")?)?;
    assert_eq!(grad[..5], [0., 1., 1., 0., 0.]);
    Ok(())
}

#[test]
fn a_layer_that_cuts_the_gradient_gives_a_constant() -> Anyhow {
    // candle-nn's fused softmax has no backward pass.
    let softmax = CandleModule::new(|x: &Data| candle_nn::ops::softmax_last_dim(x));
    let x = Param::new(Tensor::randn((2, 3), DType::F32, &Device::Cpu)?)?;
    let y = softmax.forward(&x)?;
    assert!(matches!(
        y.sum(())?.backward(),
        Err(taper::Error::NoGradNeeded)
    ));
    Ok(())
}

#[test]
fn candles_own_modes_follow_the_module() -> Anyhow {
    let vars = VarMap::new();
    let vb = VarBuilder::from_varmap(&vars, DType::F64, &Device::Cpu);
    let norm = CandleModule::new(candle_nn::batch_norm(5, 1e-5, vb)?).vars(&vars, "")?;
    let x = Tensor::from(input()?);
    let active = norm.forward(&x)?.to_vec::<f64>()?;
    norm.eval();
    assert_ne!(norm.forward(&x)?.to_vec::<f64>()?, active);
    Ok(())
}
