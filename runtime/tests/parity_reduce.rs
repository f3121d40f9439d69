//! Reductions against PyTorch; the cases are made by `tests/parity/reduce.py`.

use taper::ops::*;
use taper::tensor::Dims;
use taper::testing::{Case, Parity};
use taper::{Result, Tensor};

#[test]
fn reduce() -> Result<()> {
    Parity::open("reduce")?.run(|op, case| {
        let pair = |(values, indices)| vec![values, indices];
        let (x, keepdim) = (case.input(0)?, case.option("keepdim")?.unwrap_or(false));
        match op {
            "max_with_indices" => x
                .max_with_indices_with(
                    case.arg::<i64>("dim")?,
                    MaxWithIndicesOptions::default().keepdim(keepdim),
                )
                .map(pair),
            "min_with_indices" => x
                .min_with_indices_with(
                    case.arg::<i64>("dim")?,
                    MinWithIndicesOptions::default().keepdim(keepdim),
                )
                .map(pair),
            _ => one(op, case, keepdim).map(|out| vec![out]),
        }
    })
}

fn one(op: &str, case: &Case, keepdim: bool) -> Result<Tensor> {
    let (x, dims) = (case.input(0)?, dims(case)?);
    let correction = case.option("correction")?.unwrap_or(1.);
    match op {
        "sum" => x.sum_with(dims, SumOptions::default().keepdim(keepdim)),
        "mean" => x.mean_with(dims, MeanOptions::default().keepdim(keepdim)),
        "var" => x.var_with(
            dims,
            VarOptions::default()
                .correction(correction)
                .keepdim(keepdim),
        ),
        "std" => x.std_with(
            dims,
            StdOptions::default()
                .correction(correction)
                .keepdim(keepdim),
        ),
        "cumsum" => x.cumsum(case.arg::<i64>("dim")?),
        "max" => x.max(dims),
        "min" => x.min(dims),
        "amax" => x.amax_with(dims, AmaxOptions::default().keepdim(keepdim)),
        "amin" => x.amin_with(dims, AminOptions::default().keepdim(keepdim)),
        "argmax" => x.argmax(dims),
        "argmin" => x.argmin(dims),
        "logsumexp" => x.logsumexp_with(dims, LogsumexpOptions::default().keepdim(keepdim)),
        "norm" => {
            let p: f64 = case.option("p")?.unwrap_or(2.);
            x.norm_with(dims, NormOptions::default().p(p).keepdim(keepdim))
        }
        _ => case.unknown(),
    }
}

fn dims(case: &Case) -> Result<Dims> {
    let given: Option<String> = case.option("dim")?;
    given.map_or(Ok(Dims::All), |_| Ok(case.list::<i64>("dim")?.into()))
}
