//! Batch norm and `relu` as one operation, against the two.

use crate::amp::autocast;
use crate::ops::compute::plain_only;
use crate::ops::BatchNormOptions;
use crate::tensor::BackwardOptions;
use crate::testing::{gradcheck, randn};
use crate::{no_grad, Buffer, DType, Device, Generator, Param, Result, Tensor};

fn training() -> BatchNormOptions {
    BatchNormOptions::default().training(true)
}

/// Running statistics away from 0 and 1.
fn statistics(channels: usize, dtype: DType) -> Result<[Buffer; 2]> {
    let buffer = |from: f64| {
        let values = (0..channels).map(|i| from + i as f64 / 4.).collect();
        let values = Tensor::from_vec::<f64>(values, channels, &Device::Cpu)?;
        Buffer::new(values.to_dtype(dtype)?)
    };
    Ok([buffer(-0.5)?, buffer(0.75)?])
}

/// How the two are run.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    One,
    Two,
}

impl Form {
    fn run(
        self,
        x: &Tensor,
        running: [Option<&Buffer>; 2],
        weights: (Option<&Tensor>, Option<&Tensor>),
        options: BatchNormOptions,
    ) -> Result<Tensor> {
        let [mean, var] = running;
        let two = || {
            x.batch_norm_with(mean, var, weights.0, weights.1, options)?
                .relu()
        };
        match self {
            Form::One => match x.batch_norm_relu(running, weights, options, false)? {
                Some(y) => Ok(y),
                None => two(),
            },
            Form::Two => two(),
        }
    }
}

#[test]
fn gradients_are_those_of_finite_differences() -> Result<()> {
    let shapes: [&[usize]; 5] = [
        &[4, 3],
        &[2, 3, 5],
        &[3, 2, 3, 5],
        &[1, 2, 1, 7],
        &[0, 3, 4],
    ];
    for shape in shapes {
        let c = shape[1];
        let [mean, var] = statistics(c, DType::F64)?;
        for options in [training(), BatchNormOptions::default()] {
            let norm = |x: &[Tensor]| {
                let buffers = [&mean, &var].map(|buffer| (!options.training).then_some(buffer));
                Form::One.run(&x[0], buffers, (x.get(1), x.get(2)), options)
            };
            let x = Generator::new(3).normal(shape, 0., 1.3, DType::F64, &Device::Cpu)?;
            gradcheck(norm, &[x.clone(), randn(c)?, randn([c])?])?;
            gradcheck(norm, std::slice::from_ref(&x))?;
            if shape.len() == 4 {
                // The channels last in memory.
                let turned = |x: &[Tensor]| {
                    let image = x[0].permute([0, 3, 1, 2])?;
                    norm(&[&[image], &x[1..]].concat())
                };
                let last = x.permute([0, 2, 3, 1])?.contiguous()?;
                gradcheck(turned, &[last, randn(c)?, randn([c])?])?;
            }
        }
    }
    Ok(())
}

/// A case: what goes in, and how the gradient comes back.
#[derive(Clone, Copy, Debug)]
struct Case<'a> {
    shape: &'a [usize],
    dtype: DType,
    options: BatchNormOptions,
    affine: bool,
    channels_last: bool,
    /// The gradient comes in a buffer of its own, which may be written to.
    own: bool,
}

impl Case<'_> {
    /// The result, the gradients and the statistics, bit for bit.
    fn bits(&self, form: Form) -> Result<Vec<Vec<u64>>> {
        let c = self.shape[1];
        let random = |seed, shape: &[usize]| {
            let x = Generator::new(seed).normal(shape, 0., 1., DType::F64, &Device::Cpu)?;
            x.to_dtype(self.dtype)
        };
        let param = |x: Tensor| Param::new(x.to_dtype(self.dtype)?);
        let x = param(random(1, self.shape)?)?;
        // A channel of zeros, where the gradient of `relu` is 0.
        let with_zero = |x: Tensor| -> Result<Tensor> {
            let mut values = x.to_vec::<f64>()?;
            values[0] = 0.;
            Tensor::from_vec(values, c, &Device::Cpu)
        };
        let weights = [2, 3].map(|seed| param(with_zero(random(seed, &[c])?)?));
        let [w, b] = weights;
        let (w, b) = (w?, b?);
        let [mean, var] = statistics(c, self.dtype)?;

        let mut input = Tensor::from(&x);
        if self.channels_last {
            let order = input.permute([0, 2, 3, 1])?.contiguous()?;
            input = order.permute([0, 3, 1, 2])?;
        }
        let weights = (self.affine.then_some(&*w), self.affine.then_some(&*b));
        let y = form.run(&input, [Some(&mean), Some(&var)], weights, self.options)?;
        let end = match self.own {
            true => y.max_pool2d(1)?,
            false => y.clone(),
        };
        let upstream = random(4, self.shape)?;
        end.backward_with(BackwardOptions::default().gradient(upstream))?;
        let grads = [&x, &w, &b].map(|p| p.grad());
        let all = grads.into_iter().flatten();
        let all = all.chain([y.detach(), mean.detach(), var.detach()]);
        let bits = |x: Tensor| Ok(x.to_vec::<f64>()?.into_iter().map(f64::to_bits).collect());
        all.map(bits).collect()
    }
}

