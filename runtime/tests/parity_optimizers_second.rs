//! Trajectories of LBFGS, Adafactor, Muon and SparseAdam against PyTorch; the cases are made by
//! `tests/parity/optimizers_second.py`.

use taper::ops::EmbeddingOptions;
use taper::optim::{
    Adafactor, AdafactorOptions, GroupState, Lbfgs, LbfgsOptions, Muon, MuonOptions, Optimizer,
    OptimizerState, Setting, Sgd, SgdOptions, SparseAdam, SparseAdamOptions,
};
use taper::testing::{Case, Parity};
use taper::{Param, Result, Tensor};

#[test]
fn optimizers_second() -> Result<()> {
    Parity::open("optimizers_second")?.run(|op, case| {
        let problem = Problem::new(case)?;
        let params = &problem.params;
        let mut opt: Box<dyn Optimizer> = match op {
            "lbfgs" => Box::new(Lbfgs::new(params, LbfgsOptions::default())?),
            "adafactor" => Box::new(Adafactor::new(params, AdafactorOptions::default())?),
            "muon" => Box::new(Muon::new(params, MuonOptions::default())?),
            "sparse_adam" => Box::new(SparseAdam::new(params, SparseAdamOptions::default())?),
            "sgd" => Box::new(Sgd::new(params, SgdOptions::default())?),
            _ => return case.unknown(),
        };
        if case.option::<String>("groups")?.is_some() {
            opt.load_state_dict(&carried(case)?)?;
        } else {
            set_options(case, opt.as_mut())?;
        }
        trajectory(case, &problem, opt.as_mut())
    })
}

/// The parameters after every few steps.
fn trajectory(case: &Case, problem: &Problem, opt: &mut dyn Optimizer) -> Result<Tensor> {
    let maximize = opt.param_groups()[0].get("maximize") == Some(true.into());
    let (steps, every): (usize, usize) = (case.arg("steps")?, case.arg("every")?);
    let before: usize = case.option("before")?.unwrap_or(0);
    let mut points = Vec::new();
    for step in 0..steps {
        opt.step_with(&mut || {
            problem
                .params
                .iter()
                .try_for_each(|param| param.zero_grad(true))?;
            let loss = problem.loss(before + step)?;
            let loss = if maximize { loss.neg()? } else { loss };
            loss.backward()?;
            Ok(loss)
        })?;
        if (step + 1) % every == 0 {
            let flat = problem.params.iter().map(|param| param.flatten(0));
            points.push(taper::ops::cat(flat.collect::<Result<Vec<_>>>()?, 0)?);
        }
    }
    taper::ops::stack(points, 0)
}

/// What is minimised.
struct Problem<'a> {
    kind: &'a str,
    params: Vec<Param>,
    constants: Vec<Tensor>,
}

impl<'a> Problem<'a> {
    fn new(case: &'a Case) -> Result<Self> {
        let variant = case.name().split('.').nth(1).unwrap_or_default();
        let (kind, count) = (
            variant.split('_').next().unwrap_or_default(),
            case.arg("params")?,
        );
        let param = |i| Param::new(case.input(i)?);
        let constant = |i| Ok(case.input(i)?.detach());
        Ok(Problem {
            kind,
            params: (0..count).map(param).collect::<Result<_>>()?,
            constants: (count..case.inputs())
                .map(constant)
                .collect::<Result<_>>()?,
        })
    }

    fn loss(&self, step: usize) -> Result<Tensor> {
        let constant = |i: usize| &self.constants[i];
        match self.kind {
            "quadratic" | "vector" | "cube" => {
                let squares = self.params[0].sub(constant(1))?.square()?;
                squares.mul(constant(0))?.sum(())?.mul(0.5)
            }
            "rosenbrock" => {
                let (x, y) = (
                    self.params[0].narrow(0, 0, 1)?,
                    self.params[0].narrow(0, 1, 1)?,
                );
                let wall = y.sub(x.square()?)?.square()?.sum(())?.mul(100.)?;
                x.sub(1.)?.square()?.sum(())?.add(wall)
            }
            "mlp" => {
                let p = &self.params;
                let hidden = constant(0).linear(&p[0], Some(&p[1]))?.tanh()?;
                let out = hidden.linear(&p[2], Some(&p[3]))?;
                out.sub(constant(1))?.square()?.mean(())
            }
            "matrices" => {
                let p = &self.params;
                let hidden = constant(0).linear(&p[0], None::<&Tensor>)?.tanh()?;
                let out = hidden.linear(&p[1], None::<&Tensor>)?;
                out.sub(constant(1))?.square()?.mean(())
            }
            _ => self.words(step),
        }
    }

    /// Two reads of a table.
    fn words(&self, step: usize) -> Result<Tensor> {
        let (ids, target) = (&self.constants[0], &self.constants[1]);
        let ids = ids.narrow(0, step % ids.dim(0)?, 1)?.flatten(0)?;
        let options = EmbeddingOptions::default().padding_idx(2).sparse(true);
        let read = |at| {
            ids.narrow(0, at, 3)?
                .embedding_with(&self.params[0], options)
        };
        let first = read(0)?.sub(target)?.square()?.sum(())?;
        let second = read(3)?.add(target)?.square()?.sum(())?;
        first.add(second.mul(0.5)?)
    }
}

fn set_options(case: &Case, opt: &mut dyn Optimizer) -> Result<()> {
    for group in opt.param_groups_mut() {
        for name in group.names() {
            if *name == "max_eval" {
                group.set(name, Setting::None)?; // it was set by the default of max_iter
            }
            if let Some(text) = case.option::<String>(name)? {
                group.set(name, setting(&text))?;
            }
        }
    }
    Ok(())
}

fn setting(text: &str) -> Setting {
    if text.contains(',') {
        return Setting::List(text.split(',').map(setting).collect());
    }
    match (text, text.parse::<f64>()) {
        ("true" | "false", _) => Setting::Bool(text == "true"),
        ("None", _) => Setting::None,
        (_, Ok(number)) => Setting::Float(number),
        _ => Setting::Text(text.to_owned()),
    }
}

/// PyTorch's state; its tensors are the last inputs.
fn carried(case: &Case) -> Result<OptimizerState> {
    let groups: Vec<GroupState> = serde_json::from_str(&case.arg::<String>("groups")?)
        .map_err(|error| taper::Error::op("parity", error.to_string()))?;
    let names: Vec<String> = case.list("state")?;
    let first = case.inputs() - names.len();
    let tensors = names.iter().enumerate();
    let tensors =
        tensors.map(|(i, name)| Ok((format!("state.{name}"), case.input(first + i)?.detach())));
    OptimizerState::from_parts(groups, tensors.collect::<Result<Vec<_>>>()?)
}
