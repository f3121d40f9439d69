//! Gradients against central finite differences.

use candle_core::{DType, Device};

use super::assert_close;
use crate::error::{Error, Result};
use crate::ops::compute::plain_only;
use crate::tensor::{grad_to_shape, BackwardOptions, Generator, IntoShape, Param, Tensor};

/// Standard normal values in f64, the same on every call with the same shape.
pub fn randn(shape: impl IntoShape) -> Result<Tensor> {
    salted(shape, 17)
}

/// Other values than [`randn`]'s for each salt: an upstream gradient that equals an input would hide a mistake.
fn salted(shape: impl IntoShape, salt: u64) -> Result<Tensor> {
    let shape = shape.into_shape();
    let seed = shape.dims().iter().fold(salt, |seed: u64, &dim| {
        seed.wrapping_mul(31).wrapping_add(dim as u64)
    });
    Generator::new(seed).normal(shape, 0., 1., DType::F64, &Device::Cpu)
}

/// A number of its own for each case.
fn salt(arrangements: &[Arrangement], only: Option<usize>) -> u64 {
    let only = only.map_or(0, |i| i as u64 + 1);
    arrangements.iter().fold(1_000_003 + only, |salt, &a| {
        salt.wrapping_mul(7).wrapping_add(a as u64)
    })
}

/// [`GradCheck::run`] with the default tolerances.
pub fn gradcheck(f: impl Fn(&[Tensor]) -> Result<Tensor>, inputs: &[Tensor]) -> Result<()> {
    GradCheck::default().run(f, inputs)
}

/// How finely the gradients are compared.
#[derive(Clone, Copy, Debug)]
pub struct GradCheck {
    /// The step of the finite differences.
    pub step: f64,
    /// The largest allowed `|a − b| / (1 + |b|)`.
    pub tolerance: f64,
}

impl Default for GradCheck {
    fn default() -> Self {
        GradCheck {
            step: 1e-5,
            tolerance: 1e-6,
        }
    }
}

/// How an input lies in memory. Each is computed from a contiguous parameter by a view whose gradient is known.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Arrangement {
    Contiguous,
    /// All dimensions in reverse order in memory.
    Transposed,
    /// A window in a larger tensor.
    Narrowed,
    /// The first dimension repeats one row with stride 0.
    Expanded,
}

impl GradCheck {
    /// Checks `f` as CPU kernels compute it and as plain Candle operations do: every layout of every input.
    pub fn run(&self, f: impl Fn(&[Tensor]) -> Result<Tensor>, inputs: &[Tensor]) -> Result<()> {
        self.run_form(&f, inputs)?;
        plain_only::run(|| self.run_form(&f, inputs))
            .map_err(|error| error.context("plain operations"))
    }

    /// Checks `f`, a function of f64 tensors (others are passed on as constants), for every input: contiguous, transposed,
    /// a window in a larger tensor, and expanded, where the values must equal those of the contiguous layout too; and with
    /// a gradient for that input alone and for all.
    ///
    /// The result is multiplied by fixed random numbers, so that errors can't cancel. Near kinks finite differences are
    /// wrong: give inputs away from them.
    fn run_form(&self, f: &impl Fn(&[Tensor]) -> Result<Tensor>, inputs: &[Tensor]) -> Result<()> {
        let plain = vec![Arrangement::Contiguous; inputs.len()];
        self.check(f, inputs, &plain, None)?;
        for i in (0..inputs.len()).filter(|&i| is_checked(&inputs[i])) {
            self.check(f, inputs, &plain, Some(i))?;
            for arrangement in [
                Arrangement::Transposed,
                Arrangement::Narrowed,
                Arrangement::Expanded,
            ] {
                let mut arrangements = plain.clone();
                arrangements[i] = arrangement;
                self.check(f, inputs, &arrangements, None)?;
            }
        }
        self.check(
            &f,
            inputs,
            &vec![Arrangement::Transposed; inputs.len()],
            None,
        )
    }

