//! A convolution, `relu` and max pool as one operation, against the three.

use super::*;
use crate::amp::autocast;
use crate::ops::compute::Form;
use crate::ops::Pair;
use crate::testing::gradcheck;
use crate::{no_grad, Device, Generator, Param};

/// Sizes: `[N, C, H, W]` and `[out, kh, kw]`, how the kernel slides, and the windows.
#[derive(Clone, Copy, Debug)]
struct Case {
    input: [usize; 4],
    weight: [usize; 3],
    options: Conv2dOptions,
    pool: Pair,
    relu: bool,
    dtype: DType,
}

fn cases() -> Vec<Case> {
    let base = Conv2dOptions::default();
    let mut cases = Vec::new();
    for (input, weight, options, pool) in [
        ([16, 1, 9, 8], [6, 3, 3], base.padding(2), Pair(2, 2)),
        ([37, 6, 8, 9], [16, 5, 5], base, Pair(2, 2)),
        (
            [13, 2, 11, 10],
            [3, 2, 3],
            base.stride(2).padding(1),
            Pair(3, 2),
        ),
        ([64, 3, 5, 6], [2, 1, 2], base, Pair(1, 3)),
        ([29, 1, 7, 7], [1, 3, 3], base.dilation(2), Pair(2, 1)),
        ([16, 4, 12, 11], [13, 2, 2], base.stride((1, 2)), Pair(5, 5)),
    ] {
        for relu in [true, false] {
            for dtype in [DType::F32, DType::F64] {
                cases.push(Case {
                    input,
                    weight,
                    options,
                    pool,
                    relu,
                    dtype,
                });
            }
        }
    }
    cases
}

impl Case {
    fn random(&self, seed: u64, shape: &[usize]) -> Result<Tensor> {
        let x = Generator::new(seed).normal(shape, 0., 1., DType::F64, &Device::Cpu)?;
        x.to_dtype(self.dtype)
    }

    fn run(&self, one: bool, x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        if one {
            let pooled = x.conv2d_pooled((weight, bias), self.options, (self.relu, self.pool))?;
            return pooled.ok_or_else(|| Error::op("test", format!("{self:?} is apart")));
        }
        let y = x.conv2d_with(weight, bias, self.options)?;
        let y = if self.relu { y.relu()? } else { y };
        y.max_pool2d(self.pool)
    }

    /// The result and the gradients, where the parameters in `trained` have them. `odd` puts NaN, infinity, zeros of both signs and equal
    /// numbers in.
    fn all(&self, one: bool, trained: [bool; 3], odd: bool) -> Result<Vec<Vec<f64>>> {
        let [out, kh, kw] = self.weight;
        let shapes: [&[usize]; 3] = [&self.input, &[out, self.input[1], kh, kw], &[out]];
        let mut params = Vec::new();
        for (i, shape) in shapes.into_iter().enumerate() {
            let mut x = self.random(i as u64, shape)?.to_vec::<f64>()?;
            if odd {
                let count = x.len();
                match i {
                    0 => {
                        x.iter_mut().step_by(3).for_each(|x| *x = x.round());
                        // Where a window sees them: elsewhere a gradient of 0 times these isn't made.
                        (x[0], x[1]) = (f64::NAN, f64::INFINITY);
                    }
                    // The last channel gives zeros.
                    1 => x[count - count / out..].fill(-0.),
                    _ => x[out - 1] = -0.,
                }
            }
            let x = Tensor::from_vec(x, shape.to_vec(), &Device::Cpu)?;
            let param = Param::new(x.to_dtype(self.dtype)?)?;
            param.set_requires_grad(trained[i]);
            params.push(param);
        }
        let y = self.run(one, &params[0], &params[1], Some(&params[2]))?;
        let grad = self.random(7, y.dims())?;
        y.mul(grad)?.sum(())?.backward()?;
        let grads = params.iter().filter_map(|param| param.grad());
        let all = std::iter::once(y.detach()).chain(grads);
        all.map(|x| x.to_vec()).collect()
    }
}

fn assert_same(found: &[Vec<f64>], expected: &[Vec<f64>], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
        let differ = found.iter().zip(expected).position(|pair| !same(pair));
        assert_eq!(found.len(), expected.len(), "{what}");
        assert_eq!(differ, None, "number {i} of {what}");
    }
}

#[test]
fn it_is_the_three_operations_to_the_bit() -> Result<()> {
    for case in cases() {
        for odd in [false, true] {
            for trained in [
                [true; 3],
                [false, true, true],
                [true, false, true],
                [false, false, true],
            ] {
                let [found, expected] = [true, false].map(|one| case.all(one, trained, odd));
                assert_same(&found?, &expected?, &format!("{case:?} {trained:?} {odd}"));
            }
        }
    }
    Ok(())
}

#[test]
fn gradients_are_those_of_finite_differences() -> Result<()> {
    for case in cases().into_iter().filter(|case| case.dtype == DType::F64) {
        let input = [13, case.input[1], case.input[2], case.input[3]];
        let [out, kh, kw] = case.weight;
        // Far from where two are the largest.
        let x = case.random(1, &input)?.mul(3.)?;
        let weight = case.random(2, &[out, input[1], kh, kw])?;
        let run = |x: &[Tensor]| {
            // Plain operations have no such form.
            let one = Form::of(x[0].as_candle()) != Form::Plain;
            case.run(one, &x[0], &x[1], x.get(2))
        };
        if x.elem_count() < 700 {
            gradcheck(run, &[x.clone(), weight.clone(), case.random(3, &[out])?])?;
            gradcheck(run, &[x, weight])?;
        }
    }
    Ok(())
}

#[test]
fn elsewhere_they_stay_apart() -> Result<()> {
    let pooled = |input: [usize; 4], out: usize, dtype: DType, pool: Pair| -> Result<bool> {
        let x = Tensor::ones(input, dtype, &Device::Cpu)?;
        let weight = Tensor::ones([out, input[1], 3, 3], dtype, &Device::Cpu)?;
        let options = Conv2dOptions::default();
        Ok(x.conv2d_pooled((&weight, None), options, (true, pool))?
            .is_some())
    };
    assert!(pooled([16, 1, 8, 8], 4, DType::F32, Pair(2, 2))?);
    assert!(no_grad(|| pooled(
        [16, 1, 8, 8],
        4,
        DType::F64,
        Pair(6, 6)
    ))?);
    // Few images, many channels, windows that don't fit or are too large, other types.
    assert!(!pooled([2, 1, 8, 8], 4, DType::F32, Pair(2, 2))?);
    assert!(!pooled([16, 1, 8, 8], 17, DType::F32, Pair(2, 2))?);
    assert!(!pooled([16, 1, 8, 8], 4, DType::F32, Pair(7, 1))?);
    assert!(!pooled([16, 1, 20, 20], 4, DType::F32, Pair(16, 16))?);
    assert!(!pooled([16, 1, 8, 8], 4, DType::BF16, Pair(2, 2))?);
    assert!(!autocast(DType::BF16, || pooled(
        [16, 1, 8, 8],
        4,
        DType::F32,
        Pair(2, 2)
    ))?);
    Ok(())
}
