//! Gradients against finite differences, and the two forms against each other.

use super::*;
use crate::ops::cat;
use crate::ops::compute::plain_only;
use crate::testing::{assert_close, gradcheck, randn};
use crate::Param;

const ALL: [Unit; 4] = [Unit::Lstm, Unit::Gru, Unit::Tanh, Unit::Relu];

/// Steps, batch, features, hidden size and, if there is a projection, its size.
type Sizes = ([usize; 4], Option<usize>);

/// An input, weights, biases, a hidden state and, as the unit has them, cells and a projection.
fn inputs(unit: Unit, ([steps, batch, input, size], projected): Sizes) -> Result<Vec<Tensor>> {
    let (rows, output) = (unit.gates() * size, projected.unwrap_or(size));
    let mut all = vec![
        randn([steps, batch, input])?,
        randn([rows, input])?,
        randn([rows, output])?,
        randn(rows)?,
        randn(rows)?.mul(0.5)?,
        randn([batch, output])?,
    ];
    if unit == Unit::Lstm {
        all.push(randn([batch, size])?.mul(0.7)?);
    }
    if let Some(projected) = projected {
        all.push(randn([projected, size])?);
    }
    Ok(all)
}

fn run(unit: Unit, x: &[Tensor], reverse: bool) -> Result<Vec<Tensor>> {
    let inputs = RecurrentInputs {
        x: &x[0],
        weight_ih: &x[1],
        weight_hh: &x[2],
        bias: Some([&x[3], &x[4]]),
        weight_hr: x.get(7),
        hidden: Some(&x[5]),
        cells: x.get(6),
    };
    inputs.run(unit, reverse)
}

/// All results in one.
fn joined(unit: Unit, x: &[Tensor], reverse: bool) -> Result<Tensor> {
    let results = run(unit, x, reverse)?.into_iter().map(|y| y.flatten(0));
    cat(results.collect::<Result<Vec<_>>>()?, 0)
}

#[test]
fn gradient() -> Result<()> {
    for (unit, sizes, reverse) in [
        (Unit::Lstm, ([3, 2, 3, 2], None), false),
        (Unit::Lstm, ([3, 2, 2, 3], Some(2)), true),
        (Unit::Lstm, ([2, 3, 0, 2], None), false),
        (Unit::Gru, ([3, 2, 3, 2], None), false),
        (Unit::Gru, ([2, 3, 2, 3], None), true),
        (Unit::Tanh, ([3, 2, 3, 2], None), true),
        (Unit::Relu, ([3, 2, 3, 2], None), false),
    ] {
        let x = inputs(unit, sizes)?;
        gradcheck(|x| joined(unit, x, reverse), &x)?;
    }
    for unit in ALL {
        let x = inputs(unit, ([1, 1, 1, 1], None))?;
        gradcheck(|x| joined(unit, x, false), &x)?;
    }
    Ok(())
}

/// A result that nothing is computed from has no gradient.
#[test]
fn gradient_of_each_result() -> Result<()> {
    for unit in ALL {
        let x = inputs(unit, ([3, 2, 2, 2], None))?;
        let results = if unit == Unit::Lstm { 3 } else { 2 };
        for i in 0..results {
            gradcheck(|x| Ok(run(unit, x, false)?[i].clone()), &x)?;
        }
        let without = |x: &[Tensor]| {
            let inputs = RecurrentInputs {
                x: &x[0],
                weight_ih: &x[1],
                weight_hh: &x[2],
                bias: None,
                weight_hr: None,
                hidden: None,
                cells: None,
            };
            let results = inputs.run(unit, true)?;
            results[0].select(0, 1)?.add(&results[1])
        };
        gradcheck(without, &x[..3])?;
    }
    Ok(())
}

/// Results, and the gradients of the inputs.
fn results(unit: Unit, x: &[Tensor], dtype: DType, reverse: bool) -> Result<Vec<Tensor>> {
    let params = x.iter().map(|x| Param::new(x.to_dtype(dtype)?));
    let params = params.collect::<Result<Vec<_>>>()?;
    let x: Vec<_> = params.iter().map(|param| (**param).clone()).collect();
    let mut all = run(unit, &x, reverse)?;
    let squares = all.iter().map(|y| y.mul(y)?.sum(()));
    let squares = squares.collect::<Result<Vec<_>>>()?;
    crate::ops::stack(squares, 0)?.sum(())?.backward()?;
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
    let projected = [(Unit::Lstm, ([4, 3, 5, 18], Some(7)), true)];
    let plain = ALL.into_iter().flat_map(|unit| {
        let wide = (unit, ([5, 37, 9, 19], None), unit != Unit::Gru);
        [wide, (unit, ([3, 0, 5, 4], None), false)]
    });
    for (unit, sizes, reverse) in projected.into_iter().chain(plain) {
        let mut x = inputs(unit, sizes)?;
        // Hidden states that don't grow: of random weights those of a relu would.
        x[2] = x[2].mul(0.3)?;
        let plain = plain_only::run(|| results(unit, &x, DType::F64, reverse))?;
        for (dtype, tolerance) in [(DType::F64, 1e-12), (DType::F32, 2e-5), (DType::BF16, 0.05)] {
            let found = results(unit, &x, dtype, reverse)?;
            assert_eq!(found.len(), plain.len());
            for (i, (found, plain)) in found.iter().zip(&plain).enumerate() {
                let what = format!("{unit:?} {sizes:?} {dtype:?} {i}");
                assert_close(&what, found.as_candle(), plain.as_candle(), tolerance)?;
            }
        }
    }
    Ok(())
}

/// The batch is cut by its size alone, and large enough here to be shared.
#[test]
fn results_do_not_depend_on_the_threads() -> Result<()> {
    for unit in ALL {
        let projected = (unit == Unit::Lstm).then_some(7);
        let mut x = inputs(unit, ([12, 37, 5, 45], projected))?;
        x[2] = x[2].mul(0.1)?;
        let bits = |threads: usize| -> Result<Vec<Vec<u32>>> {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.map_err(|error| Error::op("threads", error.to_string()))?;
            let all = pool.install(|| results(unit, &x, DType::F32, false))?;
            let bits = |y: &Tensor| -> Result<Vec<u32>> {
                Ok(y.to_vec::<f64>()?
                    .iter()
                    .map(|&y| (y as f32).to_bits())
                    .collect())
            };
            all.iter().map(bits).collect()
        };
        assert_eq!(bits(1)?, bits(3)?, "{unit:?}");
    }
    Ok(())
}
