//! Clipping of gradients against PyTorch; the cases are made by `tests/parity/gradients.py`.

use taper::optim::{
    clip_grad_norm_with_, clip_grad_value_, clip_grads_with_norm_, get_total_norm_with,
    TotalNormOptions,
};
use taper::testing::{Case, Parity};
use taper::{DType, Device, Param, Result, Tensor};

#[test]
fn gradients() -> Result<()> {
    Parity::open("gradients")?.run(|op, case| {
        let params = params(case)?;
        let dtype = params[0].dtype();
        let mut outputs = match op {
            "clip_grad_norm" => {
                let total = clip_grad_norm_with_(&params, case.arg("max_norm")?, options(case)?)?;
                vec![number(total, dtype)?]
            }
            "clip_grads_with_norm" => {
                clip_grads_with_norm_(&params, case.arg("max_norm")?, case.arg("total_norm")?)?;
                Vec::new()
            }
            "clip_grad_value" => {
                clip_grad_value_(&params, case.arg("clip_value")?)?;
                Vec::new()
            }
            "get_total_norm" => {
                let grads = params.iter().filter_map(|param| param.grad());
                return Ok(vec![number(
                    get_total_norm_with(grads, options(case)?)?,
                    dtype,
                )?]);
            }
            _ => return case.unknown(),
        };
        outputs.extend(params.iter().filter_map(|param| param.grad()));
        Ok(outputs)
    })
}

fn params(case: &Case) -> Result<Vec<Param>> {
    let param = |i| {
        let grad = case.input(i)?.detach();
        let param = Param::new(grad.zeros_like()?)?;
        param.set_grad(Some(grad))?;
        Ok(param)
    };
    (0..case.inputs()).map(param).collect()
}

fn options(case: &Case) -> Result<TotalNormOptions> {
    Ok(TotalNormOptions::default().norm_type(case.arg::<f64>("norm_type")?))
}

fn number(x: f64, dtype: DType) -> Result<Tensor> {
    Tensor::new(x, &Device::Cpu)?.to_dtype(dtype)
}
