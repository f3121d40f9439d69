//! All schedulers against PyTorch; the cases are made by `tests/parity/lr_schedulers_all.py`.

mod schedule;

use schedule::{build, Any};
use serde_json::Value;
use taper::optim::{Adam, GroupState, Optimizer, OptimizerState, Sgd, SgdOptions};
use taper::testing::{Case, Parity};
use taper::{DType, Device, Error, Param, Result, Tensor};

#[test]
fn lr_schedulers_all() -> Result<()> {
    Parity::open("lr_schedulers_all")?.run(|_, case| {
        let spec = json(&case.arg::<String>("spec")?)?;
        let resume_at: usize = case.option("resume_at")?.unwrap_or_default();
        let groups: Option<String> = case.option("groups")?;
        let state: Option<String> = case.option("state")?;
        let reopened = groups.is_some() && state.is_none();

        let mut opt = optimizer(case, groups.is_none())?;
        let groups = groups.map(|groups| load(&groups)).transpose()?;
        if let (true, Some(groups)) = (reopened, &groups) {
            opt.load_state_dict(groups)?;
        }
        let mut scheduler = build(opt.as_mut(), &spec)?;
        if let (Some(groups), Some(state)) = (&groups, state) {
            scheduler.load(&serde_json::from_str(&state).map_err(broken)?)?;
            opt.load_state_dict(groups)?;
        }
        follow(case, opt.as_mut(), &mut scheduler, resume_at)
    })
}

/// The rates, and the momentum where it is cycled, before the first and after every step.
fn follow(
    case: &Case,
    opt: &mut dyn Optimizer,
    scheduler: &mut Any,
    from: usize,
) -> Result<Tensor> {
    let halve_at: Option<usize> = case.option("halve_at")?;
    let cycled: bool = case.arg("cycled")?;
    let extra = match case.inputs() {
        2 => Some(case.input(1)?.to_vec::<f64>()?),
        _ => None,
    };
    let steps: usize = case.arg("steps")?;
    let mut values = record(opt, cycled);
    for step in from..steps {
        if halve_at == Some(step) {
            for group in opt.param_groups_mut() {
                group.set_lr(group.lr() * 0.5);
            }
        }
        scheduler.step(opt, extra.as_ref().map(|extra| extra[step]))?;
        values.extend(record(opt, cycled));
        let last: Vec<f64> = opt.param_groups().iter().map(|group| group.lr()).collect();
        assert_eq!(scheduler.last_lr(), last, "{}", case.name());
    }
    let rows = steps - from + 1;
    let columns = values.len() / rows;
    Tensor::from_vec(values, [rows, columns], &Device::Cpu)
}

/// With rates that loading must replace unless they are the case's.
fn optimizer(case: &Case, rates: bool) -> Result<Box<dyn Optimizer>> {
    let param = || Param::new(Tensor::zeros(1, DType::F32, &Device::Cpu)?);
    let lrs = case.input(0)?.to_vec::<f64>()?;
    let lr = |i: usize| if rates { lrs[i] } else { 7. };
    Ok(match case.arg::<String>("optim")?.as_str() {
        "SGD" => {
            let options = SgdOptions::default().lr(lr(0)).momentum(0.5);
            let mut opt = Sgd::new([param()?], options)?;
            opt.add_param_group([param()?], |o| o.lr(lr(1)))?;
            Box::new(opt)
        }
        "Adam" => {
            let mut opt = Adam::new([param()?], lr(0))?;
            opt.add_param_group([param()?], |o| o.lr(lr(1)))?;
            Box::new(opt)
        }
        other => return Err(Error::op("parity", other)),
    })
}

fn load(groups: &str) -> Result<OptimizerState> {
    let groups: Vec<GroupState> = serde_json::from_str(groups).map_err(broken)?;
    OptimizerState::from_parts(groups, [])
}

fn record(opt: &dyn Optimizer, cycled: bool) -> Vec<f64> {
    let groups = opt.param_groups();
    let mut values: Vec<f64> = groups.iter().map(|group| group.lr()).collect();
    if cycled {
        values.extend(groups.iter().filter_map(|group| {
            let momentum = group.get("momentum").and_then(|momentum| momentum.as_f64());
            momentum.or_else(|| Some(group.get("betas")?.as_list()?[0]))
        }));
    }
    values
}

fn json(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(broken)
}

fn broken(error: serde_json::Error) -> Error {
    Error::op("parity", error.to_string())
}
