//! Normalisations against PyTorch; the cases are made by `tests/parity/norm.py`.

use taper::ops::{BatchNormOptions, LayerNormOptions};
use taper::testing::{Case, Parity};
use taper::{Buffer, Result, Tensor};

fn optional<'a>(case: &'a Case, i: usize) -> Result<Option<&'a Tensor>> {
    (i < case.inputs()).then(|| case.input(i)).transpose()
}

#[test]
fn norm() -> Result<()> {
    Parity::open("norm")?.run(|op, case| {
        let x = case.input(0)?;
        let eps: f64 = case.option("eps")?.unwrap_or(1e-5);
        match op {
            "batch_norm" => {
                let (mean, var) = (Buffer::new(case.input(1)?)?, Buffer::new(case.input(2)?)?);
                let (weight, bias) = (optional(case, 3)?, optional(case, 4)?);
                let options = BatchNormOptions {
                    training: case.arg("training")?,
                    momentum: case.option("momentum")?.unwrap_or(0.1),
                    eps,
                };
                let y = x.batch_norm_with(Some(&mean), Some(&var), weight, bias, options)?;
                Ok(vec![y, mean.detach(), var.detach()])
            }
            "layer_norm" => {
                let (weight, bias) = (optional(case, 1)?, optional(case, 2)?);
                let shape = case.list::<usize>("normalized_shape")?;
                let options = LayerNormOptions::default().eps(eps);
                Ok(vec![x.layer_norm_with(shape, weight, bias, options)?])
            }
            _ => case.unknown(),
        }
    })
}
