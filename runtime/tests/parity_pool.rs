//! Pools against PyTorch; the cases are made by `tests/parity/pool.py`.

use taper::ops::{AvgPool2dOptions, MaxPool2dOptions, Pair};
use taper::testing::{Case, Parity};
use taper::{DType, Result};

fn pair(case: &Case, name: &str) -> Result<Option<Pair>> {
    if case.option::<String>(name)?.is_none() {
        return Ok(None);
    }
    let list = case.list(name)?;
    Ok(Some(Pair(list[0], list[1])))
}

#[test]
fn pool() -> Result<()> {
    Parity::open("pool")?.run(|op, case| {
        let x = case.input(0)?;
        let kernel = pair(case, "kernel_size")?.unwrap_or(Pair(1, 1));
        let stride = pair(case, "stride")?;
        let padding = pair(case, "padding")?.unwrap_or(Pair(0, 0));
        let ceil_mode = case.option("ceil_mode")?.unwrap_or(false);
        match op {
            "max_pool2d" => {
                let options = MaxPool2dOptions {
                    stride,
                    padding,
                    ceil_mode,
                    dilation: pair(case, "dilation")?.unwrap_or(Pair(1, 1)),
                };
                let (max, index) = x.max_pool2d_indices_with(kernel, options)?;
                // PyTorch's are i64.
                Ok(vec![max, index.to_dtype(DType::I64)?])
            }
            "avg_pool2d" => {
                let options = AvgPool2dOptions {
                    stride,
                    padding,
                    ceil_mode,
                    count_include_pad: case.option("count_include_pad")?.unwrap_or(true),
                    divisor_override: case.option("divisor_override")?,
                };
                Ok(vec![x.avg_pool2d_with(kernel, options)?])
            }
            "adaptive_avg_pool2d" => {
                let size = pair(case, "output_size")?.unwrap_or(Pair(1, 1));
                Ok(vec![x.adaptive_avg_pool2d(size)?])
            }
            _ => case.unknown(),
        }
    })
}
