//! Optimizers on the problems of `tests/parity/trajectories.py`.

use taper::optim::{FirstOrder, Optimizer, Setting, UpdateRule};
use taper::testing::Case;
use taper::{Param, Result, Tensor};

/// The trajectory that a case asks for: the parameters in one row after each `every` steps.
pub(crate) fn trajectory<R: UpdateRule + Default>(case: &Case) -> Result<Tensor> {
    let problem = Problem::of(case)?;
    let options = options::<R>(case)?;
    let maximize = options.get("maximize") == Some(true.into());
    let mut opt = FirstOrder::<R>::new(&problem.params, options)?;
    let steps = case.option("steps")?.unwrap_or(200);
    let every = case.option("every")?.unwrap_or(1);
    problem.descend(&mut opt, maximize, steps, every)
}

/// Something to minimise.
pub(crate) struct Problem {
    pub(crate) params: Vec<Param>,
    constants: Vec<Tensor>,
}

impl Problem {
    /// The problem with the case's inputs: where to start, and constants.
    pub(crate) fn of(case: &Case) -> Result<Self> {
        let start = case.input(0)?;
        let constants = (1..case.inputs()).map(|i| Ok(case.input(i)?.clone()));
        let constants: Vec<Tensor> = constants.collect::<Result<_>>()?;
        let params = match constants.len() {
            1 => layers(start)?,
            _ => vec![Param::new(start)?],
        };
        Ok(Problem { params, constants })
    }

    /// The parameters in one row after each `every` steps.
    pub(crate) fn descend(
        &self,
        opt: &mut dyn Optimizer,
        maximize: bool,
        steps: usize,
        every: usize,
    ) -> Result<Tensor> {
        let mut points = Vec::new();
        for step in 1..=steps {
            opt.zero_grad(true)?;
            let loss = self.loss()?;
            let loss = if maximize { loss.mul(-1.)? } else { loss };
            loss.backward()?;
            opt.step()?;
            if step % every == 0 {
                for param in &self.params {
                    points.extend(param.to_vec::<f64>()?);
                }
            }
        }
        let rows = steps / every;
        let (columns, first) = (points.len() / rows, &self.params[0]);
        Tensor::from_vec(points, [rows, columns], first.device())?.to_dtype(first.dtype())
    }

    fn loss(&self) -> Result<Tensor> {
        match (&self.params[..], &self.constants[..]) {
            ([w1, b1, w2, b2], [data]) => {
                let (x, y) = (data.narrow(1, 0, 2)?, data.narrow(1, 2, 1)?);
                let output = x.linear(w1, Some(b1))?.tanh()?.linear(w2, Some(b2))?;
                output.sub(&y)?.pow(2)?.mean(())
            }
            ([x], [curvature, centre, ..]) => {
                let squares = x.sub(centre)?.pow(2)?;
                squares.mul(curvature)?.sum(())?.mul(0.5)
            }
            (params, _) => {
                let (x, y) = (params[0].select(0, 0)?, params[0].select(0, 1)?);
                let slope = y.sub(&x.pow(2)?)?.pow(2)?;
                x.mul(-1.)?.add(1.)?.pow(2)?.add(&slope.mul(100.)?)
            }
        }
    }
}

/// The weights and biases of two inputs, three hidden units, one output.
fn layers(flat: &Tensor) -> Result<Vec<Param>> {
    let mut from = 0;
    let mut next = |shape: &[usize]| {
        let length = shape.iter().product::<usize>();
        let part = flat.narrow(0, from, length)?.reshape(shape)?;
        from += length;
        Param::new(&part)
    };
    Ok(vec![
        next(&[3, 2])?,
        next(&[3])?,
        next(&[1, 3])?,
        next(&[1])?,
    ])
}

/// The optimizer's options that the case gives.
fn options<R: UpdateRule + Default>(case: &Case) -> Result<R> {
    let mut options = R::default();
    for name in R::NAMES {
        let Some(text) = case.option::<String>(name)? else {
            continue;
        };
        let value = match text.as_str() {
            "true" => true.into(),
            list if list.contains(',') => Setting::from(case.list::<f64>(name)?),
            _ => Setting::from(case.arg::<f64>(name)?),
        };
        options.set(name, &value)?;
    }
    Ok(options)
}