#[test]
fn all_bits_are_those_of_the_two_operations() -> Result<()> {
    let shapes: [&[usize]; 5] = [
        &[4, 3],
        &[3, 2, 7],
        &[2, 3, 5, 3],
        &[2, 5, 31, 34],
        &[3, 70, 9, 11],
    ];
    for shape in shapes {
        for dtype in [DType::F32, DType::F64, DType::BF16] {
            for options in [training(), BatchNormOptions::default()] {
                for (affine, channels_last, own) in [
                    (true, false, false),
                    (false, false, false),
                    (true, true, false),
                    (true, false, true),
                    (true, true, true),
                    (false, true, true),
                ] {
                    if shape.len() < 4 && (channels_last || own) {
                        continue;
                    }
                    let case = Case {
                        shape,
                        dtype,
                        options,
                        affine,
                        channels_last,
                        own,
                    };
                    assert!(case.bits(Form::One)? == case.bits(Form::Two)?, "{case:?}");
                }
            }
        }
    }
    Ok(())
}

#[test]
fn the_number_of_threads_changes_no_bit() -> Result<()> {
    let case = Case {
        shape: &[8, 40, 31, 33],
        dtype: DType::F32,
        options: training(),
        affine: true,
        channels_last: true,
        own: true,
    };
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| case.bits(Form::One))
    };
    let one = with(1)?;
    assert!(one == with(3)? && one == with(8)?);
    Ok(())
}

#[test]
fn it_is_two_operations_where_that_keeps_less_or_there_is_no_kernel() -> Result<()> {
    let x = Param::new(randn([4, 3])?)?;
    let w = Param::new(randn(3)?)?;
    let [mean, var] = statistics(3, DType::F64)?;
    let running = [Some(&mean), Some(&var)];
    let is_one = |x: &Tensor, weight: Option<&Tensor>, options| -> Result<bool> {
        Ok(x.batch_norm_relu(running, (weight, None), options, false)?
            .is_some())
    };
    let frozen = BatchNormOptions::default();
    assert!(is_one(&x, None, training())?);
    assert!(is_one(&x, Some(&w), frozen)?);
    assert!(!is_one(&x, None, frozen)?);
    assert!(no_grad(|| is_one(&x, None, frozen))?);
    assert!(!plain_only::run(|| is_one(&x, None, training()))?);
    assert!(!autocast(DType::BF16, || is_one(&x, None, training()))?);
    let half = randn([4, 3])?.to_dtype(DType::BF16)?;
    assert!(!is_one(&half, None, training())?);
    Ok(())
}

#[test]
fn nan_passes_both_ways() -> Result<()> {
    let mut values = randn([4, 2])?.to_vec::<f64>()?;
    values[2] = f64::NAN;
    for form in [Form::One, Form::Two] {
        let x = Param::new(Tensor::from_vec(values.clone(), [4, 2], &Device::Cpu)?)?;
        let y = form.run(&x, [None, None], (None, None), training())?;
        y.backward_with(BackwardOptions::default().gradient(y.ones_like()?))?;
        let is_nan = |x: &Tensor| -> Result<Vec<bool>> {
            Ok(x.to_vec::<f64>()?.into_iter().map(f64::is_nan).collect())
        };
        let column = [true, false].repeat(4);
        assert_eq!(
            (is_nan(&y)?, is_nan(&x.grad().unwrap())?),
            (column.clone(), column)
        );
    }
    Ok(())
}

#[test]
fn a_second_pass_and_changed_parameters_find_the_mask_of_the_first() -> Result<()> {
    let x = Param::new(randn([5, 3, 4, 4])?)?;
    let b = Param::new(randn(3)?)?;
    let grads = |form: Form, change: bool| -> Result<Vec<f64>> {
        x.zero_grad(true)?;
        let y = form.run(&x, [None, None], (None, Some(&b)), training())?;
        let y = y.max_pool2d(1)?;
        if change {
            b.set(b.add(1.)?)?;
        }
        for retain in [true, false] {
            let options = BackwardOptions::default().retain_graph(retain);
            y.backward_with(options.gradient(randn(y.shape())?))?;
        }
        b.set(randn(3)?)?;
        x.grad().unwrap().to_vec()
    };
    let two = grads(Form::Two, false)?;
    assert_eq!(grads(Form::One, false)?, two);
    assert_eq!(grads(Form::One, true)?, two);
    assert_eq!(grads(Form::Two, true)?, two);
    Ok(())
}
