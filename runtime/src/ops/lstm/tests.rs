//! The layer's gradients against finite differences, and its two forms against each other.

use super::*;
use crate::ops::cat;
use crate::ops::compute::plain_only;
use crate::testing::{assert_close, gradcheck, randn};
use crate::Param;

/// Steps, batch, features, hidden size and, if there is a projection, its size.
type Sizes = ([usize; 4], Option<usize>);

/// An input, weights, biases, states and, last, a projection.
fn inputs(([steps, batch, input, hidden], projected): Sizes) -> Result<Vec<Tensor>> {
    let output = projected.unwrap_or(hidden);
    let mut all = vec![
        randn([steps, batch, input])?,
        randn([4 * hidden, input])?,
        randn([4 * hidden, output])?,
        randn(4 * hidden)?,
        randn(4 * hidden)?.mul(0.5)?,
        randn([batch, output])?,
        randn([batch, hidden])?.mul(0.7)?,
    ];
    if let Some(size) = projected {
        all.push(randn([size, hidden])?);
    }
    Ok(all)
}

fn run(x: &[Tensor], reverse: bool) -> Result<[Tensor; 3]> {
    let inputs = LstmInputs {
        x: &x[0],
        weight_ih: &x[1],
        weight_hh: &x[2],
        bias: Some([&x[3], &x[4]]),
        weight_hr: x.get(7),
        state: Some([&x[5], &x[6]]),
    };
    inputs.run(reverse)
}

/// All results in one.
fn joined(x: &[Tensor], reverse: bool) -> Result<Tensor> {
    let results = run(x, reverse)?.map(|y| y.flatten(0));
    cat(results.into_iter().collect::<Result<Vec<_>>>()?, 0)
}

#[test]
fn gradient() -> Result<()> {
    for (sizes, reverse) in [
        (([3, 2, 3, 2], None), false),
        (([3, 2, 2, 3], Some(2)), true),
        (([1, 1, 1, 1], None), false),
        (([2, 3, 0, 2], None), false),
    ] {
        gradcheck(|x| joined(x, reverse), &inputs(sizes)?)?;
    }
    Ok(())
}

/// A result that nothing is computed from has no gradient.
#[test]
fn gradient_of_each_result() -> Result<()> {
    let x = inputs(([3, 2, 2, 2], None))?;
    for i in 0..3 {
        gradcheck(|x| Ok(run(x, false)?[i].clone()), &x)?;
    }
    let without = |x: &[Tensor]| {
        let inputs = LstmInputs {
            x: &x[0],
            weight_ih: &x[1],
            weight_hh: &x[2],
            bias: None,
            weight_hr: None,
            state: None,
        };
        let [out, _, c] = inputs.run(true)?;
        out.select(0, 1)?.add(c)
    };
    gradcheck(without, &x[..3])
}

/// Results, and the gradients of the inputs.
fn results(x: &[Tensor], dtype: DType, reverse: bool) -> Result<Vec<Tensor>> {
    let params = x.iter().map(|x| Param::new(x.to_dtype(dtype)?));
    let params = params.collect::<Result<Vec<_>>>()?;
    let x: Vec<_> = params.iter().map(|param| (**param).clone()).collect();
    let mut all = run(&x, reverse)?.to_vec();
    let square = |y: &Tensor| y.mul(y)?.sum(());
    square(&all[0])?
        .add(square(&all[1])?)?
        .add(square(&all[2])?)?
        .backward()?;
    for param in &params {
        all.extend(param.grad());
    }
    all.iter()
        .map(|y| y.detach().to_dtype(DType::F64))
        .collect()
}

/// Several pieces of work, of unequal sizes, that are no multiples of a vector.
#[test]
fn the_fused_form_and_its_parts_agree() -> Result<()> {
    for (sizes, reverse) in [
        (([5, 37, 9, 19], None), false),
        (([4, 3, 5, 18], Some(7)), true),
        (([3, 0, 5, 4], None), false),
    ] {
        let x = inputs(sizes)?;
        let plain = plain_only::run(|| results(&x, DType::F64, reverse))?;
        for (dtype, tolerance) in [(DType::F64, 1e-12), (DType::F32, 2e-5), (DType::BF16, 0.05)] {
            let found = results(&x, dtype, reverse)?;
            assert_eq!(found.len(), plain.len());
            for (i, (found, plain)) in found.iter().zip(&plain).enumerate() {
                let what = format!("{sizes:?} {dtype:?} {i}");
                assert_close(&what, found.as_candle(), plain.as_candle(), tolerance)?;
            }
        }
    }
    Ok(())
}