    /// One layout for each input; a gradient for `only` one of them, or for all.
    fn check(
        &self,
        f: &impl Fn(&[Tensor]) -> Result<Tensor>,
        inputs: &[Tensor],
        arrangements: &[Arrangement],
        only: Option<usize>,
    ) -> Result<()> {
        let at = |i: usize| {
            format!(
                "gradient of input {i} {:?} ({arrangements:?}, only {only:?})",
                inputs[i].dims()
            )
        };
        let inputs = inputs
            .iter()
            .zip(arrangements)
            .map(|(x, &a)| Input::new(x, a))
            .collect::<Result<Vec<_>>>()?;
        let arranged = || inputs.iter().map(Input::view).collect::<Result<Vec<_>>>();
        let params = || {
            inputs
                .iter()
                .enumerate()
                .filter_map(|(i, input)| Some((i, input.param.as_ref()?)))
        };
        params().for_each(|(i, param)| param.set_requires_grad(only.is_none_or(|only| only == i)));

        let out = f(&arranged()?)?;
        let dense = arranged()?
            .iter()
            .map(|x| x.detach().contiguous())
            .collect::<Result<Vec<_>>>()?;
        assert_close(
            &format!("value ({arrangements:?})"),
            out.as_candle(),
            f(&dense)?.as_candle(),
            1e-12,
        )?;
        let upstream = salted(out.shape(), salt(arrangements, only))?;
        if out.requires_grad() {
            out.backward_with(BackwardOptions::default().gradient(&upstream))?;
        }
        let loss = || {
            Ok((f(&arranged()?)?.as_candle() * upstream.as_candle())?
                .sum_all()?
                .to_scalar::<f64>()?)
        };
        for (i, param) in params() {
            let grad = match (param.grad(), only.is_none_or(|only| only == i)) {
                (Some(grad), true) => grad.to_vec::<f64>()?,
                (None, true) => vec![0.; param.elem_count()],
                (None, false) => continue,
                (Some(_), false) => {
                    return Err(Error::op("gradcheck", format!("{}: not asked for", at(i))))
                }
            };
            let expected = self.differences(param, &loss)?;
            // A NaN is wrong too.
            let right = |(a, b): (&f64, &f64)| (a - b).abs() <= self.tolerance * (1. + b.abs());
            if let Some(j) = grad.iter().zip(&expected).position(|pair| !right(pair)) {
                let message = format!(
                    "{}: element {j} is {}, finite differences say {}",
                    at(i),
                    grad[j],
                    expected[j]
                );
                return Err(Error::op("gradcheck", message));
            }
        }
        Ok(())
    }

    fn differences(&self, param: &Param, loss: &impl Fn() -> Result<f64>) -> Result<Vec<f64>> {
        let start = param.to_vec::<f64>()?;
        let at = |i: usize, step: f64| {
            let mut values = start.clone();
            values[i] += step;
            param.set(Tensor::from_vec(values, param.shape(), &Device::Cpu)?)?;
            loss()
        };
        let slope = |i| Ok((at(i, self.step)? - at(i, -self.step)?) / (2. * self.step));
        let slopes = (0..start.len()).map(slope).collect();
        param.set(Tensor::from_vec(
            start.clone(),
            param.shape(),
            &Device::Cpu,
        )?)?;
        slopes
    }
}

fn is_checked(input: &Tensor) -> bool {
    input.dtype() == DType::F64
}

/// An input: a contiguous parameter and the view of it that the function is given, or a constant.
struct Input<'a> {
    original: &'a Tensor,
    param: Option<Param>,
    arrangement: Arrangement,
}

impl<'a> Input<'a> {
    fn new(original: &'a Tensor, arrangement: Arrangement) -> Result<Self> {
        let data = original.as_candle();
        let stored = match arrangement {
            Arrangement::Transposed => reversed(data)?,
            Arrangement::Expanded if data.rank() > 0 && data.elem_count() > 0 => {
                data.narrow(0, 0, 1)?
            }
            _ => data.clone(),
        };
        let param = is_checked(original)
            .then(|| Param::new(Tensor::from(stored)))
            .transpose()?;
        Ok(Input {
            original,
            param,
            arrangement,
        })
    }

    fn view(&self) -> Result<Tensor> {
        let Some(param) = &self.param else {
            return Ok(self.original.clone());
        };
        let (data, dims) = (param.as_candle(), self.original.dims());
        let view = match self.arrangement {
            Arrangement::Contiguous => return Ok(param.into()),
            Arrangement::Transposed => reversed(data)?,
            Arrangement::Narrowed => {
                let wide =
                    (0..dims.len()).try_fold(data.clone(), |x, dim| x.pad_with_zeros(dim, 1, 2))?;
                (0..dims.len()).try_fold(wide, |x, dim| x.narrow(dim, 1, dims[dim]))?
            }
            Arrangement::Expanded => data.expand(dims)?,
        };
        let (shape, transposed) = (
            data.shape().clone(),
            self.arrangement == Arrangement::Transposed,
        );
        Ok(Tensor::record("arrange", view, [param], move |grad, _| {
            Ok([Some(if transposed {
                reversed(grad)?
            } else {
                grad_to_shape(grad, &shape)?
            })])
        }))
    }
}

fn reversed(data: &candle_core::Tensor) -> Result<candle_core::Tensor> {
    Ok(data.permute((0..data.rank()).rev().collect::<Vec<_>>())?)
}
