//! Convolutions against PyTorch; the cases are made by `tests/parity/conv.py`.

use taper::ops::{Conv2dOptions, ConvPadding, Pair};
use taper::testing::{Case, Parity};
use taper::Result;

fn pair(case: &Case, name: &str, default: usize) -> Result<Pair> {
    if case.option::<String>(name)?.is_none() {
        return Ok(default.into());
    }
    let list = case.list(name)?;
    Ok(Pair(list[0], list[1]))
}

fn padding(case: &Case) -> Result<ConvPadding> {
    Ok(match case.option::<String>("padding")?.as_deref() {
        Some("same") => ConvPadding::Same,
        _ => pair(case, "padding", 0)?.into(),
    })
}

#[test]
fn conv() -> Result<()> {
    Parity::open("conv")?.run(|op, case| match op {
        "conv2d" => {
            let options = Conv2dOptions::default()
                .stride(pair(case, "stride", 1)?)
                .padding(padding(case)?)
                .dilation(pair(case, "dilation", 1)?)
                .groups(case.option("groups")?.unwrap_or(1));
            let bias = (case.inputs() > 2).then(|| case.input(2)).transpose()?;
            case.input(0)?.conv2d_with(case.input(1)?, bias, options)
        }
        _ => case.unknown(),
    })
}
