//! Operations on shapes against PyTorch; the cases are made by `tests/parity/shape.py`.

use taper::ops::{cat, stack, FlattenOptions, PadMode, PadOptions};
use taper::testing::{Case, Parity};
use taper::{Result, Tensor};

#[test]
fn shape() -> Result<()> {
    Parity::open("shape")?.run(|op, case| match op {
        "chunk" => case
            .input(0)?
            .chunk(case.arg("chunks")?, case.arg::<i64>("dim")?),
        "split" => case
            .input(0)?
            .split(case.arg::<i64>("size")?, case.arg::<i64>("dim")?),
        "split_list" => case
            .input(0)?
            .split(case.list::<i64>("sizes")?, case.arg::<i64>("dim")?),
        _ => one(op, case).map(|out| vec![out]),
    })
}

fn one(op: &str, case: &Case) -> Result<Tensor> {
    let x = case.input(0)?;
    let dim = || case.arg::<i64>("dim");
    let all = || {
        (0..case.inputs())
            .map(|i| case.input(i))
            .collect::<Result<Vec<_>>>()
    };
    match op {
        "reshape" => x.reshape(case.list::<i64>("shape")?),
        "flatten" => {
            let options = FlattenOptions::default().end_dim(case.arg::<i64>("end_dim")?);
            x.flatten_with(case.arg::<i64>("start_dim")?, options)
        }
        "unflatten" => x.unflatten(dim()?, case.list::<i64>("sizes")?),
        "transpose" => x.transpose(case.arg::<i64>("dim0")?, case.arg::<i64>("dim1")?),
        "permute" => x.permute(case.list::<i64>("dims")?),
        "squeeze" => x.squeeze(case.list::<i64>("dim")?),
        "unsqueeze" => x.unsqueeze(dim()?),
        "expand" => x.expand(case.list::<i64>("size")?),
        "repeat" => x.repeat(case.list::<i64>("repeats")?),
        "narrow" => x.narrow(
            dim()?,
            case.arg::<i64>("start")?,
            case.arg::<i64>("length")?,
        ),
        "select" => x.select(dim()?, case.arg::<i64>("index")?),
        "cat" => cat(all()?, dim()?),
        "stack" => stack(all()?, dim()?),
        "index_select" => x.index_select(dim()?, case.input(1)?),
        "gather" => x.gather(dim()?, case.input(1)?),
        "flip" => x.flip(case.list::<i64>("dims")?),
        "roll" => x.roll(case.arg::<i64>("shift")?, dim()?),
        "pad" => {
            let mode = match case.arg::<String>("mode")?.as_str() {
                "reflect" => PadMode::Reflect,
                "replicate" => PadMode::Replicate,
                "circular" => PadMode::Circular,
                _ => PadMode::Constant,
            };
            let value: f64 = case.option("value")?.unwrap_or_default();
            x.pad_with(
                case.list::<i64>("pad")?,
                PadOptions::default().mode(mode).value(value),
            )
        }
        _ => case.unknown(),
    }
}
