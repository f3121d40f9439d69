//! The first-order optimizers against PyTorch (Lion: NumPy), and states of PyTorch's that are carried on from; the cases are
//! made by `tests/parity/optimizers_first_order.py`.

mod common;

use std::collections::BTreeMap;

use common::trajectory::{trajectory, Problem};
use taper::optim::{
    AdadeltaOptions, AdagradOptions, AdamOptions, AdamWOptions, AdamaxOptions, AsgdOptions,
    FirstOrder, GroupState, LionOptions, NAdamOptions, Optimizer, OptimizerState, RAdamOptions,
    RmsPropOptions, RpropOptions, SgdOptions, UpdateRule,
};
use taper::testing::{Case, Parity};
use taper::{Error, Result, Tensor};

#[test]
fn optimizers_first_order() -> Result<()> {
    Parity::open("optimizers_first_order")?.run(|op, case| match op {
        "sgd" => run::<SgdOptions>(case),
        "adam" => run::<AdamOptions>(case),
        "adamw" => run::<AdamWOptions>(case),
        "adamax" => run::<AdamaxOptions>(case),
        "nadam" => run::<NAdamOptions>(case),
        "radam" => run::<RAdamOptions>(case),
        "adagrad" => run::<AdagradOptions>(case),
        "adadelta" => run::<AdadeltaOptions>(case),
        "rmsprop" => run::<RmsPropOptions>(case),
        "rprop" => run::<RpropOptions>(case),
        "asgd" => run::<AsgdOptions>(case),
        "lion" => run::<LionOptions>(case),
        _ => case.unknown(),
    })
}

fn run<R: UpdateRule + Default>(case: &Case) -> Result<Tensor> {
    match case.option::<String>("group")? {
        Some(group) => carried::<R>(case, &group),
        None => trajectory::<R>(case),
    }
}

/// Ten steps of an optimizer with other settings, which takes over PyTorch's state.
fn carried<R: UpdateRule + Default>(case: &Case, group: &str) -> Result<Tensor> {
    let group: GroupState =
        serde_json::from_str(group).map_err(|error| Error::op("carried", error.to_string()))?;
    let maximize = group.options.get("maximize") == Some(&true.into());
    let names = case.list::<String>("state")?.into_iter().zip(3..);
    let tensors = names.map(|(name, i)| Ok((name, case.input(i)?.clone())));
    let tensors = tensors.collect::<Result<BTreeMap<_, _>>>()?;
    let problem = Problem::of(case)?;
    let mut opt = FirstOrder::<R>::new(&problem.params, R::default())?;
    opt.load_state_dict(&OptimizerState {
        state: BTreeMap::from([(0, tensors.clone())]),
        param_groups: vec![group],
    })?;
    let saved = opt.state_dict()?.state.remove(&0).unwrap_or_default();
    if saved.keys().ne(tensors.keys()) {
        let message = format!("{:?} became {:?}", tensors.keys(), saved.keys());
        return Err(Error::op("carried", message));
    }
    problem.descend(&mut opt, maximize, 10, 1)
}
