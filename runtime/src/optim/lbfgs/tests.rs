//! What has no counterpart in PyTorch's trajectories.

use super::*;
use crate::optim::Hyperparameters;
use crate::{DType, Device};

fn param(values: &[f64]) -> Result<Param> {
    Param::new(Tensor::new(values, &Device::Cpu)?)
}

fn wolfe() -> LbfgsOptions {
    LbfgsOptions::default().line_search_fn(LineSearch::StrongWolfe)
}

/// The loss Σ i (wᵢ − 1)², and its gradient in the parameters.
fn bowl(params: &[&Param]) -> Result<Tensor> {
    let mut loss = Tensor::new(0f64, &Device::Cpu)?;
    for (i, param) in params.iter().enumerate() {
        param.zero_grad(true)?;
        let wide = Tensor::from(*param).to_dtype(DType::F64)?;
        let part = wide.sub(1.)?.square()?.sum(())?;
        loss = loss.add(part.mul((i + 1) as f64)?)?;
    }
    loss.backward()?;
    Ok(loss)
}

fn message<T>(result: Result<T>) -> String {
    result.err().map(|e| e.to_string()).unwrap_or_default()
}

#[test]
fn refusals_say_what_to_do() -> Result<()> {
    let w = param(&[1.])?;
    let mut opt = Lbfgs::new([&w], 1.)?;
    assert_eq!(
        message(opt.step()),
        "Lbfgs: a step computes the loss several times, so it needs a closure that does\n  help: call \
         `step_with(&mut || …)` with a closure that clears the gradients, computes the loss, calls `backward` and \
         returns the loss"
    );
    assert_eq!(
        message(opt.add_group(vec![param(&[1.])?], &[])),
        "Lbfgs: there can be one parameter group only, since a step moves all parameters along one direction\n  \
         help: give all parameters to `Lbfgs::new`"
    );
    let options = |options| message(Lbfgs::new([&w], options));
    assert_eq!(
        options(LbfgsOptions::from(-1.)),
        "Lbfgs: `lr` is -1.0, but expected a number ≥ 0"
    );
    assert_eq!(
        options(LbfgsOptions::default().history_size(0usize)),
        "Lbfgs: `history_size` is 0, but expected a whole number ≥ 1"
    );
    assert_eq!(
        options(LbfgsOptions::default().max_eval(0)),
        "Lbfgs: `max_eval` is 0, but expected a whole number ≥ 1"
    );
    assert_eq!(
        options(LbfgsOptions::default().tolerance_grad(f64::NAN)),
        "Lbfgs: `tolerance_grad` is NaN, but expected a number ≥ 0"
    );
    assert_eq!(
        message(Lbfgs::new([&w, &w], 1.)),
        "Lbfgs: a parameter without a name is in a parameter group already\n  help: give the optimizer each \
         parameter once; tied weights count as one"
    );
    let mut group = opt.param_groups_mut()[0].options.clone();
    assert_eq!(
        message(group.set("line_search_fn", &Setting::Text("armijo".into()))),
        "LbfgsOptions: `line_search_fn` is Text(\"armijo\"), but expected strong_wolfe or none"
    );
    Ok(())
}

#[test]
fn the_number_of_evaluations_follows_the_iterations() -> Result<()> {
    let w = param(&[5.])?;
    let opt = Lbfgs::new([&w], LbfgsOptions::default().max_iter(8usize))?;
    assert_eq!(opt.param_groups()[0].max_eval, Some(10));
    Ok(())
}

#[test]
fn a_closure_that_fails_leaves_everything_as_it_was() -> Result<()> {
    let w = param(&[5., -3.])?;
    let mut opt = Lbfgs::new([&w], wolfe().max_iter(1usize).max_eval(20))?;
    opt.step_with(&mut || bowl(&[&w]))?;
    let (before, state) = (w.to_vec::<f64>()?, opt.state_dict()?.tensors());
    let mut calls = 0;
    let result = opt.step_with(&mut || {
        calls += 1;
        match calls {
            1 => bowl(&[&w])?.add(1.),
            _ => Err(Error::op("loss", "no data")),
        }
    });
    assert_eq!(message(result), "loss: no data");
    assert_eq!((calls, w.to_vec::<f64>()?), (2, before));
    let after = opt.state_dict()?.tensors();
    for (name, tensor) in state {
        assert_eq!(
            after[&name].to_vec::<f64>()?,
            tensor.to_vec::<f64>()?,
            "{name}"
        );
    }
    Ok(())
}

#[test]
fn what_is_frozen_does_not_move_and_the_search_starts_anew() -> Result<()> {
    let (w, head) = (param(&[5.])?, param(&[5.])?);
    let mut opt = Lbfgs::new([&w, &head], LbfgsOptions::from(0.1).max_iter(3usize))?;
    opt.step_with(&mut || bowl(&[&w, &head]))?;
    let at = w.item()?;
    w.set_frozen(true);
    opt.step_with(&mut || bowl(&[&w, &head]))?;
    assert_eq!(w.item()?, at);
    let state = opt.state_dict()?;
    let item = |name: &str| state.state[&0][name].item();
    // Two of the three iterations: then the three evaluations are used up.
    assert_eq!(
        (state.state[&0]["d"].dims(), item("n_iter")?),
        (&[1][..], 2.)
    );
    head.set_frozen(true);
    let loss = opt.step_with(&mut || param(&[7.])?.sum(()))?;
    assert_eq!(loss.item()?, 7.);
    Ok(())
}

