//! The tree and what is done to it, on modules put together by hand.

use std::sync::{Arc, Mutex};

use super::*;
use crate::testing::Toy;
use crate::{DType, Device, Error, Tensor};

fn names<T>(members: Vec<(String, T)>) -> Vec<String> {
    members.into_iter().map(|(name, _)| name).collect()
}

fn values(net: &Toy) -> Result<Vec<Vec<f32>>> {
    let state = net.state_dict();
    state.iter().map(|(_, tensor)| tensor.to_vec()).collect()
}

/// Two layers with one weight.
fn tied() -> Result<Toy> {
    let (first, weight) = (
        Toy::new("Linear"),
        Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?,
    );
    let second = Toy::new("Linear").with_param("weight", weight.share());
    let first = first.with_param("weight", weight);
    Ok(Toy::new("Tied").with("a", first).with("b", second))
}

#[test]
fn own_parameters_and_buffers_come_before_submodules() -> Result<()> {
    let net = Toy::net()?.param("scale", &[2])?;
    let expected = [
        "scale",
        "features.0.weight",
        "features.1.weight",
        "features.1.bias",
        "features.1.running_mean",
        "features.1.running_var",
        "features.1.num_batches_tracked",
        "fc1.weight",
        "fc1.bias",
        "fc2.weight",
        "fc2.bias",
    ];
    assert_eq!(net.state_dict().names().collect::<Vec<_>>(), expected);
    let modules = ["", "features", "features.0", "features.1", "features.2"];
    assert_eq!(names(net.named_modules())[..5], modules);
    assert_eq!(names(net.named_children()), ["features", "fc1", "fc2"]);
    assert_eq!(net.buffers().len(), 3);
    Ok(())
}

#[test]
fn tied_weights_are_listed_once_saved_twice_and_stay_tied() -> Result<()> {
    let mut net = tied()?;
    assert_eq!(names(net.named_parameters()), ["a.weight"]);
    assert_eq!(net.state_dict().len(), 2);
    net.to_dtype(DType::F64)?;
    net.get_parameter("a.weight")?
        .set(Tensor::new(&[7f64], &Device::Cpu)?)?;
    assert_eq!(net.get_parameter("b.weight")?.to_vec::<f64>()?, [7.]);
    assert!(net
        .get_parameter("a.weight")?
        .same(net.get_parameter("b.weight")?));
    net.train_only(&Mask::new("b.*"))?;
    assert_eq!(net.trainable_parameters().len(), 1);
    Ok(())
}

#[test]
fn shared_modules_are_one() -> Result<()> {
    let layer = Arc::new(Toy::linear(2, 2)?);
    let mut list = vec![layer.clone(), layer];
    assert_eq!(names(list.named_modules()), ["", "0"]);
    assert_eq!(list.num_parameters(), 6);
    assert_eq!(list.state_dict().len(), 4);
    let error = list.half().unwrap_err().to_string();
    assert!(
        error.starts_with("0: Linear is shared by an `Arc`"),
        "{error}"
    );
    list.to_dtype(DType::F32)?; // nothing has to change
    list.pop();
    list.half()?;
    assert_eq!(list.parameters()[0].dtype(), DType::F16);
    Ok(())
}

#[test]
fn modes_reach_every_layer_through_every_container() -> Result<()> {
    let boxed: Box<dyn Module> = Box::new(Toy::linear(1, 1)?);
    let net = (Some(vec![boxed]), None::<Toy>);
    net.0.eval();
    let layer = net.0.get_submodule("0")?;
    assert!(layer.state().is_some_and(|state| !state.training()));
    net.0.train();
    assert!(layer.state().is_some_and(State::training));
    assert_eq!((net.1.parameters().len(), net.1.type_name()), (0, "None"));
    Ok(())
}

#[test]
fn a_refused_state_dict_changes_nothing() -> Result<()> {
    let (net, other) = (Toy::net()?, Toy::net_with_classes(4)?);
    let before = values(&net)?;
    let mut state = other.state_dict();
    state.remove("fc1.bias");
    state.insert("fc3.bias", Tensor::new(1f32, &Device::Cpu)?);
    for strict in [true, false] {
        let options = LoadOptions::default().strict(strict);
        let error = net.load_state_dict_with(&state, options).unwrap_err();
        let Error::Module(ModuleError::StateDict { report, .. }) = error else {
            panic!("{error}");
        };
        assert_eq!(report.missing, ["fc1.bias"]);
        assert_eq!(report.unexpected, ["fc3.bias"]);
        assert_eq!(report.mismatched[0].expected, [10, 8]);
        assert_eq!(report.mismatched.len(), 2);
        assert_eq!(values(&net)?, before);
    }
    Ok(())
}

