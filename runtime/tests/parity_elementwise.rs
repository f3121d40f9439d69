//! Element-wise operations against PyTorch; the cases are made by `tests/parity/elementwise.py`.

use taper::ops::{
    where_, ClampOptions, EluOptions, GeluOptions, LeakyReluOptions, SoftplusOptions,
};
use taper::testing::{Case, Parity};
use taper::{Result, Tensor};

#[test]
fn elementwise() -> Result<()> {
    Parity::open("elementwise")?.run(|op, case| match case.inputs() {
        1 => one(op, case, case.input(0)?),
        2 => two(op, case, case.input(0)?, case.input(1)?),
        _ => match op {
            "where" => where_(case.input(0)?, case.input(1)?, case.input(2)?),
            _ => case.unknown(),
        },
    })
}

fn two(op: &str, case: &Case, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    match op {
        "add" => a.add(b),
        "sub" => a.sub(b),
        "mul" => a.mul(b),
        "div" => a.div(b),
        "maximum" => a.maximum(b),
        "minimum" => a.minimum(b),
        "eq" => a.eq(b),
        "ne" => a.ne(b),
        "lt" => a.lt(b),
        "le" => a.le(b),
        "gt" => a.gt(b),
        "ge" => a.ge(b),
        "pow" => a.pow(b),
        "prelu" => a.prelu(b),
        _ => case.unknown(),
    }
}

fn one(op: &str, case: &Case, x: &Tensor) -> Result<Tensor> {
    let number = || case.arg::<f64>("number");
    match op {
        "add_number" => x.add(number()?),
        "sub_number" => x.sub(number()?),
        "mul_number" => x.mul(number()?),
        "div_number" => x.div(number()?),
        "pow_number" => x.pow(number()?),
        "rsub_number" => number()? - x,
        "rdiv_number" => number()? / x,
        "neg" => x.neg(),
        "abs" => x.abs(),
        "square" => x.square(),
        "exp" => x.exp(),
        "log" => x.log(),
        "sqrt" => x.sqrt(),
        "rsqrt" => x.rsqrt(),
        "sin" => x.sin(),
        "cos" => x.cos(),
        "tanh" => x.tanh(),
        "sigmoid" => x.sigmoid(),
        "relu" => x.relu(),
        "silu" => x.silu(),
        "leaky_relu" => {
            let default = LeakyReluOptions::default();
            let negative_slope = case
                .option("negative_slope")?
                .unwrap_or(default.negative_slope);
            x.leaky_relu_with(default.negative_slope(negative_slope))
        }
        "elu" => {
            let default = EluOptions::default();
            let alpha = case.option("alpha")?.unwrap_or(default.alpha);
            x.elu_with(default.alpha(alpha))
        }
        "gelu" => match case.option::<String>("approximate")? {
            Some(word) => x.gelu_with(GeluOptions::default().approximate(word.as_str())),
            None => x.gelu(),
        },
        "softplus" => {
            let default = SoftplusOptions::default();
            let beta = case.option("beta")?.unwrap_or(default.beta);
            let threshold = case.option("threshold")?.unwrap_or(default.threshold);
            x.softplus_with(default.beta(beta).threshold(threshold))
        }
        "clamp" => {
            let (min, max) = (case.option::<f64>("min")?, case.option::<f64>("max")?);
            x.clamp_with(ClampOptions::default().min(min).max(max))
        }
        _ => case.unknown(),
    }
}