#[test]
fn half_types_are_searched_in_f32() -> Result<()> {
    let w = Param::new(Tensor::new(&[5f32, -3.], &Device::Cpu)?.to_dtype(DType::BF16)?)?;
    let mut opt = Lbfgs::new([&w], wolfe())?;
    opt.step_with(&mut || bowl(&[&w]))?;
    assert_eq!(w.to_vec::<f32>()?, [1., 1.]);
    assert_eq!(opt.state_dict()?.state[&0]["d"].dtype(), DType::F32);
    Ok(())
}

/// The logarithm is NaN below 0, where the first step ends.
#[test]
fn a_loss_of_nan_ends_no_line_search() -> Result<()> {
    let w = param(&[0.5])?;
    let mut opt = Lbfgs::new([&w], wolfe().lr(10.))?;
    opt.step_with(&mut || {
        w.zero_grad(true)?;
        let loss = w.sub(w.log()?)?.sum(())?;
        loss.backward()?;
        Ok(loss)
    })?;
    let steep = param(&[1.5])?;
    let mut opt = Lbfgs::new([&steep], wolfe().lr(10.))?;
    opt.step_with(&mut || {
        steep.zero_grad(true)?;
        let loss = steep.sub(steep.log()?)?.sum(())?;
        loss.backward()?;
        Ok(loss)
    })?;
    for w in [w.item()?, steep.item()?] {
        assert!((w - 1.).abs() < 1e-4, "{w}");
    }
    Ok(())
}

/// A state whose lists are tensors of their own goes on as the stacked one does.
#[test]
fn lists_may_be_stacked_or_not() -> Result<()> {
    let start = [5., -3., 0.5];
    let w = param(&start)?;
    let mut opt = Lbfgs::new([&w], LbfgsOptions::from(0.3).max_iter(4usize))?;
    opt.step_with(&mut || bowl(&[&w]))?;
    let stacked = opt.state_dict()?;
    let mut apart = stacked.clone();
    let tensors = apart.state.entry(0).or_default();
    for name in ["old_dirs", "old_stps", "ro"] {
        let list = tensors.remove(name).map_or_else(|| w.zeros_like(), Ok)?;
        for i in 0..list.dim(0)? {
            let entry = Tensor::from(list.as_candle().get(i)?);
            tensors.insert(format!("{name}.{i}"), entry);
        }
    }
    let mut ends = Vec::new();
    for state in [&stacked, &apart] {
        let copy = Param::new(&*w)?;
        let mut resumed = Lbfgs::new([&copy], 1.)?;
        resumed.load_state_dict(state)?;
        assert_eq!(resumed.param_groups()[0].lr, 0.3);
        resumed.step_with(&mut || bowl(&[&copy]))?;
        ends.push(copy.to_vec::<f64>()?);
    }
    opt.step_with(&mut || bowl(&[&w]))?;
    assert_eq!(ends, [w.to_vec::<f64>()?, w.to_vec::<f64>()?]);
    Ok(())
}

#[test]
fn a_state_that_does_not_fit_is_refused() -> Result<()> {
    let (w, longer) = (param(&[5.])?, param(&[5., 6.])?);
    let mut opt = Lbfgs::new([&w], LbfgsOptions::from(0.1).max_iter(1usize))?;
    opt.step_with(&mut || bowl(&[&w]))?;
    let state = opt.state_dict()?;
    let mut other = Lbfgs::new([&longer], 1.)?;
    assert_eq!(
        message(other.load_state_dict(&state)),
        "load_state_dict: `d` has shape [1], but the trained parameters have 2 elements"
    );
    assert_eq!(other.param_groups()[0].lr, 1.);
    let changed = |change: &dyn Fn(&mut std::collections::BTreeMap<String, Tensor>)| {
        let mut state = state.clone();
        state.state.values_mut().for_each(change);
        message(Lbfgs::new([&w], 1.).and_then(|mut opt| opt.load_state_dict(&state)))
    };
    assert_eq!(
        changed(&|tensors| {
            tensors.remove("t");
        }),
        "load_state_dict: the state has `d` but not `t`"
    );
    let stray = Tensor::from(&w);
    assert_eq!(
        changed(&|tensors| {
            tensors.insert("exp_avg".into(), stray.clone());
        }),
        "load_state_dict: `exp_avg`: Lbfgs keeps d, t, old_dirs, old_stps, ro, H_diag, prev_flat_grad, prev_loss, \
         n_iter, func_evals\n  help: the state may be that of another kind of optimizer"
    );
    assert_eq!(
        changed(&|tensors| {
            tensors.insert("ro.0".into(), stray.clone());
        }),
        "load_state_dict: `old_dirs`, `old_stps` and `ro` have 0, 0 and 1 entries"
    );
    Ok(())
}