#[test]
fn exceptions_cover_both_sides() -> Result<()> {
    let (net, other) = (Toy::net()?, Toy::net_with_classes(4)?);
    let mut state = other.state_dict();
    state.insert("fc2.scale", Tensor::new(1f32, &Device::Cpu)?);
    state.remove("features.1.num_batches_tracked");
    let head = net.get_parameter("fc2.weight")?.to_vec::<f32>()?;
    let report = net.load_state_dict_with(&state, LoadOptions::default().except("fc2.*"))?;
    assert!(report.is_clean(), "{report}");
    assert_eq!(net.get_parameter("fc2.weight")?.to_vec::<f32>()?, head);
    let (found, wanted) = (
        &net.get_parameter("fc1.bias")?,
        &other.get_parameter("fc1.bias")?,
    );
    assert_eq!(found.to_vec::<f32>()?, wanted.to_vec::<f32>()?);
    Ok(())
}

#[test]
fn loading_converts_to_the_models_types() -> Result<()> {
    let (mut half, net) = (Toy::net()?, Toy::net()?);
    half.bfloat16()?;
    net.load_state_dict(&half.state_dict())?;
    let (found, wanted) = (
        net.get_parameter("fc1.bias")?,
        half.get_parameter("fc1.bias")?,
    );
    assert_eq!(found.dtype(), DType::F32);
    assert_eq!(found.to_vec::<f32>()?, wanted.to_vec::<f32>()?);
    Ok(())
}

#[test]
fn a_strict_load_of_another_model_says_what_is_wrong() -> Result<()> {
    let error = Toy::linear(2, 3)?.load_state_dict(&tied()?.state_dict());
    let expected = "\
the state dict does not fit Linear: 2 names are missing, 2 unexpected
  missing: weight, bias
  unexpected: a.weight, b.weight
  help: is it of another model? `StateDict::rename` changes names, and `LoadOptions::default().strict(false)` loads those that match";
    assert_eq!(error.unwrap_err().to_string(), expected);
    Ok(())
}

#[test]
fn hooks_see_paths_and_can_fail_or_be_removed() -> Result<()> {
    let net = Toy::net()?;
    let x = Tensor::new(&[2f32], &Device::Cpu)?;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let hook = net.register_forward_hook("fc1", move |path, xs, ys| {
        let sum = xs[0].add(&ys[0])?.item()?;
        log.lock()
            .map_err(|_| Error::op("hook", "poisoned"))?
            .push((path.to_owned(), sum));
        Ok(())
    })?;
    let failing = net.register_forward_hook("fc2", |_, _, _| Err(Error::op("hook", "no")))?;
    net.child("fc1").call(&x)?;
    assert!(net.child("fc2").call(&x).is_err());
    failing.remove();
    net.child("fc2").call(&x)?;
    hook.remove();
    net.child("fc1").call(&x)?;
    assert_eq!(Arc::strong_count(&seen), 1);
    assert_eq!(*seen.lock().unwrap(), [("fc1".to_owned(), 4.)]);
    assert!(net.register_forward_hook("fc9", |_, _, _| Ok(())).is_err());
    let list = vec![Toy::linear(1, 1)?];
    let error = list
        .register_forward_hook("", |_, _, _| Ok(()))
        .unwrap_err();
    assert!(error.to_string().contains("is a ModuleList"), "{error}");
    Ok(())
}

#[test]
fn gradients_are_cleared_in_both_forms() -> Result<()> {
    let net = tied()?;
    let param = net.get_parameter("a.weight")?;
    param.add(0.0)?.backward()?;
    net.zero_grad(false)?;
    assert_eq!(
        param.grad().map(|g| g.to_vec::<f32>()).transpose()?,
        Some(vec![0.])
    );
    net.zero_grad(true)?;
    assert!(param.grad().is_none());
    Ok(())
}
