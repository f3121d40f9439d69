//! Trajectories of optimizers against PyTorch; the cases are made by `tests/parity/optimizers.py`.

use taper::optim::{AdamOptions, FirstOrder, Optimizer, Setting, SgdOptions, UpdateRule};
use taper::testing::{Case, Parity};
use taper::{Device, Param, Result, Tensor};

#[test]
fn optimizers() -> Result<()> {
    Parity::open("optimizers")?.run(|op, case| match op {
        "sgd" => trajectory::<SgdOptions>(case),
        "adam" => trajectory::<AdamOptions>(case),
        _ => case.unknown(),
    })
}

fn trajectory<R: UpdateRule + Default>(case: &Case) -> Result<Tensor> {
    let options = options::<R>(case)?;
    let maximize = options.get("maximize") == Some(true.into());
    let x = Param::new(case.input(0)?)?;
    let mut opt = FirstOrder::<R>::new([&x], options)?;
    let (mut points, steps) = (Vec::new(), 200);
    for _ in 0..steps {
        let mut grad = gradient(case, &x.to_vec::<f64>()?)?;
        if maximize {
            grad.iter_mut().for_each(|g| *g = -*g);
        }
        x.set_grad(Some(Tensor::from_vec(grad, x.shape(), &Device::Cpu)?))?;
        opt.step()?;
        points.extend(x.to_vec::<f64>()?);
    }
    Tensor::from_vec(points, [steps, x.elem_count()], &Device::Cpu)
}

/// The gradient of the case's function: a paraboloid if it has curvatures, else Rosenbrock's valley.
fn gradient(case: &Case, x: &[f64]) -> Result<Vec<f64>> {
    if case.inputs() == 1 {
        let slope = x[1] - x[0] * x[0];
        return Ok(vec![-2. * (1. - x[0]) - 400. * x[0] * slope, 200. * slope]);
    }
    let (curvature, centre) = (
        case.input(1)?.to_vec::<f64>()?,
        case.input(2)?.to_vec::<f64>()?,
    );
    let axes = x.iter().zip(curvature).zip(centre);
    Ok(axes
        .map(|((x, curvature), centre)| curvature * (x - centre))
        .collect())
}

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
